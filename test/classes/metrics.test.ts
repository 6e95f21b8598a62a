import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { modelMetrics } from '../../src/classes/manifest.ts';
import { measureModel, reliabilityBins, wilsonInterval } from '../../src/classes/metrics.ts';

const labels = ['rose', 'tulip', 'daisy'];
/** Four photos: two roses, one of them taken for a tulip, and two tulips. */
const truth = Int32Array.of(0, 0, 1, 1);
const probabilities = Float32Array.from(
  [
    [0.75, 0.125, 0.125],
    [0.25, 0.5, 0.25],
    [0, 1, 0],
    [0.125, 0.75, 0.125],
  ].flat(),
);

describe('measureModel', () => {
  test('counts what was taken for what', () => {
    const metrics = measureModel(labels, truth, probabilities, 5);
    expect(metrics).toMatchObject({
      folds: 5,
      photos: 4,
      correct: 3,
      accuracy: 0.75,
      interval: wilsonInterval(3, 4),
      confusion: [
        [1, 1, 0],
        [0, 2, 0],
        [0, 0, 0],
      ],
      labels: [
        { label: 'rose', photos: 2, precision: 1, recall: 0.5 },
        { label: 'tulip', photos: 2, precision: 2 / 3, recall: 1 },
        { label: 'daisy', photos: 0, precision: null, recall: null },
      ],
    });
  });

  test('measures how sure the answers were, and how sure they should have been', () => {
    const { logLoss, calibrationError } = measureModel(labels, truth, probabilities, 1);
    expect(logLoss).toBeCloseTo(-(Math.log(0.75) + Math.log(0.25) + 0 + Math.log(0.75)) / 4, 6);
    // Two at 0.75, both right; one at 0.5, wrong; one at 1, right.
    expect(calibrationError).toBeCloseTo((2 * 0.25 + 1 * 0.5 + 1 * 0) / 4, 6);
  });

  test('is finite and valid whatever the answers, even with none', () => {
    const answers = fc.array(
      fc.record({
        shown: fc.nat(2),
        shares: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).filter(([a, b, c]) => a + b + c > 0),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(answers, (photos) => {
        const metrics = measureModel(
          labels,
          Int32Array.from(photos, ({ shown }) => shown),
          Float32Array.from(
            photos.flatMap(({ shares: [a, b, c] }) => [a, b, c].map((x) => x / (a + b + c))),
          ),
          5,
        );
        expect(modelMetrics.safeParse(metrics).error).toBeUndefined();
        expect(metrics.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(photos.length);
      }),
    );
  });
});

describe('reliabilityBins', () => {
  test('puts each photo into the bin of its first probability', () => {
    const bins = reliabilityBins(truth, probabilities, 3, 4);
    expect(bins).toEqual([
      { from: 0, to: 0.25, photos: 0, meanProbability: null, accuracy: null },
      { from: 0.25, to: 0.5, photos: 1, meanProbability: 0.5, accuracy: 0 },
      { from: 0.5, to: 0.75, photos: 2, meanProbability: 0.75, accuracy: 1 },
      { from: 0.75, to: 1, photos: 1, meanProbability: 1, accuracy: 1 },
    ]);
  });
});

describe('wilsonInterval', () => {
  // Values from Wilson's formula as R's prop.test(correct = FALSE) gives them.
  test.for([
    [89, 100, 0.8137, 0.9375],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
  ])('of %i in %i is %d to %d', ([successes, trials, low, high]) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval[0]).toBeCloseTo(low, 3);
    expect(interval[1]).toBeCloseTo(high, 3);
  });
});
