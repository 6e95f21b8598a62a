/** Smooths the edges of a row of macroblocks, in the order of RFC 6386, 15.1. */
import type { FilterStrength } from './filter-strengths.ts';
import { filterMacroblockEdge, filterSimple, filterSubblockEdge } from './loop-filter.ts';
import type { PlaneWindow, SampleWindow } from './sample-window.ts';

/** Beside the index of a macroblock's strength: its subblocks' edges are left as they are. */
export const keepsSubblockEdges = 0x80;

export class RowSmoother {
  readonly #strengths: readonly FilterStrength[];
  readonly #isSimple: boolean;
  readonly #endColumn: number;

  /**
   * @param strengths none where nothing is smoothed
   * @param endColumn of pixels that have to be right; what is smoothed further right doesn't change them
   */
  constructor(strengths: readonly FilterStrength[], isSimple: boolean, endColumn: number) {
    this.#strengths = strengths;
    this.#isSimple = isSimple;
    // The macroblock behind the last one smooths the edge between them.
    this.#endColumn = ((endColumn + 15) >> 4) + 1;
  }

  /**
   * Smooths the window's first row.
   *
   * @param macroblocks a strength's index each, perhaps with {@link keepsSubblockEdges}
   * @param hasAbove whether it is not the picture's first row
   */
  smooth({ luma, chroma }: SampleWindow, macroblocks: Uint8Array, hasAbove: boolean): void {
    if (this.#strengths.length === 0) return;
    const end = Math.min(this.#endColumn, macroblocks.length);
    for (let column = 0; column < end; column++) {
      const strength = this.#strengths[macroblocks[column] & ~keepsSubblockEdges];
      if (strength.level === 0) continue;
      const inner = (macroblocks[column] & keepsSubblockEdges) === 0;
      if (this.#isSimple) {
        smoothSimply(luma, column, strength, hasAbove, inner);
      } else {
        smoothPlane(luma, 16, column, strength, hasAbove, inner);
        smoothPlane(chroma[0], 8, column, strength, hasAbove, inner);
        smoothPlane(chroma[1], 8, column, strength, hasAbove, inner);
      }
    }
  }
}

function smoothSimply(
  { samples, stride, firstRowStart }: PlaneWindow,
  column: number,
  { macroblockEdgeLimit, subblockEdgeLimit }: FilterStrength,
  hasAbove: boolean,
  inner: boolean,
): void {
  const at = firstRowStart + 16 * column;
  if (column > 0) filterSimple(samples, at, 1, stride, 16, macroblockEdgeLimit);
  if (inner) {
    for (let x = 4; x < 16; x += 4) {
      filterSimple(samples, at + x, 1, stride, 16, subblockEdgeLimit);
    }
  }
  if (hasAbove) filterSimple(samples, at, stride, 1, 16, macroblockEdgeLimit);
  if (inner) {
    for (let y = 4; y < 16; y += 4) {
      filterSimple(samples, at + y * stride, stride, 1, 16, subblockEdgeLimit);
    }
  }
}

function smoothPlane(
  { samples, stride, firstRowStart }: PlaneWindow,
  side: number,
  column: number,
  strength: FilterStrength,
  hasAbove: boolean,
  inner: boolean,
): void {
  const { macroblockEdgeLimit, subblockEdgeLimit, interiorLimit, varianceThreshold } = strength;
  const at = firstRowStart + side * column;
  if (column > 0) {
    filterMacroblockEdge(
      samples,
      at,
      1,
      stride,
      side,
      macroblockEdgeLimit,
      interiorLimit,
      varianceThreshold,
    );
  }
  if (inner) {
    for (let x = 4; x < side; x += 4) {
      filterSubblockEdge(
        samples,
        at + x,
        1,
        stride,
        side,
        subblockEdgeLimit,
        interiorLimit,
        varianceThreshold,
      );
    }
  }
  if (hasAbove) {
    filterMacroblockEdge(
      samples,
      at,
      stride,
      1,
      side,
      macroblockEdgeLimit,
      interiorLimit,
      varianceThreshold,
    );
  }
  if (inner) {
    for (let y = 4; y < side; y += 4) {
      filterSubblockEdge(
        samples,
        at + y * stride,
        stride,
        1,
        side,
        subblockEdgeLimit,
        interiorLimit,
        varianceThreshold,
      );
    }
  }
}
