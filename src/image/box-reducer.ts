import type { PictureTarget, Reduction, RowSink, ScaledPicture } from './picture-target.ts';
import type { Work } from './work-budget.ts';

/** What a picture without data is. */
const midGray = 128;

/** Work for each pixel that is added, alone or beside its neighbours, and for each box that a row of those goes into. */
const singlePixelUnits = 6.5;
const pixelUnits = 1.5;
const boxUnits = 8;

/** Whole boxes, as large as the target allows. */
function scaled(width: number, height: number, { maxReduction }: PictureTarget): ScaledPicture {
  const across = Math.min(Math.floor(maxReduction.across), width);
  const down = Math.min(Math.floor(maxReduction.down), height);
  return {
    width: Math.ceil(width / across),
    height: Math.ceil(height / down),
    reduction: { across, down },
  };
}

/** Whether boxes are single pixels, so that there is nothing to reckon. */
function isFullSize({ reduction: { across, down } }: ScaledPicture): boolean {
  return across === 1 && down === 1;
}

/**
 * Reduces a picture while it is decoded: each sample is the mean of a box of
 * pixels, as in a JPEG that is decoded at a scale. For formats that can't
 * reduce by themselves. Rows may come in any order, and whole or in parts;
 * only the wanted part of the reduced picture is kept. Boxes have up to 2^24 pixels.
 */
export class BoxReducer {
  /** The stored pixels that count; others needn't be decoded, if the format allows for that. */
  readonly firstColumn: number;
  readonly endColumn: number;
  readonly firstRow: number;
  readonly endRow: number;
  /** Pixels of a box. */
  readonly reduction: Reduction;
  readonly #sink: RowSink;
  /** Samples that are kept, across. */
  readonly #samplesAcross: number;
  readonly #isFullSize: boolean;
  /** At full size: three channels a pixel. */
  readonly #pixels: Uint8Array;
  /** Reduced: four numbers a sample, the sums of its three channels and how many pixels these are of. */
  readonly #sums: Uint32Array;
  readonly #work: Work;

  /**
   * @param width sides of the stored picture in pixels
   * @param height
   * @param work is charged with what is added
   */
  constructor(width: number, height: number, target: PictureTarget, work: Work) {
    const picture = scaled(width, height, target);
    const { across, down } = picture.reduction;
    const sink = target.open(picture);
    this.#work = work;
    this.reduction = picture.reduction;
    this.#sink = sink;
    this.firstColumn = sink.firstColumn * across;
    this.endColumn = Math.min(sink.endColumn * across, width);
    this.firstRow = sink.firstRow * down;
    this.endRow = Math.min(sink.endRow * down, height);
    this.#samplesAcross = sink.endColumn - sink.firstColumn;
    this.#isFullSize = isFullSize(picture);
    const samples = this.#samplesAcross * (sink.endRow - sink.firstRow);
    this.#pixels = new Uint8Array(this.#isFullSize ? samples * 3 : 0).fill(midGray);
    this.#sums = new Uint32Array(this.#isFullSize ? 0 : samples * 4);
  }

  /** The most memory that reducing a picture of these sides takes, in bytes. */
  static memoryBytes(width: number, height: number, target: PictureTarget): number {
    const picture = scaled(width, height, target);
    const { firstColumn, endColumn, firstRow, endRow } = target.region(picture);
    const samplesAcross = endColumn - firstColumn;
    const samples = samplesAcross * (endRow - firstRow);
    // Beside the samples there is the row that is sent on.
    return samples * (isFullSize(picture) ? 3 : 16) + samplesAcross * 3;
  }

  /** Whether a stored row counts. */
  wants(y: number): boolean {
    return y >= this.firstRow && y < this.endRow;
  }

  /**
   * Adds stored rows that are alike, and does so once for each row of samples.
   * Rows that don't count are left out.
   *
   * @param first of the rows
   * @param end the row behind the last
   * @param row 8-bit sRGB, three bytes a pixel, of the columns from `firstColumn` up to but
   *   without `endColumn`
   */
  addRows(first: number, end: number, row: Uint8Array): void {
    const { down } = this.reduction;
    const wantedEnd = Math.min(end, this.endRow);
    for (let y = Math.max(first, this.firstRow); y < wantedEnd; ) {
      const next = Math.min((Math.floor(y / down) + 1) * down, wantedEnd);
      this.#add(y, row, next - y);
      y = next;
    }
  }

  /** Adds one stored row, as {@link addRows} does. */
  add(y: number, row: Uint8Array): void {
    if (this.wants(y)) this.#add(y, row, 1);
  }

