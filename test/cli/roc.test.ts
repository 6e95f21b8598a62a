import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureRoc, outsideUnknownAt } from '../../src/cli/roc.ts';

/** Few values, so that there are ties. */
const scores = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 });

describe('measureRoc', () => {
  test('has the area that counting every pair has', () => {
    fc.assert(
      fc.property(scores, scores, (inside, outside) => {
        const wins = inside.flatMap((a) =>
          outside.map((b) => (a > b ? 1 : a === b ? 0.5 : 0) as number),
        );
        const mean = wins.reduce((sum, win) => sum + win, 0) / wins.length;
        const { auroc, interval } = measureRoc(inside, outside);
        expect(auroc).toBeCloseTo(mean, 12);
        expect(interval[0]).toBeLessThanOrEqual(auroc);
        expect(interval[1]).toBeGreaterThanOrEqual(auroc);
      }),
    );
  });

  test('goes from everything kept to nothing, never back', () => {
    fc.assert(
      fc.property(scores, scores, (inside, outside) => {
        const { points } = measureRoc(inside, outside);
        expect(points[0]).toMatchObject({ insideKept: 1, outsideUnknown: 0 });
        expect(points.at(-1)).toMatchObject({ insideKept: 0, outsideUnknown: 1 });
        for (const [i, point] of points.slice(1).entries()) {
          expect(point.threshold).toBeGreaterThan(points[i].threshold);
          expect(point.insideKept).toBeLessThanOrEqual(points[i].insideKept);
          expect(point.outsideUnknown).toBeGreaterThanOrEqual(points[i].outsideUnknown);
        }
      }),
    );
  });

  test('says what each threshold calls unknown', () => {
    fc.assert(
      fc.property(scores, scores, (inside, outside) => {
        for (const { threshold, insideKept, outsideUnknown } of measureRoc(inside, outside)
          .points) {
          const kept = inside.filter((score) => score >= threshold).length;
          const unknown = outside.filter((score) => score < threshold).length;
          expect(insideKept).toBeCloseTo(kept / inside.length, 12);
          expect(outsideUnknown).toBeCloseTo(unknown / outside.length, 12);
        }
      }),
    );
  });

  // SE by hand from Hanley & McNeil: A = 0.75, Q1 = 0.6, Q2 = 9/14, 2 and 2 photos.
  test('has the interval that the formula gives', () => {
    const { auroc, interval } = measureRoc([2, 4], [1, 3]);
    expect(auroc).toBe(0.75);
    expect(interval[0]).toBeCloseTo(0.75 - 1.96 * Math.sqrt((0.1875 + 0.0375 + 0.0803571) / 4), 5);
    expect(interval[1]).toBe(1);
  });
});

describe('outsideUnknownAt', () => {
  const roc = measureRoc([3, 5, 7, 9], [1, 2, 4, 6]);

  test.for([
    [1, 0.5],
    [0.9, 0.5],
    [0.75, 0.75],
    [0.5, 1],
  ])('where %d of the inside is kept, finds %d', ([kept, expected]) => {
    expect(outsideUnknownAt(roc, kept)).toBe(expected);
  });
});
