import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseThresholds, countAt, countGrid } from '../../src/cli/threshold-grid.ts';
import { noThresholds } from '../../src/mobilenet/uncertainty.ts';

/** Background and three classes, as eighths: thresholds of the grid are hit exactly. */
const probabilities = fc
  .array(fc.integer({ min: 0, max: 8 }), { minLength: 4, maxLength: 4 })
  .map((eighths) => Float32Array.from(eighths, (eighth) => eighth / 8));
const inside = fc.array(fc.record({ probabilities, isRight: fc.boolean() }), { maxLength: 20 });
const outside = fc.array(fc.record({ probabilities }), { maxLength: 20 });
const levels = [0, 0.25, 0.5, 0.75];

describe('countAt', () => {
  test('counts right, wrong, unknown and lost answers', () => {
    const sure = Float32Array.of(0, 0.75, 0.25, 0);
    const torn = Float32Array.of(0, 0.5, 0.375, 0.125);
    const counts = countAt(
      { minTopProbability: 0.25, minMargin: 0.25 },
      [
        { probabilities: sure, isRight: true },
        { probabilities: sure, isRight: false },
        { probabilities: torn, isRight: true },
        { probabilities: torn, isRight: false },
      ],
      [{ probabilities: sure }, { probabilities: torn }, { probabilities: torn }],
    );
    expect(counts.inside).toEqual({ right: 1, wrong: 1, unknown: 2, lost: 1 });
    expect(counts.outside).toEqual({ answered: 1, unknown: 2 });
  });

  test('calls nothing unknown without thresholds', () => {
    fc.assert(
      fc.property(inside, outside, (insides, outsides) => {
        const counts = countAt(noThresholds, insides, outsides);
        expect(counts.inside).toMatchObject({ unknown: 0, lost: 0 });
        expect(counts.outside).toEqual({ answered: outsides.length, unknown: 0 });
      }),
    );
  });
});

describe('countGrid', () => {
  test('counts every photo once, and no fewer unknown ones at higher thresholds', () => {
    fc.assert(
      fc.property(inside, outside, (insides, outsides) => {
        const grid = countGrid(levels, insides, outsides);
        expect(grid.length).toBe(levels.length ** 2);
        for (const low of grid) {
          const { right, wrong, unknown, lost } = low.inside;
          expect(right + wrong + unknown).toBe(insides.length);
          expect(right + lost).toBe(insides.filter(({ isRight }) => isRight).length);
          expect(low.outside.answered + low.outside.unknown).toBe(outsides.length);
          for (const high of grid) {
            if (high.minTopProbability < low.minTopProbability || high.minMargin < low.minMargin) {
              continue;
            }
            expect(high.inside.unknown).toBeGreaterThanOrEqual(unknown);
            expect(high.inside.lost).toBeGreaterThanOrEqual(lost);
            expect(high.outside.unknown).toBeGreaterThanOrEqual(low.outside.unknown);
          }
        }
      }),
    );
  });
});

describe('chooseThresholds', () => {
  test('finds most unknown ones outside that the allowed loss leaves, at the lowest thresholds', () => {
    fc.assert(
      fc.property(inside, outside, fc.constantFrom(0, 0.05, 0.5, 1), (insides, outsides, most) => {
        const grid = countGrid(levels, insides, outsides);
        const chosen = chooseThresholds(grid, most);
        const allowed = grid.filter(({ inside: { right, lost } }) => lost <= most * (right + lost));
        expect(allowed).toContain(chosen);
        const better = allowed.filter(
          ({ outside: { unknown }, minTopProbability, minMargin }) =>
            unknown > chosen.outside.unknown ||
            (unknown === chosen.outside.unknown &&
              minTopProbability <= chosen.minTopProbability &&
              minMargin <= chosen.minMargin),
        );
        expect(better).toEqual([chosen]);
      }),
    );
  });
});
