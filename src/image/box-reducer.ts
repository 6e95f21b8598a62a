import type { PictureTarget, Reduction, RowSink, ScaledPicture } from './picture-target.ts';

/** Sums of up to this many samples of 0..255 fit into 16 bits. */
const samplesIn16Bits = 257;

/** What a picture without data is. */
const midGray = 128;

interface Plan extends ScaledPicture {
  /** Bytes of one sum. */
  readonly sumBytes: 1 | 2 | 4;
}

/** Whole boxes, as large as the target allows. */
function plan(width: number, height: number, { maxReduction }: PictureTarget): Plan {
  const across = Math.min(Math.floor(maxReduction.across), width);
  const down = Math.min(Math.floor(maxReduction.down), height);
  const samples = across * down;
  return {
    width: Math.ceil(width / across),
    height: Math.ceil(height / down),
    reduction: { across, down },
    sumBytes: samples === 1 ? 1 : samples <= samplesIn16Bits ? 2 : 4,
  };
}

/**
 * Reduces a picture while it is decoded: each sample is the mean of a box of
 * pixels, as in a JPEG that is decoded at a scale. For formats that can't
 * reduce by themselves. Rows may come in any order, and whole or in parts;
 * only the wanted part of the reduced picture is kept.
 */
export class BoxReducer {
  /** The stored pixels that count; others needn't be decoded, if the format allows for that. */
  readonly firstColumn: number;
  readonly endColumn: number;
  readonly firstRow: number;
  readonly endRow: number;
  readonly #reduction: Reduction;
  readonly #sink: RowSink;
  /** Samples that are kept, across. */
  readonly #samplesAcross: number;
  /** Three channels a sample. Where a box is one pixel, its pixels. */
  readonly #sums: Uint8Array | Uint16Array | Uint32Array;
  /** Pixels in each sum. Where a box is one pixel, nothing. */
  readonly #counts: Uint32Array;

  /**
   * @param width sides of the stored picture in pixels
   * @param height
   */
  constructor(width: number, height: number, target: PictureTarget) {
    const planned = plan(width, height, target);
    const { across, down } = planned.reduction;
    const sink = target.open(planned);
    this.#reduction = planned.reduction;
    this.#sink = sink;
    this.firstColumn = sink.firstColumn * across;
    this.endColumn = Math.min(sink.endColumn * across, width);
    this.firstRow = sink.firstRow * down;
    this.endRow = Math.min(sink.endRow * down, height);
    this.#samplesAcross = sink.endColumn - sink.firstColumn;
    const samples = this.#samplesAcross * (sink.endRow - sink.firstRow);
    if (planned.sumBytes === 1) {
      this.#sums = new Uint8Array(samples * 3).fill(midGray);
      this.#counts = new Uint32Array(0);
    } else {
      this.#sums = new (planned.sumBytes === 2 ? Uint16Array : Uint32Array)(samples * 3);
      this.#counts = new Uint32Array(samples);
    }
  }

  /** The most memory that reducing a picture of these sides takes, in bytes. */
  static memoryBytes(width: number, height: number, target: PictureTarget): number {
    const planned = plan(width, height, target);
    const { firstColumn, endColumn, firstRow, endRow } = target.region(planned);
    const samples = (endColumn - firstColumn) * (endRow - firstRow);
    return samples * (planned.sumBytes === 1 ? 3 : 3 * planned.sumBytes + 4);
  }

  /** Whether a stored row counts. */
  wants(y: number): boolean {
    return y >= this.firstRow && y < this.endRow;
  }

  /**
   * Adds one stored row: 8-bit sRGB, three bytes a pixel, of the columns from
   * `firstColumn` up to but without `endColumn`. A row that doesn't count is left out.
   */
  add(y: number, row: Uint8Array): void {
    if (!this.wants(y)) return;
    const { across, down } = this.#reduction;
    const firstSample = (Math.floor(y / down) - this.#sink.firstRow) * this.#samplesAcross;
    if (this.#counts.length === 0) {
      this.#sums.set(row, firstSample * 3);
      return;
    }
    const sums = this.#sums;
    const counts = this.#counts;
    const bytes = (this.endColumn - this.firstColumn) * 3;
    for (let from = 0, sample = firstSample; from < bytes; sample++) {
      const end = Math.min(from + across * 3, bytes);
      counts[sample] += (end - from) / 3;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (; from < end; from += 3) {
        red += row[from];
        green += row[from + 1];
        blue += row[from + 2];
      }
      sums[sample * 3] += red;
      sums[sample * 3 + 1] += green;
      sums[sample * 3 + 2] += blue;
    }
  }

  /** Adds one pixel, of a format that doesn't store whole rows. One that doesn't count is left out. */
  addPixel(x: number, y: number, red: number, green: number, blue: number): void {
    if (!this.wants(y) || x < this.firstColumn || x >= this.endColumn) return;
    const { across, down } = this.#reduction;
    const row = Math.floor(y / down) - this.#sink.firstRow;
    const column = Math.floor(x / across) - this.#sink.firstColumn;
    const sample = row * this.#samplesAcross + column;
    const sums = this.#sums;
    if (this.#counts.length === 0) {
      sums[sample * 3] = red;
      sums[sample * 3 + 1] = green;
      sums[sample * 3 + 2] = blue;
      return;
    }
    this.#counts[sample] += 1;
    sums[sample * 3] += red;
    sums[sample * 3 + 1] += green;
    sums[sample * 3 + 2] += blue;
  }

  /** Sends the target its rows. Samples of which no pixel was added are gray. Called once, at the end. */
  finish(): void {
    const sink = this.#sink;
    const rowBytes = this.#samplesAcross * 3;
    const row = new Uint8Array(rowBytes);
    for (let y = sink.firstRow; y < sink.endRow; y++) {
      if (!sink.wants(y)) continue;
      const from = (y - sink.firstRow) * rowBytes;
      if (this.#counts.length === 0) {
        row.set(this.#sums.subarray(from, from + rowBytes));
      } else {
        this.#divide(from, row);
      }
      sink.write(y, row);
    }
  }

  #divide(from: number, row: Uint8Array): void {
    const sums = this.#sums;
    for (let i = 0; i < row.length; i++) {
      const count = this.#counts[Math.floor((from + i) / 3)];
      row[i] = count === 0 ? midGray : Math.floor(sums[from + i] / count + 0.5);
    }
  }
}
