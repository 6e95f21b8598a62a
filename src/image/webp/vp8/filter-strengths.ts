/** How strongly macroblocks' edges are smoothed (RFC 6386, 9.6 and 15.2 to 15.4). */
import { type FrameHeader, maxSegments } from './frame-header.ts';

export interface FilterStrength {
  /** 0 where nothing is smoothed. */
  readonly level: number;
  /** Differences across an edge up to which it is smoothed. */
  readonly macroblockEdgeLimit: number;
  readonly subblockEdgeLimit: number;
  /** Differences on either side of the edge up to which it is smoothed. */
  readonly interiorLimit: number;
  /** Differences next to the edge above which it is smoothed less. */
  readonly varianceThreshold: number;
}

const maxLevel = 63;

/** Place of a macroblock's strength among all. */
export function strengthIndex(segment: number, hasSubblockModes: boolean): number {
  return 2 * segment + (hasSubblockModes ? 1 : 0);
}

/** @returns at each {@link strengthIndex}; none where the frame is not filtered */
export function filterStrengthsOf({ filter, segmentation }: FrameHeader): FilterStrength[] {
  if (filter.level === 0) return [];
  return Array.from({ length: 2 * maxSegments }, (_, index) => {
    const own = segmentation.filterLevels[index >> 1];
    const ofSegment = segmentation.isAbsolute ? own : filter.level + own;
    const ofMode = (index & 1) === 1 ? filter.subblocksDelta : 0;
    const level = ofSegment + filter.intraDelta + ofMode;
    return strengthOf(Math.min(Math.max(level, 0), maxLevel), filter.sharpness);
  });
}

function strengthOf(level: number, sharpness: number): FilterStrength {
  let interiorLimit = level;
  if (sharpness > 0) {
    interiorLimit = Math.min(level >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
  }
  interiorLimit = Math.max(interiorLimit, 1);
  return {
    level,
    macroblockEdgeLimit: 2 * (level + 2) + interiorLimit,
    subblockEdgeLimit: 2 * level + interiorLimit,
    interiorLimit,
    varianceThreshold: level >= 40 ? 2 : level >= 15 ? 1 : 0,
  };
}
