import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUnknown, noThresholds } from '../../src/mobilenet/uncertainty.ts';

/** Probabilities of background and classes. */
function outputs(background: number, ...classes: number[]): Float32Array {
  return Float32Array.of(background, ...classes);
}

describe('isUnknown', () => {
  test.for([
    ['a first class under the threshold', outputs(0, 0.2, 0.1), 0.25, 0, true],
    ['a first class at the threshold', outputs(0, 0.1, 0.25), 0.25, 0, false],
    ['a lead under the margin', outputs(0, 0.5, 0.375), 0, 0.25, true],
    ['a lead at the margin', outputs(0, 0.25, 0.5), 0, 0.25, false],
    ['background ahead of all classes', outputs(0.9, 0.1, 0), 0.25, 0, true],
    ['background close behind the first class', outputs(0.45, 0.5, 0), 0.25, 0.25, false],
    ['two classes that tie', outputs(0, 0.5, 0.5), 0, 0.01, true],
  ] as const)('judges %s', ([, probabilities, minTopProbability, minMargin, expected]) => {
    expect(isUnknown(probabilities, { minTopProbability, minMargin })).toBe(expected);
  });

  test('agrees with sorting', () => {
    const anyShare = fc.float({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.float32Array({ min: 0, max: 1, noNaN: true, minLength: 3, maxLength: 20 }),
        anyShare,
        anyShare,
        (probabilities, minTopProbability, minMargin) => {
          const [first, second] = probabilities.slice(1).sort().reverse();
          expect(isUnknown(probabilities, { minTopProbability, minMargin })).toBe(
            first < minTopProbability || first - second < minMargin,
          );
          expect(isUnknown(probabilities, noThresholds)).toBe(false);
        },
      ),
    );
  });
});