  /** @param rows how many rows of the same box row are alike */
  #add(y: number, row: Uint8Array, rows: number): void {
    const boxes = this.#isFullSize ? 0 : this.#samplesAcross;
    this.#work.charge(pixelUnits * (this.endColumn - this.firstColumn) + boxUnits * boxes);
    const firstSample = this.#firstSample(y);
    if (this.#isFullSize) {
      this.#pixels.set(row, firstSample * 3);
      return;
    }
    const sums = this.#sums;
    const bytes = (this.endColumn - this.firstColumn) * 3;
    const boxBytes = this.reduction.across * 3;
    for (let from = 0, at = firstSample * 4; from < bytes; at += 4) {
      const end = Math.min(from + boxBytes, bytes);
      let red = 0;
      let green = 0;
      let blue = 0;
      let count = 0;
      for (; from < end; from += 3, count++) {
        red += row[from];
        green += row[from + 1];
        blue += row[from + 2];
      }
      sums[at] += red * rows;
      sums[at + 1] += green * rows;
      sums[at + 2] += blue * rows;
      sums[at + 3] += count * rows;
    }
  }

  /**
   * Adds the pixels of one stored row that are `step` columns apart, up to
   * `endColumn`, for formats that store them so. A row that doesn't count is left out.
   *
   * @param column the first pixel's, `firstColumn` or greater
   * @param pixels 8-bit sRGB, three bytes each, as many as that or more
   */
  addEvery(y: number, column: number, step: number, pixels: Uint8Array): void {
    if (!this.wants(y)) return;
    this.#work.charge((singlePixelUnits * (this.endColumn - column)) / step);
    const { across } = this.reduction;
    const firstSample = this.#firstSample(y);
    if (this.#isFullSize) {
      let at = (firstSample + column - this.firstColumn) * 3;
      for (let x = column, from = 0; x < this.endColumn; x += step, from += 3, at += step * 3) {
        this.#pixels[at] = pixels[from];
        this.#pixels[at + 1] = pixels[from + 1];
        this.#pixels[at + 2] = pixels[from + 2];
      }
      return;
    }
    const sums = this.#sums;
    const { endColumn } = this;
    let at = firstSample * 4;
    let boxEnd = this.firstColumn + across;
    for (let x = column, from = 0; x < endColumn; x += step, from += 3) {
      for (; x >= boxEnd; boxEnd += across) at += 4;
      sums[at] += pixels[from];
      sums[at + 1] += pixels[from + 1];
      sums[at + 2] += pixels[from + 2];
      sums[at + 3] += 1;
    }
  }

  /**
   * Adds a row of boxes of which a decoder took the means itself; no pixel of theirs is to be added.
   *
   * @param boxRow counted from the top of the picture; one that counts
   * @param means of each box that counts, 8-bit sRGB, three bytes each
   */
  addBoxes(boxRow: number, means: Uint8ClampedArray): void {
    const sums = this.#sums;
    let at = (boxRow - this.#sink.firstRow) * this.#samplesAcross * 4;
    for (let from = 0; from < means.length; from += 3, at += 4) {
      sums[at] = means[from];
      sums[at + 1] = means[from + 1];
      sums[at + 2] = means[from + 2];
      sums[at + 3] = 1;
    }
  }

  /** The first sample that a stored row goes into. */
  #firstSample(y: number): number {
    return (Math.floor(y / this.reduction.down) - this.#sink.firstRow) * this.#samplesAcross;
  }

  /** Sends the target its rows. Samples of which no pixel was added are gray. Called once, at the end. */
  finish(): void {
    const sink = this.#sink;
    const row = new Uint8Array(this.#samplesAcross * 3);
    for (let y = sink.firstRow; y < sink.endRow; y++) {
      if (!sink.wants(y)) continue;
      const firstSample = (y - sink.firstRow) * this.#samplesAcross;
      if (this.#isFullSize) {
        row.set(this.#pixels.subarray(firstSample * 3, firstSample * 3 + row.length));
      } else {
        this.#divide(firstSample, row);
      }
      sink.write(y, row);
    }
  }

  #divide(firstSample: number, row: Uint8Array): void {
    const sums = this.#sums;
    for (let at = firstSample * 4, to = 0; to < row.length; at += 4, to += 3) {
      const count = sums[at + 3];
      if (count === 0) {
        row.fill(midGray, to, to + 3);
      } else {
        // Storing into bytes cuts off what is behind the point.
        row[to] = sums[at] / count + 0.5;
        row[to + 1] = sums[at + 1] / count + 0.5;
        row[to + 2] = sums[at + 2] / count + 0.5;
      }
    }
  }
}
