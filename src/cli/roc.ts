/** How well a score tells two kinds of photos apart, at any threshold. */
export interface Roc {
  /**
   * Area under the curve, 0..1: how often a photo from inside has the higher
   * score of a pair, one from each; ties count half. 0.5 is guessing.
   */
  readonly auroc: number;
  /** 95 % interval of it. */
  readonly interval: readonly [number, number];
  /** From the lowest threshold to the highest: from everything kept to nothing. */
  readonly points: readonly RocPoint[];
}

export interface RocPoint {
  /** Photos with a score under it are called unknown. The last is Infinity (JSON: null). */
  readonly threshold: number;
  /** Share of photos from inside that are not called unknown, 0..1. */
  readonly insideKept: number;
  /** Share of photos from outside that are, 0..1. */
  readonly outsideUnknown: number;
}

/**
 * The receiver operating characteristic of a score.
 *
 * @param inside scores of photos that should be answered, at least one
 * @param outside scores of photos that should be called unknown, at least one
 */
export function measureRoc(inside: readonly number[], outside: readonly number[]): Roc {
  const [insides, outsides] = [inside, outside].map((scores) => scores.toSorted((a, b) => a - b));
  const thresholds = [...new Set([...insides, ...outsides])].sort((a, b) => a - b);
  const points: RocPoint[] = [];
  let [insideBelow, outsideBelow, pairs] = [0, 0, 0];
  for (const threshold of [...thresholds, Number.POSITIVE_INFINITY]) {
    points.push({
      threshold,
      insideKept: 1 - insideBelow / insides.length,
      outsideUnknown: outsideBelow / outsides.length,
    });
    const [insideBefore, outsideBefore] = [insideBelow, outsideBelow];
    while (insides[insideBelow] <= threshold) insideBelow += 1;
    while (outsides[outsideBelow] <= threshold) outsideBelow += 1;
    // Those from inside with this score are above all outsiders before, and level with the new ones.
    pairs += (insideBelow - insideBefore) * ((outsideBefore + outsideBelow) / 2);
  }
  const auroc = pairs / (insides.length * outsides.length);
  return { auroc, interval: aurocInterval(auroc, insides.length, outsides.length), points };
}

/** Share of outside photos called unknown at the highest threshold that keeps this share of those inside. */
export function outsideUnknownAt({ points }: Roc, insideKept: number): number {
  return points.findLast((point) => point.insideKept >= insideKept)?.outsideUnknown ?? 0;
}

/** 95 % interval from the standard error of Hanley & McNeil 1982, Radiology 143(1), page 31. */
function aurocInterval(area: number, inside: number, outside: number): [number, number] {
  const twoInside = area / (2 - area);
  const twoOutside = (2 * area ** 2) / (1 + area);
  const variance =
    (area * (1 - area) +
      (inside - 1) * (twoInside - area ** 2) +
      (outside - 1) * (twoOutside - area ** 2)) /
    (inside * outside);
  const half = 1.96 * Math.sqrt(variance);
  return [Math.max(0, area - half), Math.min(1, area + half)];
}
