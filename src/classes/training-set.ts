/** Embeddings of photos, and what the photos show. */
export interface TrainingSet {
  /** Distinct names, in the order that indices count by. */
  readonly labels: readonly string[];
  /** [examples, 1280], row-major; the backbone's own, or a fine-tuned tail's. */
  readonly embeddings: Float32Array;
  /** [examples]: index of each example's label. */
  readonly labelIndices: Int32Array;
  /**
   * [examples]: examples of one group never stand on both sides of a split,
   * such as views and duplicates of one photo. Missing where each is its own.
   */
  readonly groups?: Int32Array;
  /**
   * [examples]: 1 for views of a photo other than the plain one. They are
   * trained on, but nothing is measured with them and they don't count as
   * photos. Missing where there are none.
   */
  readonly augmented?: Uint8Array;
}

/** How many photos there are of each label, [labels]. */
export function photosByLabel({
  labels,
  labelIndices,
  augmented,
}: Pick<TrainingSet, 'labels' | 'labelIndices' | 'augmented'>): number[] {
  const counts = new Array<number>(labels.length).fill(0);
  for (const [example, label] of labelIndices.entries()) {
    if (augmented?.[example] !== 1) counts[label] += 1;
  }
  return counts;
}
