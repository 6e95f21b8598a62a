import { seededRandom, shuffled } from '../seeded-random.ts';

/** What folds are made from. */
export interface FoldsInput {
  /** [examples] */
  readonly labelIndices: Int32Array;
  /** [examples]: examples of one group go into one fold. */
  readonly groups?: Int32Array | undefined;
  readonly labelCount: number;
}

/**
 * Deals examples out to folds so that each fold has its share of each label:
 * without groups, two folds differ by at most one example of a label, and of
 * all. The same seed gives the same folds.
 *
 * @param count how many folds, at least 1
 * @returns [examples]: the fold of each, 0..count-1
 */
export function stratifiedFolds(
  { labelIndices, groups, labelCount }: FoldsInput,
  count: number,
  seed: number,
): Int32Array {
  const random = seededRandom(seed);
  const members = Map.groupBy(labelIndices.keys(), (example) => groups?.[example] ?? example);
  // The largest first, as long as there is room to make up for them; then label by label, so that
  // what is left over of one label goes to the folds that have least of all.
  const order = shuffled(members.values(), random).sort(
    (a, b) => b.length - a.length || labelIndices[a[0]] - labelIndices[b[0]],
  );
  // So that what is left over doesn't always go to the first folds.
  const foldOrder = shuffled(Array(count).keys(), random);
  const sizes = Array.from({ length: count }, () => new Int32Array(labelCount));
  const totals = new Int32Array(count);
  const folds = new Int32Array(labelIndices.length);
  for (const examples of order) {
    const label = labelIndices[examples[0]];
    const fold = foldOrder.reduce((best, other) => {
      const difference = sizes[other][label] - sizes[best][label] || totals[other] - totals[best];
      return difference < 0 ? other : best;
    });
    for (const example of examples) {
      folds[example] = fold;
      sizes[fold][labelIndices[example]] += 1;
      totals[fold] += 1;
    }
  }
  return folds;
}
