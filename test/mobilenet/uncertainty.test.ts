import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUnknown, noThresholds } from '../../src/mobilenet/uncertainty.ts';

describe('isUnknown', () => {
  test.for([
    ['a first class under the threshold', Float32Array.of(0.2, 0.1), 0.25, 0, true],
    ['a first class at the threshold', Float32Array.of(0.1, 0.25), 0.25, 0, false],
    ['a lead under the margin', Float32Array.of(0.5, 0.375), 0, 0.25, true],
    ['a lead at the margin', Float32Array.of(0.25, 0.5), 0, 0.25, false],
    ['two classes that tie', Float32Array.of(0.5, 0.5), 0, 0.01, true],
  ] as const)('judges %s', ([, probabilities, minTopProbability, minMargin, expected]) => {
    expect(isUnknown(probabilities, { minTopProbability, minMargin })).toBe(expected);
  });

  test('agrees with sorting', () => {
    const anyShare = fc.float({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.float32Array({ min: 0, max: 1, noNaN: true, minLength: 2, maxLength: 20 }),
        anyShare,
        anyShare,
        (probabilities, minTopProbability, minMargin) => {
          const [first, second] = probabilities.slice().sort().reverse();
          expect(isUnknown(probabilities, { minTopProbability, minMargin })).toBe(
            first < minTopProbability || first - second < minMargin,
          );
          expect(isUnknown(probabilities, noThresholds)).toBe(false);
        },
      ),
    );
  });
});
