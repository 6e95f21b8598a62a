import type { BmpHeader } from './header.ts';

/** What a 0 and a second byte below 3 mean, instead of so many single indices. */
const escapeCode = { endOfRow: 0, endOfPicture: 1, move: 2 } as const;

/**
 * Decodes run-length-encoded indices row by row, in the order in which they
 * are stored (BI_RLE8 and BI_RLE4: "Bitmap Compression" in Microsoft's
 * documentation of GDI). Pixels that the data passes over have the index 0, as
 * in GDI and ImageMagick; browsers leave them black, which index 0 mostly is.
 * What reaches beyond a row's end is left out.
 */
export class RunLengthDecoder {
  readonly #bytes: Uint8Array;
  readonly #bits: number;
  #at: number;
  /** Where in the next row the data goes on. */
  #column = 0;
  /** Rows that have no data before the data goes on. */
  #emptyRows = 0;

  /** @param bytes the whole file */
  constructor(bytes: Uint8Array, { bitsPerPixel, pixelStart }: BmpHeader) {
    this.#bytes = bytes;
    this.#bits = bitsPerPixel;
    this.#at = pixelStart;
  }

  /**
   * Reads the next stored row, and those behind it that have no data, as it has none.
   *
   * @param row is filled with the indices of each
   * @param maxRows that are wanted, 1 or more
   * @returns how many rows these are; 0 where the file ends before the row does
   */
  readRows(row: Uint8Array, maxRows: number): number {
    row.fill(0);
    if (this.#emptyRows === 0) return this.#readRow(row) ? 1 : 0;
    const count = Math.min(this.#emptyRows, maxRows);
    this.#emptyRows -= count;
    return count;
  }

  #readRow(row: Uint8Array): boolean {
    const bytes = this.#bytes;
    let column = this.#column;
    this.#column = 0;
    while (this.#at + 2 <= bytes.length) {
      const count = bytes[this.#at];
      const value = bytes[this.#at + 1];
      this.#at += 2;
      if (count > 0) {
        column = this.#writeRun(value, count, column, row);
      } else if (value === escapeCode.endOfRow) {
        return true;
      } else if (value === escapeCode.endOfPicture) {
        this.#emptyRows = Number.POSITIVE_INFINITY;
        return true;
      } else if (value > escapeCode.move) {
        column = this.#writeSingles(value, column, row);
      } else {
        column += bytes[this.#at] ?? 0;
        const rows = bytes[this.#at + 1] ?? 0;
        this.#at += 2;
        if (rows > 0) {
          this.#column = column;
          this.#emptyRows = rows - 1;
          return true;
        }
      }
    }
    return column >= row.length;
  }

  /** Of 4 bits, a value holds two indices in turn. */
  #writeRun(value: number, count: number, column: number, row: Uint8Array): number {
    const end = column + count;
    if (this.#bits === 8) {
      row.fill(value, column, end);
    } else {
      const writeEnd = Math.min(end, row.length);
      for (let x = column; x < writeEnd; x++) {
        row[x] = (x - column) % 2 === 0 ? value >> 4 : value & 15;
      }
    }
    return end;
  }

  /** Single indices, padded to whole 16-bit words; none where the file doesn't have all of them. */
  #writeSingles(count: number, column: number, row: Uint8Array): number {
    const start = this.#at;
    this.#at += 2 * Math.ceil((count * this.#bits) / 16);
    if (start + Math.ceil((count * this.#bits) / 8) > this.#bytes.length) return column;
    const end = Math.min(column + count, row.length);
    for (let x = column, i = 0; x < end; x++, i++) {
      const byte = this.#bytes[start + (this.#bits === 8 ? i : i >> 1)];
      row[x] = this.#bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15;
    }
    return column + count;
  }
}
