import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Layer, type LayerKind, weightShape } from '../../src/mobilenet/layer-table.ts';
import {
  packedOutput,
  packedShape,
  packWeights,
  unpackWeights,
  weightSums,
} from '../../src/mobilenet/packed-weights.ts';

function layerOf(kind: LayerKind, inputs: number, outputs: number): Layer {
  const inputChannels = kind === 'stem' ? 3 : inputs;
  return {
    name: kind,
    kind,
    inputChannels,
    outputChannels: kind === 'depthwise' ? inputChannels : outputs,
    stride: 1,
    activation: 'linear',
  };
}

interface Weights {
  readonly layer: Layer;
  /** HWIO */
  readonly weights: Int8Array;
}

function weightsOf(...kinds: LayerKind[]): fc.Arbitrary<Weights> {
  return fc
    .record({
      kind: fc.constantFrom(...kinds),
      inputs: fc.integer({ min: 1, max: 40 }),
      outputs: fc.integer({ min: 1, max: 40 }),
    })
    .chain(({ kind, inputs, outputs }) => {
      const layer = layerOf(kind, inputs, outputs);
      const length = weightShape(layer).reduce((product, side) => product * side, 1);
      return fc
        .int8Array({ minLength: length, maxLength: length })
        .map((weights) => ({ layer, weights }));
    });
}

const anyWeights = weightsOf('stem', 'pointwise', 'depthwise');

describe('packed weights', () => {
  test('unpack to what they were, whatever the layer', () => {
    fc.assert(
      fc.property(anyWeights, ({ layer, weights }) => {
        expect(unpackWeights(layer, packWeights(layer, weights))).toEqual(weights);
      }),
    );
  });

  test('fill their shape, with 0 where there is no weight', () => {
    fc.assert(
      fc.property(anyWeights, ({ layer, weights }) => {
        const ones = packWeights(layer, weights.fill(1));
        expect(ones).toHaveLength(packedShape(layer).reduce((product, side) => product * side, 1));
        expect(ones.reduce((sum, weight) => sum + weight, 0)).toBe(weights.length);
      }),
    );
  });

  test('have four inputs of an output side by side, and eight outputs in a step, for a 1x1 convolution', () => {
    fc.assert(
      fc.property(weightsOf('pointwise'), ({ layer, weights }) => {
        const packed = packWeights(layer, weights);
        const { inputChannels, outputChannels } = layer;
        const steps = Math.ceil(inputChannels / 4);
        for (const [at, weight] of packed.entries()) {
          const output = Math.floor(at / 32 / steps) * 8 + (Math.floor(at / 4) % 8);
          const input = (Math.floor(at / 32) % steps) * 4 + (at % 4);
          const isThere = input < inputChannels && output < outputChannels;
          expect(weight).toBe(isThere ? weights[input * outputChannels + output] : 0);
        }
      }),
    );
  });

  test('have a row of three pixels as 9 values and 3 zeros for the stem', () => {
    fc.assert(
      fc.property(weightsOf('stem'), ({ layer, weights }) => {
        const packed = packWeights(layer, weights);
        const { outputChannels } = layer;
        for (const [at, weight] of packed.entries()) {
          const output = Math.floor(at / 32 / 9) * 8 + (Math.floor(at / 4) % 8);
          const value = (Math.floor(at / 32) % 9) * 4 + (at % 4);
          const [row, inRow] = [Math.floor(value / 12), value % 12];
          const isThere = inRow < 9 && output < outputChannels;
          expect(weight).toBe(isThere ? weights[(row * 9 + inRow) * outputChannels + output] : 0);
        }
      }),
    );
  });

  test('have a channel’s three rows and a 0 side by side, column by column, for a depthwise convolution', () => {
    fc.assert(
      fc.property(weightsOf('depthwise'), ({ layer, weights }) => {
        const packed = packWeights(layer, weights);
        const { inputChannels } = layer;
        for (const [at, weight] of packed.entries()) {
          const channel = Math.floor(at / 192) * 16 + (Math.floor(at / 4) % 16);
          const [row, column] = [at % 4, Math.floor(at / 64) % 3];
          const isThere = row < 3 && channel < inputChannels;
          expect(weight).toBe(isThere ? weights[(row * 3 + column) * inputChannels + channel] : 0);
        }
      }),
    );
  });

  test('have one output’s weights without the others', () => {
    fc.assert(
      fc.property(weightsOf('pointwise'), ({ layer, weights }) => {
        const packed = packWeights(layer, weights);
        for (let output = 0; output < layer.outputChannels; output++) {
          const column = weights.filter((_, i) => i % layer.outputChannels === output);
          expect(packedOutput(layer, packed, output)).toEqual(column);
        }
      }),
    );
  });

  test('sum up, output by output, to what the weights do', () => {
    fc.assert(
      fc.property(anyWeights, ({ layer, weights }) => {
        const sums = new Int32Array(layer.outputChannels);
        for (const [i, weight] of weights.entries()) sums[i % layer.outputChannels] += weight;
        expect(weightSums(layer, packWeights(layer, weights))).toEqual(sums);
      }),
    );
  });
});
