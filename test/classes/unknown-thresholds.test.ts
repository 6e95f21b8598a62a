import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mostProbable } from '../../src/classes/metrics.ts';
import { chooseThresholds } from '../../src/classes/unknown-thresholds.ts';
import { noThresholds } from '../../src/mobilenet/uncertainty.ts';

/** Answers to photos of the first of two labels, by its probability. */
function pairs(firsts: readonly number[]) {
  return {
    truth: new Int32Array(firsts.length),
    probabilities: Float32Array.from(firsts.flatMap((first) => [first, 1 - first])),
  };
}

describe('chooseThresholds', () => {
  test('loses one right answer in twenty, the least certain one', () => {
    const firsts = Array.from({ length: 20 }, (_, i) => 0.6 + i * 0.02);
    const { truth, probabilities } = pairs(firsts);
    const { minTopProbability, minMargin } = chooseThresholds(truth, probabilities);
    expect(minTopProbability).toBeCloseTo(0.62, 2);
    expect(minMargin).toBeCloseTo(0.24, 2);
    expect(firsts.filter((first) => first < minTopProbability)).toEqual([0.6]);
  });

  test('calls no answer of nine tenths unknown, however sure the others are', () => {
    const { truth, probabilities } = pairs(Array<number>(20).fill(0.9999));
    expect(chooseThresholds(truth, probabilities)).toEqual({
      minTopProbability: 0.9,
      minMargin: 0.8,
    });
  });

  test('does not look at wrong answers', () => {
    const right = pairs([0.7, 0.8, 0.9]);
    const both = pairs([0.7, 0.8, 0.9, 0.1, 0.2, 0.45]);
    expect(chooseThresholds(both.truth, both.probabilities)).toEqual(
      chooseThresholds(right.truth, right.probabilities),
    );
  });

  test('never loses more right answers than that', () => {
    const photos = fc.array(
      fc.record({
        shown: fc.nat(2),
        shares: fc
          .tuple(fc.nat(200), fc.nat(200), fc.nat(200))
          .filter(([a, b, c]) => a + b + c > 0),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(photos, (list) => {
        const truth = Int32Array.from(list, ({ shown }) => shown);
        const probabilities = Float32Array.from(
          list.flatMap(({ shares: [a, b, c] }) => [a, b, c].map((x) => x / (a + b + c))),
        );
        const { minTopProbability, minMargin } = chooseThresholds(truth, probabilities);
        const right = list.flatMap((_, photo) => {
          const own = probabilities.subarray(photo * 3, photo * 3 + 3);
          return mostProbable(own, 3) === truth[photo] ? [own.toSorted((a, b) => b - a)] : [];
        });
        const lost = right.filter(
          ([first, second]) => first < minTopProbability || first - second < minMargin,
        );
        expect(lost.length).toBeLessThanOrEqual(0.05 * right.length);
      }),
    );
  });

  test('calls nothing unknown where nothing was right', () => {
    const { truth, probabilities } = pairs([0.1, 0.2]);
    expect(chooseThresholds(truth, probabilities)).toEqual(noThresholds);
    expect(chooseThresholds(new Int32Array(0), new Float32Array(0))).toEqual(noThresholds);
  });
});
