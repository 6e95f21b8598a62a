import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { softmax } from '../../src/classes/head.ts';
import { fitTemperature } from '../../src/classes/temperature.ts';

const labelCount = 3;
const answers = fc.array(
  fc.record({
    shown: fc.nat(labelCount - 1),
    logits: fc.array(fc.double({ min: -12, max: 12, noNaN: true }), {
      minLength: labelCount,
      maxLength: labelCount,
    }),
  }),
  { minLength: 1, maxLength: 30 },
);

/** In double precision, as differences between temperatures are small. */
function meanLogLoss(logits: Float64Array, truth: Int32Array, temperature: number): number {
  const losses = [...truth].map((label, photo) => {
    const own = logits.subarray(photo * labelCount, (photo + 1) * labelCount);
    const largest = Math.max(...own);
    const total = own.reduce((sum, logit) => sum + Math.exp((logit - largest) / temperature), 0);
    return Math.log(total) - (own[label] - largest) / temperature;
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

describe('fitTemperature', () => {
  test('is as good as the best of a fine grid, and never worse than none', () => {
    const grid = Array.from({ length: 161 }, (_, i) => 0.25 * 16 ** (i / 160));
    fc.assert(
      fc.property(answers, (photos) => {
        const truth = Int32Array.from(photos, ({ shown }) => shown);
        const logits = Float64Array.from(photos.flatMap(({ logits }) => logits));
        const temperature = fitTemperature(logits, truth);
        expect(temperature).toBeGreaterThanOrEqual(0.25);
        expect(temperature).toBeLessThanOrEqual(4);
        const loss = meanLogLoss(logits, truth, temperature);
        for (const other of [1, ...grid]) {
          expect(loss).toBeLessThanOrEqual(meanLogLoss(logits, truth, other) + 1e-7);
        }
      }),
    );
  });

  test('takes back what logits were multiplied with', () => {
    // Nine in ten answers of this certainty are right.
    const certain = [Math.log(18), 0, 0];
    const truth = Int32Array.from({ length: 20 }, (_, i) => (i === 0 ? 1 : i === 1 ? 2 : 0));
    for (const factor of [0.5, 1, 3]) {
      const logits = Float64Array.from(
        [...truth].flatMap(() => certain.map((logit) => factor * logit)),
      );
      const temperature = fitTemperature(logits, truth);
      expect(temperature).toBeCloseTo(factor, 6);
      expect(softmax(logits.subarray(0, 3), temperature)[0]).toBeCloseTo(0.9, 6);
    }
  });

  test('goes no further than its bounds where all answers are right, or all are wrong', () => {
    const logits = Float64Array.of(5, 0, 0, 0, 5, 0);
    expect(fitTemperature(logits, Int32Array.of(0, 1))).toBeCloseTo(0.25, 6);
    expect(fitTemperature(logits, Int32Array.of(1, 2))).toBeCloseTo(4, 6);
  });

  test('leaves answers alone that say nothing', () => {
    expect(fitTemperature(new Float64Array(6), Int32Array.of(0, 1))).toBe(1);
    expect(fitTemperature(new Float64Array(0), new Int32Array(0))).toBe(1);
  });
});
