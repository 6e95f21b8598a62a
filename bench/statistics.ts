/** Where a set of measurements lies. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  /** A tenth of the measurements is below p10, a tenth above p90. */
  readonly p10: number;
  readonly p90: number;
  /**
   * Mean of the middle 80 %. Unlike a median, it sees through a clock that
   * ticks in steps as long as what is measured; unlike a mean, it does not
   * follow the few measurements that other work on the machine disturbed.
   */
  readonly trimmedMean: number;
}

/** @throws RangeError where there are no values */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('Expected at least one measurement.');
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 10);
  const middle = sorted.slice(cut, sorted.length - cut);
  return {
    count: sorted.length,
    median: quantile(sorted, 0.5),
    p10: quantile(sorted, 0.1),
    p90: quantile(sorted, 0.9),
    trimmedMean: middle.reduce((sum, value) => sum + value, 0) / middle.length,
  };
}

/**
 * Linear between the two nearest, as R's type 7 and NumPy's default.
 *
 * @param sorted from the least to the most, at least one
 * @param fraction 0..1
 */
export function quantile(sorted: readonly number[], fraction: number): number {
  const position = (sorted.length - 1) * fraction;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}
