import { stratifiedFolds } from './folds.ts';
import type { TrainingSet } from './training-set.ts';

/** How examples are held out. */
export interface Split {
  /** How many folds there are; 1 where one part is held out once. */
  readonly count: number;
  /** [examples]: the fold in which each is held out; -1 where it never is. */
  readonly folds: Int32Array;
  /** Examples that are held out and measured, in ascending order: all but augmented ones. */
  readonly rows: Int32Array;
}

/** Folds where nobody asks for another number; a single part that is held out is one of as many. */
export const usualFolds = 5;

/**
 * Splits examples by label and group.
 *
 * @param folds 1 for a fifth that is held out once
 * @returns undefined where some label has only one group of photos, so that one side would have none of it
 */
export function splitExamples(
  set: Omit<TrainingSet, 'embeddings'>,
  folds: number,
  seed: number,
): Split | undefined {
  const { labels, labelIndices, groups, augmented } = set;
  const groupsByLabel = labels.map(() => new Set<number>());
  for (const [example, label] of labelIndices.entries()) {
    if (augmented?.[example] !== 1) groupsByLabel[label].add(groups?.[example] ?? example);
  }
  if (groupsByLabel.some(({ size }) => size < 2)) return undefined;
  const total = new Set(groupsByLabel.flatMap((own) => [...own])).size;
  const count = Math.min(total, folds === 1 ? usualFolds : folds);
  const dealt = stratifiedFolds({ labelIndices, groups, labelCount: labels.length }, count, seed);
  const only = fullest(dealt, count);
  const held = folds === 1 ? dealt.map((fold) => (fold === only ? 0 : -1)) : dealt;
  return {
    count: folds === 1 ? 1 : count,
    folds: held,
    rows: Int32Array.from(held.keys()).filter((row) => held[row] >= 0 && augmented?.[row] !== 1),
  };
}

/** The fold with most examples: of few examples, some folds have none. */
function fullest(folds: Int32Array, count: number): number {
  const sizes = new Int32Array(count);
  for (const fold of folds) sizes[fold] += 1;
  return sizes.indexOf(Math.max(...sizes));
}
