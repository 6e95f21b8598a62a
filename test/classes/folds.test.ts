import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stratifiedFolds } from '../../src/classes/folds.ts';
import { splitExamples } from '../../src/classes/split.ts';
import { smallSet } from './examples.ts';

const labelled = fc.array(fc.nat(3), { minLength: 1, maxLength: 60 });
const counts = fc.integer({ min: 1, max: 7 });
const labelCount = 4;

/** Examples of each fold, by something of theirs. */
function tally(
  folds: Int32Array,
  count: number,
  values: ArrayLike<number>,
  value: number,
): number[] {
  return Array.from(
    { length: count },
    (_, fold) => folds.filter((own, i) => own === fold && values[i] === value).length,
  );
}

describe('stratifiedFolds', () => {
  test('gives two folds the same number of a label, or one more', () => {
    fc.assert(
      fc.property(labelled, counts, fc.integer(), (labels, count, seed) => {
        const labelIndices = Int32Array.from(labels);
        const folds = stratifiedFolds({ labelIndices, labelCount }, count, seed);
        for (let label = 0; label < labelCount; label++) {
          const sizes = tally(folds, count, labelIndices, label);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
        const all = tally(folds, count, new Uint8Array(labels.length), 0);
        expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('never parts a group', () => {
    const grouped = fc.array(fc.tuple(fc.nat(3), fc.nat(12)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(grouped, counts, fc.integer(), (examples, count, seed) => {
        const labelIndices = Int32Array.from(examples, ([label]) => label);
        const groups = Int32Array.from(examples, ([, group]) => group);
        const folds = stratifiedFolds({ labelIndices, groups, labelCount }, count, seed);
        for (const group of new Set(groups)) {
          const own = folds.filter((_, i) => groups[i] === group);
          expect(new Set(own).size).toBe(1);
        }
        expect(folds.every((fold) => fold >= 0 && fold < count)).toBe(true);
      }),
    );
  });

  test('spreads groups of several examples evenly', () => {
    // Ten photos of each of two labels, three views each.
    const labelIndices = Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 30));
    const groups = Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 3));
    const folds = stratifiedFolds({ labelIndices, groups, labelCount: 2 }, 5, 7);
    expect(tally(folds, 5, labelIndices, 0)).toEqual([6, 6, 6, 6, 6]);
    expect(tally(folds, 5, labelIndices, 1)).toEqual([6, 6, 6, 6, 6]);
  });

  test('is the same for the same seed, and another for another', () => {
    const labelIndices = Int32Array.from({ length: 40 }, (_, i) => i % 4);
    const [first, again, other] = [1, 1, 2].map((seed) =>
      stratifiedFolds({ labelIndices, labelCount }, 5, seed),
    );
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

describe('splitExamples', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => [i]);

  test('holds every photo out once, but none of its other views', () => {
    const set = {
      ...smallSet([0, 0, 0, 0, 1, 1, 1, 1], numbers(8)),
      groups: Int32Array.of(0, 0, 1, 1, 2, 2, 3, 3),
      augmented: Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1),
    };
    const split = splitExamples(set, 2, 3);
    expect(split?.count).toBe(2);
    expect([...(split?.rows ?? [])]).toEqual([0, 2, 4, 6]);
  });

  test('holds a fifth of each label out, once, for one fold', () => {
    const set = smallSet(
      Array.from({ length: 50 }, (_, i) => (i < 40 ? 0 : 1)),
      numbers(50),
    );
    const split = splitExamples(set, 1, 3);
    expect(split?.count).toBe(1);
    const labels = [...(split?.rows ?? [])].map((row) => set.labelIndices[row]);
    expect(labels).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    expect(split?.folds.filter((fold) => fold === -1).length).toBe(40);
  });

  test('holds something out however few examples there are', () => {
    const split = splitExamples(smallSet([0, 0, 1, 1], numbers(4)), 1, 0);
    expect(split?.rows.length).toBe(1);
    expect(splitExamples(smallSet([0, 0, 1, 1], numbers(4)), 10, 0)?.count).toBe(4);
  });

  test('gives nothing where a label has one example, or one group', () => {
    expect(splitExamples(smallSet([0, 0, 1], numbers(3)), 5, 0)).toBeUndefined();
    const grouped = { ...smallSet([0, 0, 1, 1], numbers(4)), groups: Int32Array.of(0, 1, 2, 2) };
    expect(splitExamples(grouped, 5, 0)).toBeUndefined();
  });
});
