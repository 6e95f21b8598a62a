/**
 * Reduces luma and chroma before they become colours: one conversion for each
 * box of pixels, and none for each pixel.
 */
import type { Reduction } from '../../picture-target.ts';
import type { Work } from '../../work-budget.ts';
import type { FrameRows } from '../frame-rows.ts';
import type { SampleWindow } from './sample-window.ts';

/** Work for each pixel whose luma, and a quarter of whose chroma, is added. */
const pixelUnits = 1;

/** From means of samples to RGB: BT.601 with luma of 16 to 235 (RFC 9649, section 2.5). */
const lumaFactor = 1.164;
const redCr = 1.596;
const greenCb = 0.392;
const greenCr = 0.813;
const blueCb = 2.017;

/**
 * The mean of a box of samples, as a colour. A pixel takes the one sample of
 * chroma that it lies on: the triangle filter that single pixels need changes
 * little in the mean of a box.
 */
export class PlaneReducer {
  readonly #rows: FrameRows;
  readonly #reduction: Reduction;
  readonly #work: Work;
  /** Of the boxes of a row: the sums of luma, Cb and Cr. */
  readonly #luma: Uint32Array;
  readonly #cb: Uint32Array;
  readonly #cr: Uint32Array;
  /** The row of boxes that pixels are added to, and how many of their rows were. */
  #boxRow = 0;
  #addedRows = 0;
  /** What {@link FrameRows.addBoxes} takes: clamped by its type. */
  readonly #colors: Uint8ClampedArray;

  constructor(rows: FrameRows, reduction: Reduction, work: Work) {
    const boxes = PlaneReducer.#boxes(rows.endColumn - rows.firstColumn, reduction);
    this.#rows = rows;
    this.#reduction = reduction;
    this.#work = work;
    this.#luma = new Uint32Array(boxes);
    this.#cb = new Uint32Array(boxes);
    this.#cr = new Uint32Array(boxes);
    this.#colors = new Uint8ClampedArray(3 * boxes);
  }

  static #boxes(columns: number, { across }: Reduction): number {
    return Math.ceil(columns / across);
  }

  /**
   * Adds a wanted row of pixels. They come from top to bottom; two that share a row of chroma come both.
   *
   * @param lumaStart of the row's first sample
   * @param chromaStart of that of its row of chroma
   */
  add(y: number, { luma, chroma }: SampleWindow, lumaStart: number, chromaStart: number): void {
    const { firstColumn, endColumn, firstRow, endRow } = this.#rows;
    const { across, down } = this.#reduction;
    this.#work.charge(pixelUnits * (endColumn - firstColumn));
    addLuma(this.#luma, luma.samples, lumaStart, firstColumn, endColumn, across);
    const row = y - firstRow;
    const isLastOfBox = (row + 1) % down === 0 || y + 1 === endRow;
    // Two rows of pixels share one of chroma: where both are in a box, it is added once, with the second.
    const hasPair = (y & 1) === 0 ? !isLastOfBox : row % down !== 0;
    const weight = hasPair ? 2 * (y & 1) : 1;
    if (weight > 0) {
      const [cb, cr] = chroma;
      addChroma(this.#cb, cb.samples, chromaStart, firstColumn, endColumn, across, weight);
      addChroma(this.#cr, cr.samples, chromaStart, firstColumn, endColumn, across, weight);
    }
    this.#boxRow = Math.floor(y / down);
    this.#addedRows += 1;
    if (isLastOfBox) this.finish();
  }

  /** Makes colours of the boxes that are begun. Called behind the last row: it may be amid a row of boxes. */
  finish(): void {
    if (this.#addedRows === 0) return;
    const { firstColumn, endColumn } = this.#rows;
    const { across } = this.#reduction;
    const colors = this.#colors;
    for (let box = 0, to = 0; to < colors.length; box++, to += 3) {
      const columns = Math.min(across, endColumn - firstColumn - box * across);
      const pixels = this.#addedRows * columns;
      const luma = lumaFactor * (this.#luma[box] / pixels - 16);
      const cb = this.#cb[box] / pixels - 128;
      const cr = this.#cr[box] / pixels - 128;
      colors[to] = luma + redCr * cr;
      colors[to + 1] = luma - greenCb * cb - greenCr * cr;
      colors[to + 2] = luma + blueCb * cb;
    }
    this.#rows.addBoxes(this.#boxRow, colors);
    this.#luma.fill(0);
    this.#cb.fill(0);
    this.#cr.fill(0);
    this.#addedRows = 0;
  }
}

/** Adds the samples from `first` up to `end` of a row to the sums of their boxes. */
function addLuma(
  sums: Uint32Array,
  samples: Uint8ClampedArray,
  rowStart: number,
  first: number,
  end: number,
  across: number,
): void {
  const rowEnd = rowStart + end;
  for (let at = rowStart + first, box = 0; at < rowEnd; box++) {
    const boxEnd = Math.min(at + across, rowEnd);
    let sum = 0;
    for (; at < boxEnd; at++) sum += samples[at];
    sums[box] += sum;
  }
}

/** The same of chroma, whose samples each count for two pixels, as often as `weight` says. */
function addChroma(
  sums: Uint32Array,
  samples: Uint8ClampedArray,
  rowStart: number,
  first: number,
  end: number,
  across: number,
  weight: number,
): void {
  for (let x = first, box = 0; x < end; box++) {
    const boxEnd = Math.min(x + across, end);
    const lastWhole = rowStart + (boxEnd >> 1);
    let sum = 0;
    for (let at = rowStart + ((x + 1) >> 1); at < lastWhole; at++) sum += samples[at];
    sum *= 2;
    // Boxes may end in the middle of a sample.
    if ((x & 1) === 1) sum += samples[rowStart + (x >> 1)];
    if ((boxEnd & 1) === 1) sum += samples[lastWhole];
    sums[box] += sum * weight;
    x = boxEnd;
  }
}
