/**
 * The wanted rows of a frame that covers all or a part of the picture; the
 * rest of the picture is white.
 */
import type { BoxReducer } from '../box-reducer.ts';
import type { Reduction } from '../picture-target.ts';

/** Where a frame is in its picture, in pixels. */
export interface FramePlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const white = 255;

export class FrameRows {
  /** The pixels of the frame that count, counted from its own top left; perhaps none. */
  readonly firstColumn: number;
  readonly endColumn: number;
  readonly firstRow: number;
  readonly endRow: number;
  /** Takes a row's pixels of these columns before {@link add}, three bytes each. */
  readonly pixels: Uint8Array;
  /** Where the frame is all that counts: how far it is reduced, for decoders that do so themselves. */
  readonly reduction: Reduction | undefined;
  readonly #reducer: BoxReducer;
  readonly #place: FramePlace;
  /** A row of the picture, of which `pixels` is a part. */
  readonly #row: Uint8Array;

  constructor(reducer: BoxReducer, place: FramePlace) {
    const { left, top, width, height } = place;
    const inside = (value: number, end: number): number => Math.min(Math.max(value, 0), end);
    this.firstColumn = inside(reducer.firstColumn - left, width);
    this.endColumn = inside(reducer.endColumn - left, width);
    this.firstRow = inside(reducer.firstRow - top, height);
    this.endRow = inside(reducer.endRow - top, height);
    this.#reducer = reducer;
    this.#place = place;
    const isAll =
      left === 0 &&
      top === 0 &&
      this.endColumn === reducer.endColumn &&
      this.endRow === reducer.endRow;
    this.reduction = isAll ? reducer.reduction : undefined;
    this.#row = new Uint8Array(3 * (reducer.endColumn - reducer.firstColumn)).fill(white);
    const first = 3 * (left + this.firstColumn - reducer.firstColumn);
    this.pixels = this.#row.subarray(first, first + 3 * (this.endColumn - this.firstColumn));
  }

  /** @param width of the picture in pixels */
  static memoryBytes(width: number): number {
    return 3 * width;
  }

  /** @param y counted from the frame's first row */
  wants(y: number): boolean {
    return y >= this.firstRow && y < this.endRow;
  }

  /**
   * Adds rows that look like {@link pixels}.
   *
   * @param end the row behind the last one
   */
  addRows(first: number, end: number): void {
    this.#reducer.addRows(this.#place.top + first, this.#place.top + end, this.#row);
  }

  /**
   * Adds a row of boxes, in place of their pixels, where there is a {@link reduction}.
   *
   * @param boxRow of the picture
   * @param colors the mean of each wanted box, three bytes
   */
  addBoxes(boxRow: number, colors: Uint8ClampedArray): void {
    this.#reducer.addBoxes(boxRow, colors);
  }

  /** Makes what the frame does not cover white. Called once, behind the frame's last row. */
  addSurroundings(): void {
    const { top, height } = this.#place;
    this.#row.fill(white);
    this.#reducer.addRows(0, top, this.#row);
    this.#reducer.addRows(top + height, this.#reducer.endRow, this.#row);
  }
}
