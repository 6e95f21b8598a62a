/**
 * The samples of two rows of macroblocks and the end of the one above them.
 *
 * A row is predicted from samples that are not smoothed yet, and smoothing
 * changes the row above: so the second row is the newest, as predicted, while
 * the first one is smoothed. Rows above are final.
 */

/**
 * Rows of samples that are kept above the first row of macroblocks: those that
 * smoothing of that row may change (15.2), and chroma that is next to them.
 */
export const keptLumaRows = 8;
const keptChromaRows = 5;

/** Samples that subblocks at the right edge look at beyond it (RFC 6386, 12.3). */
const beyondRight = 4;

/** What is taken for the samples outside of the picture (12.2). */
const outsideAbove = 127;
const outsideLeft = 129;

function strideOf(macroblocksAcross: number, side: number): number {
  return 1 + side * macroblocksAcross + beyondRight;
}

/** One of the three planes. */
export class PlaneWindow {
  readonly samples: Uint8ClampedArray;
  /** Samples from one row to the next. */
  readonly stride: number;
  /** Of the first samples of the two rows of macroblocks. */
  readonly firstRowStart: number;
  readonly secondRowStart: number;
  /** Samples of a macroblock, across and down. */
  readonly #side: number;

  /** @param side 16 or 8 */
  constructor(macroblocksAcross: number, side: number, keptRows: number) {
    this.#side = side;
    this.stride = strideOf(macroblocksAcross, side);
    this.firstRowStart = keptRows * this.stride + 1;
    this.secondRowStart = this.firstRowStart + side * this.stride;
    this.samples = new Uint8ClampedArray((keptRows + 2 * side) * this.stride);
    this.samples.fill(outsideAbove, 0, this.secondRowStart - 1);
    for (let row = this.secondRowStart; row < this.samples.length; row += this.stride) {
      this.samples[row - 1] = outsideLeft;
    }
  }

  static memoryBytes(macroblocksAcross: number, side: number, keptRows: number): number {
    return (keptRows + 2 * side) * strideOf(macroblocksAcross, side);
  }

  /** Repeats the last sample of the second row's last line beyond the right edge. */
  extendRight(): void {
    const end = this.samples.length - beyondRight;
    this.samples.fill(this.samples[end - 1], end);
  }

  /** Moves all up by one row of macroblocks, so that the second row becomes the first. */
  advance(): void {
    this.samples.copyWithin(0, this.#side * this.stride);
  }
}

/** The three planes; chroma has half the samples of luma across and down. */
export class SampleWindow {
  readonly luma: PlaneWindow;
  /** Cb and Cr. */
  readonly chroma: readonly [PlaneWindow, PlaneWindow];

  constructor(macroblocksAcross: number) {
    this.luma = new PlaneWindow(macroblocksAcross, 16, keptLumaRows);
    this.chroma = [
      new PlaneWindow(macroblocksAcross, 8, keptChromaRows),
      new PlaneWindow(macroblocksAcross, 8, keptChromaRows),
    ];
  }

  static memoryBytes(macroblocksAcross: number): number {
    return (
      PlaneWindow.memoryBytes(macroblocksAcross, 16, keptLumaRows) +
      2 * PlaneWindow.memoryBytes(macroblocksAcross, 8, keptChromaRows)
    );
  }

  advance(): void {
    this.luma.advance();
    for (const plane of this.chroma) plane.advance();
  }
}
