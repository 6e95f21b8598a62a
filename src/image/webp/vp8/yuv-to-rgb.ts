/**
 * From a row of luma and the rows of chroma next to it to RGB (RFC 9649,
 * section 2.5: BT.601 with luma of 16 to 235). Chroma is enlarged with a
 * triangle filter on centred samples, and colours are computed with 6 bits
 * behind the point, as libwebp does both, so that pixels are the same.
 */
import type { SampleWindow } from './sample-window.ts';

/** The factors of BT.601 with 14 bits behind the point; products lose 8 of them. */
const lumaFactor = 19_077;
const redCr = 26_149;
const greenCb = 6_419;
const greenCr = 13_320;
const blueCb = 33_050;

/** What makes luma of 16 and chroma of 128 black, with half of what the last shift drops. */
const redOffset = -14_234;
const greenOffset = 8_708;
const blueOffset = -17_685;

/** Enlarges and converts rows of one picture. */
export class RowConverter {
  readonly #chromaWidth: number;
  readonly #firstPair: number;
  readonly #endPair: number;
  /** Of whole pairs of pixels, which share a sample of chroma. */
  readonly #pixels: Uint8ClampedArray;
  /** Those of the columns that are wanted. */
  readonly #wanted: Uint8Array;

  /**
   * @param width of the picture in pixels
   * @param firstColumn the first pixel that is wanted
   * @param endColumn the end of those that are
   */
  constructor(width: number, firstColumn: number, endColumn: number) {
    this.#chromaWidth = (width + 1) >> 1;
    this.#firstPair = firstColumn >> 1;
    this.#endPair = (endColumn + 1) >> 1;
    this.#pixels = new Uint8ClampedArray(6 * (this.#endPair - this.#firstPair));
    const bytes = 3 * (endColumn - firstColumn);
    this.#wanted = new Uint8Array(this.#pixels.buffer, 3 * (firstColumn & 1), bytes);
  }

  static memoryBytes(width: number): number {
    return 3 * (width + 2);
  }

  /**
   * Weights of chroma are 9, 3, 3 and 1 sixteenths for the nearest four
   * samples; at the picture's edges, samples repeat.
   *
   * @param lumaStart of the row's first sample
   * @param near of the first sample of the nearest row of chroma
   * @param far of that of the next nearest
   * @returns the wanted columns, three bytes each; valid up to the next call
   */
  convert(
    { luma, chroma }: SampleWindow,
    lumaStart: number,
    near: number,
    far: number,
  ): Uint8Array {
    const pixels = this.#pixels;
    const last = this.#chromaWidth - 1;
    const end = this.#endPair;
    const y = luma.samples;
    const cb = chroma[0].samples;
    const cr = chroma[1].samples;
    const first = this.#firstPair;
    const before = Math.max(first - 1, 0);
    let cbBefore = 3 * cb[near + before] + cb[far + before];
    let crBefore = 3 * cr[near + before] + cr[far + before];
    let cbHere = 3 * cb[near + first] + cb[far + first];
    let crHere = 3 * cr[near + first] + cr[far + first];
    for (let pair = first, to = 0; pair < end; pair++, to += 6) {
      const after = Math.min(pair + 1, last);
      const cbAfter = 3 * cb[near + after] + cb[far + after];
      const crAfter = 3 * cr[near + after] + cr[far + after];
      const cbWeighted = 3 * cbHere + 8;
      const crWeighted = 3 * crHere + 8;
      const at = lumaStart + 2 * pair;
      writePixel(pixels, to, y[at], (cbWeighted + cbBefore) >> 4, (crWeighted + crBefore) >> 4);
      writePixel(
        pixels,
        to + 3,
        y[at + 1],
        (cbWeighted + cbAfter) >> 4,
        (crWeighted + crAfter) >> 4,
      );
      cbBefore = cbHere;
      crBefore = crHere;
      cbHere = cbAfter;
      crHere = crAfter;
    }
    return this.#wanted;
  }
}

function writePixel(
  pixels: Uint8ClampedArray,
  at: number,
  y: number,
  cb: number,
  cr: number,
): void {
  const luma = (y * lumaFactor) >> 8;
  pixels[at] = (luma + ((cr * redCr) >> 8) + redOffset) >> 6;
  pixels[at + 1] = (luma - ((cb * greenCb) >> 8) - ((cr * greenCr) >> 8) + greenOffset) >> 6;
  pixels[at + 2] = (luma + ((cb * blueCb) >> 8) + blueOffset) >> 6;
}
