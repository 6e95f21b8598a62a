/** The transparency of a lossy frame (RFC 9649, 2.7.1.2), row by row. */
import type { Work } from '../work-budget.ts';
import { webpProblem } from './problem.ts';
import { BitReader } from './vp8l/bit-reader.ts';
import { LosslessDecoder, losslessMemoryBytes } from './vp8l/decoder.ts';
import { onWhite } from './white-background.ts';

/** Work for each pixel: taking the filter off, and compositing. */
const pixelUnits = 6;

const compression = { none: 0, lossless: 1 } as const;
const filter = { none: 0, horizontal: 1, vertical: 2, gradient: 3 } as const;

/** The most memory that decoding takes, in bytes. */
export function alphaMemoryBytes(chunk: Uint8Array, width: number, height: number): number {
  const rowBytes = width;
  const isCompressed = (chunk[0] & 3) === compression.lossless;
  return rowBytes + (isCompressed ? losslessMemoryBytes(chunk.length, width, height) : 0);
}

/**
 * Whether a chunk's first byte has nothing but what is defined: a way of storing, a filter, and
 * whether levels were reduced. Reserved bits say that more is to be done than is known here.
 */
export function isSoundAlphaHeader([head = 0xff]: Uint8Array): boolean {
  return (head & 3) <= compression.lossless && head >> 4 <= 1;
}

export class AlphaPlane {
  readonly #data: Uint8Array;
  readonly #filter: number;
  readonly #width: number;
  /** Undefined where values are stored as they are. */
  readonly #decoder: LosslessDecoder | undefined;
  /** The row that was read last, 0 for transparent to 255 for opaque. */
  readonly #row: Uint8Array;
  #rows = 0;
  readonly #work: Work;

  /**
   * @param chunk the data of an `ALPH` chunk, as much of it as there is
   * @param width of the frame in pixels
   * @throws AppError `image-decode-failed`, `too-much-work`
   */
  constructor(chunk: Uint8Array, width: number, height: number, work: Work) {
    const method = chunk[0] & 3;
    if (chunk.length === 0 || method > compression.lossless) {
      throw webpProblem('The transparency of this WebP is stored in a way that does not exist.');
    }
    this.#data = chunk.subarray(1);
    this.#work = work;
    this.#filter = (chunk[0] >> 2) & 3;
    this.#width = width;
    this.#row = new Uint8Array(width);
    this.#decoder =
      method === compression.lossless
        ? new LosslessDecoder(new BitReader(this.#data), width, height, work)
        : undefined;
  }

  /** @returns false where the data ends before the next row does, or is damaged */
  readRow(): boolean {
    const width = this.#width;
    const row = this.#row;
    const decoder = this.#decoder;
    const start = this.#rows * width;
    const isThere = decoder === undefined ? start + width <= this.#data.length : decoder.readRow();
    if (!isThere) return false;
    this.#work.charge(pixelUnits * width);
    const isFirst = this.#rows === 0;
    this.#rows += 1;
    const chosen = this.#filter;
    // Of the first row, all but the first pixel have a pixel to the left only.
    const toLeft = chosen === filter.horizontal || (isFirst && chosen !== filter.none);
    let left = isFirst || chosen === filter.none ? 0 : row[0];
    let corner = left;
    for (let x = 0; x < width; x++) {
      const value = decoder === undefined ? this.#data[start + x] : (decoder.row[x] >> 8) & 0xff;
      const above = row[x];
      let predicted = left;
      if (chosen === filter.none) predicted = 0;
      else if (!toLeft && (chosen === filter.vertical || x === 0)) predicted = above;
      else if (!toLeft) predicted = Math.min(Math.max(left + above - corner, 0), 255);
      left = (value + predicted) & 0xff;
      row[x] = left;
      corner = above;
    }
    return true;
  }

  /**
   * Puts pixels in front of white, by the row that was read last.
   *
   * @param pixels three bytes each, from `firstColumn` on
   */
  composite(pixels: Uint8Array, firstColumn: number): void {
    const row = this.#row;
    for (let x = firstColumn, i = 0; i < pixels.length; x++, i += 3) {
      const alpha = row[x];
      if (alpha === 255) continue;
      pixels[i] = onWhite(pixels[i], alpha);
      pixels[i + 1] = onWhite(pixels[i + 1], alpha);
      pixels[i + 2] = onWhite(pixels[i + 2], alpha);
    }
  }
}
