import { comparing, type SameBytes } from '../same-bytes.ts';
import type { Work } from '../work-budget.ts';
import { filterUnits, repeatsAbove, unfilter } from './filters.ts';
import { bitsPerPixel, type PngHeader } from './header.ts';
import { ImageDataStream } from './image-data.ts';
import { Inflate } from './inflate.ts';

/** Work for each byte of a row that is decompressed. */
const rowByteUnits = 0.5;

/** Bytes of so many pixels; the last byte may be in use only in part. */
function bytesOf(pixels: number, pixelBits: number): number {
  return Math.ceil((pixels * pixelBits) / 8);
}

/** The rows of a picture, or of its passes, as samples: decompressed, and without their filters. */
export class RowReader {
  /** From one pixel to the next; for pixels that share a byte, that byte. Where `row` begins. */
  readonly start: number;
  /** The samples that {@link next} read, from `start` on. */
  row: Uint8Array;
  /** Whether the wanted samples of `row` are those of the row before. */
  isRepeated = false;
  #above: Uint8Array;
  readonly #isAbove: SameBytes;
  readonly #work: Work;
  readonly #pixelBits: number;
  readonly #data: ImageDataStream;
  readonly #inflate: Inflate;

  /** @param bytes the whole file */
  constructor(bytes: Uint8Array, header: PngHeader, work: Work) {
    const pixelBits = bitsPerPixel(header);
    const rowBytes = bytesOf(header.width, pixelBits);
    this.#pixelBits = pixelBits;
    this.start = bytesOf(1, pixelBits);
    this.row = new Uint8Array(this.start + rowBytes);
    this.#above = new Uint8Array(this.start + rowBytes);
    this.#isAbove = comparing(this.row, this.#above);
    this.#data = new ImageDataStream(bytes, header.dataStart, work);
    this.#inflate = new Inflate(this.#data, 1 + rowBytes, work);
    this.#work = work;
  }

  /** The memory that reading takes, in bytes. */
  static memoryBytes(header: PngHeader): number {
    const pixelBits = bitsPerPixel(header);
    const rowBytes = bytesOf(header.width, pixelBits);
    return 2 * (bytesOf(1, pixelBits) + rowBytes) + Inflate.memoryBytes(1 + rowBytes);
  }

  /** Begins a pass: what is above its first row counts as zeros (W3C PNG Third Edition, 9.2). */
  beginPass(): void {
    this.row.fill(0);
  }

  /**
   * Reads one row. A damaged one, whose filter type does not exist, is passed
   * over: the next one is taken for the one below the row before it.
   *
   * @param pixels that a row of the pass has
   * @param wantedPixels how many of them, from the left, are wanted in all of its rows
   * @returns `missing` where the data ends, or is damaged, before the row's end
   */
  next(pixels: number, wantedPixels: number): 'read' | 'damaged' | 'missing' {
    const inflate = this.#inflate;
    const rowBytes = 1 + bytesOf(pixels, this.#pixelBits);
    this.#work.charge(rowByteUnits * rowBytes);
    if (!inflate.read(rowBytes)) return 'missing';
    const { bytes, start } = inflate;
    const wantedBytes = bytesOf(wantedPixels, this.#pixelBits);
    this.isRepeated = repeatsAbove(bytes[start], inflate, start + 1, wantedBytes);
    if (this.isRepeated) return 'read';
    this.#work.charge(filterUnits(bytes[start]) * wantedBytes);
    const above = this.row;
    const row = this.#above;
    if (!unfilter(bytes[start], bytes, start + 1, row, above, this.start, wantedBytes)) {
      return 'damaged';
    }
    this.row = row;
    this.#above = above;
    this.isRepeated = this.#isAbove();
    return 'read';
  }

  /**
   * Whether the data is as it was written, as far as that can be told. To be asked
   * once, behind the last row.
   */
  isSound(): boolean {
    return this.#inflate.endsWell() && this.#data.isSound;
  }
}
