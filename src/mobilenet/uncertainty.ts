/** When an answer counts as none: see {@link isUnknown}. */
export interface UnknownThresholds {
  /** Least probability of the first class, 0..1. */
  readonly minTopProbability: number;
  /** Least lead of the first class over the second, 0..1. */
  readonly minMargin: number;
}

/** Thresholds under which nothing falls. */
export const noThresholds: UnknownThresholds = { minTopProbability: 0, minMargin: 0 };

/**
 * Whether a model doesn't know what a photo shows: its first class has too
 * little probability, or leads too little over the second. All classes count,
 * whatever filters leave of them; "background" is not one.
 *
 * @param probabilities one a class
 */
export function isUnknown(
  probabilities: Float32Array,
  { minTopProbability, minMargin }: UnknownThresholds,
): boolean {
  let first = 0;
  let second = 0;
  for (const probability of probabilities) {
    if (probability > first) {
      second = first;
      first = probability;
    } else if (probability > second) {
      second = probability;
    }
  }
  return first < minTopProbability || first - second < minMargin;
}
