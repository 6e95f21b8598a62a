import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantise } from '../../src/fine-tuning/quantise.ts';
import type { Layer } from '../../src/mobilenet/layer-table.ts';
import { realWeights } from '../../src/mobilenet/loaded-layer.ts';

const anyWeights = fc.integer({ min: 1, max: 6 }).chain((outputChannels) =>
  fc.record({
    layer: fc.constant<Layer>({
      name: 'layer',
      kind: 'pointwise',
      inputChannels: 5,
      outputChannels,
      stride: 1,
      activation: 'linear',
    }),
    weights: fc.float32Array({
      minLength: 5 * outputChannels,
      maxLength: 5 * outputChannels,
      min: -100,
      max: 100,
      noNaN: true,
    }),
    biases: fc.float32Array({
      minLength: outputChannels,
      maxLength: outputChannels,
      noNaN: true,
      noDefaultInfinity: true,
    }),
  }),
);

describe('quantise', () => {
  test('moves no weight by more than half a step, and no bias at all', () => {
    fc.assert(
      fc.property(anyWeights, ({ layer, weights, biases }) => {
        const quantised = quantise(layer, { weights, biases });
        const real = realWeights(layer, quantised);
        for (const [i, weight] of weights.entries()) {
          const scale = quantised.scales[i % layer.outputChannels];
          expect(Math.abs(real.weights[i] - weight)).toBeLessThanOrEqual(scale * 0.5001);
        }
        expect(real.biases).toEqual(biases);
        for (const value of quantised.weights) expect(value).not.toBe(-128);
        for (const scale of quantised.scales) expect(scale).toBeGreaterThan(0);
      }),
    );
  });

  test('leaves as it is what it has quantised before', () => {
    fc.assert(
      fc.property(anyWeights, ({ layer, weights, biases }) => {
        const once = quantise(layer, { weights, biases });
        const twice = quantise(layer, realWeights(layer, once));
        expect(twice.weights).toEqual(once.weights);
        expect(twice.biases).toEqual(once.biases);
        for (const [channel, scale] of twice.scales.entries()) {
          expect(Math.abs(scale / once.scales[channel] - 1)).toBeLessThan(1e-6);
        }
      }),
    );
  });

  test('keeps a channel of zeros', () => {
    const layer = { outputChannels: 2 };
    const { weights, scales } = quantise(layer, {
      weights: Float32Array.of(0, 1, 0, -2),
      biases: Float32Array.of(3, 4),
    });
    expect([...weights]).toEqual([0, 64, 0, -127]);
    expect(scales[0]).toBe(1);
    expect(scales[1]).toBeCloseTo(2 / 127, 7);
  });
});
