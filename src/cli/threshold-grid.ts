import { backgroundOutputs } from '../mobilenet/top-k.ts';
import { isUnknown, type UnknownThresholds } from '../mobilenet/uncertainty.ts';

/** The network's answer to a photo. */
export interface PhotoAnswer {
  /** One an output, background first. */
  readonly probabilities: Float32Array;
}

/** The answer to a photo of one of the classes. */
export interface InsideAnswer extends PhotoAnswer {
  /** Whether the most probable class is what it shows. */
  readonly isRight: boolean;
}

/** What becomes of the photos at a pair of thresholds; counts of photos. */
export interface ThresholdCounts extends UnknownThresholds {
  readonly inside: {
    /** Answered, and right. */
    readonly right: number;
    readonly wrong: number;
    readonly unknown: number;
    /** Of the unknown ones, those whose answer was right. */
    readonly lost: number;
  };
  readonly outside: {
    readonly answered: number;
    readonly unknown: number;
  };
}

/** How many of the photos the rule that serves calls unknown. */
export function countUnknown(
  photos: readonly PhotoAnswer[],
  thresholds: UnknownThresholds,
): number {
  return photos.filter(({ probabilities }) =>
    isUnknown(probabilities.subarray(backgroundOutputs), thresholds),
  ).length;
}

/** Counts what becomes of both sides at one pair of thresholds. */
export function countAt(
  thresholds: UnknownThresholds,
  inside: readonly InsideAnswer[],
  outside: readonly PhotoAnswer[],
): ThresholdCounts {
  const rights = inside.filter(({ isRight }) => isRight);
  const insideUnknown = countUnknown(inside, thresholds);
  const lost = countUnknown(rights, thresholds);
  const right = rights.length - lost;
  const outsideUnknown = countUnknown(outside, thresholds);
  return {
    ...thresholds,
    inside: {
      right,
      wrong: inside.length - insideUnknown - right,
      unknown: insideUnknown,
      lost,
    },
    outside: { answered: outside.length - outsideUnknown, unknown: outsideUnknown },
  };
}

/** Counts at every pair of levels. */
export function countGrid(
  levels: readonly number[],
  inside: readonly InsideAnswer[],
  outside: readonly PhotoAnswer[],
): ThresholdCounts[] {
  return levels.flatMap((minTopProbability) =>
    levels.map((minMargin) => countAt({ minTopProbability, minMargin }, inside, outside)),
  );
}

/**
 * The thresholds that call most photos from outside unknown, among those that
 * call at most a share of the right answers so. Of several, those that come
 * first: the lowest probability, then the lowest margin.
 *
 * @param grid in ascending order of thresholds, from none
 * @param mostLost share of the right answers, 0..1
 */
export function chooseThresholds(
  grid: readonly ThresholdCounts[],
  mostLost: number,
): ThresholdCounts {
  return grid
    .filter(({ inside: { right, lost } }) => lost <= mostLost * (right + lost))
    .reduce((best, counts) => (counts.outside.unknown > best.outside.unknown ? counts : best));
}
