/** Codes have up to 12 bits (GIF89a, appendix F). */
const maxCodeSize = 12;
const maxCodes = 1 << maxCodeSize;

/** Strings of one index alone are filled in from this length on. */
const longRun = 16;

/**
 * Decompresses a frame's indices, row by row as they are asked for, from the
 * sub-blocks in which they are stored (GIF89a, clause 22 and appendix F): LZW
 * with codes that grow, first bits lowest, and a code that clears the table.
 * Its memory doesn't depend on the picture.
 */
export class LzwDecoder {
  /** Bytes that any decoder keeps. */
  static readonly memoryBytes = maxCodes * 8;

  /** Of the last row: bytes that were read, and pixels that were followed through the table one by one. */
  readBytes = 0;
  followedPixels = 0;
  readonly #bytes: Uint8Array;
  /** The next byte of the file, and how many are left of its sub-block. */
  #at: number;
  #left = 0;
  /** Bits that were read and not used, lowest first. */
  #window = 0;
  #windowBits = 0;

  readonly #clear: number;
  readonly #minCodeSize: number;
  #codeSize: number;
  /** The table's strings: each is a former one and an index more. */
  readonly #prefixes = new Uint16Array(maxCodes);
  readonly #firsts = new Uint8Array(maxCodes);
  readonly #lasts = new Uint8Array(maxCodes);
  readonly #lengths = new Uint16Array(maxCodes);
  /** 1 for a string of one index alone. */
  readonly #isRun = new Uint8Array(maxCodes);
  /** The next free code. */
  #next: number;
  /** The code before, or -1 at the beginning and after clearing. */
  #previous = -1;

  /** What reaches beyond the row that was asked for. */
  readonly #rest = new Uint8Array(maxCodes);
  #restStart = 0;
  #restEnd = 0;

  /**
   * @param from where the first sub-block begins
   * @param minCodeSize bits of an index, 1 to 8
   */
  constructor(bytes: Uint8Array, from: number, minCodeSize: number) {
    this.#bytes = bytes;
    this.#at = from;
    this.#minCodeSize = minCodeSize;
    this.#clear = 1 << minCodeSize;
    for (let index = 0; index < this.#clear; index++) {
      this.#firsts[index] = index;
      this.#lasts[index] = index;
      this.#lengths[index] = 1;
      this.#isRun[index] = 1;
    }
    // Some writers leave out the clear code that belongs at the beginning.
    this.#codeSize = minCodeSize + 1;
    this.#next = this.#clear + 2;
  }

  /**
   * @param row is filled with the next indices
   * @returns false where the data ends or is damaged before the row's end; the
   *   row's contents mean nothing then, and there are no more rows to ask for
   */
  readRow(row: Uint8Array): boolean {
    const start = this.#at;
    this.followedPixels = 0;
    const isWhole = this.#fill(row);
    this.readBytes = this.#at - start;
    return isWhole;
  }

  #fill(row: Uint8Array): boolean {
    let filled = this.#takeRest(row);
    while (filled < row.length) {
      const code = this.#readString();
      if (code < 0) return false;
      const end = filled + this.#lengths[code];
      if (end <= row.length) {
        this.#write(code, row, end);
      } else {
        this.#restStart = 0;
        this.#restEnd = this.#lengths[code];
        this.#write(code, this.#rest, this.#restEnd);
        this.#takeRest(row.subarray(filled));
      }
      filled = end;
    }
    return true;
  }

  /** @returns how many indices were there for the row */
  #takeRest(row: Uint8Array): number {
    const count = Math.min(this.#restEnd - this.#restStart, row.length);
    row.set(this.#rest.subarray(this.#restStart, this.#restStart + count));
    this.#restStart += count;
    return count;
  }

  /** Writes a code's string, which is known from its end. */
  #write(code: number, indices: Uint8Array, end: number): void {
    const prefixes = this.#prefixes;
    const lasts = this.#lasts;
    const length = this.#lengths[code];
    if (this.#isRun[code] === 1 && length >= longRun) {
      indices.fill(lasts[code], end - length, end);
      return;
    }
    this.followedPixels += length;
    let string = code;
    for (let at = end - 1, left = length; left > 0; left--, at--) {
      indices[at] = lasts[string];
      string = prefixes[string];
    }
  }

  /** @returns the next code that stands for a string; -1 where there is none or it makes no sense */
  #readString(): number {
    for (;;) {
      const code = this.#readCode();
      if (code === this.#clear) {
        this.#codeSize = this.#minCodeSize + 1;
        this.#next = this.#clear + 2;
        this.#previous = -1;
        continue;
      }
      if (code < 0 || code === this.#clear + 1 || !this.#learn(code)) return -1;
      return code;
    }
  }

  /**
   * Adds a string to the table: the former code's, and the first index of
   * this one's. A full table stays as it is until it is cleared ("deferred").
   *
   * @returns whether the code stands for something
   */
  #learn(code: number): boolean {
    const previous = this.#previous;
    const next = this.#next;
    if (previous < 0 ? code > this.#clear : code > next) return false;
    if (previous >= 0 && next < maxCodes) {
      this.#prefixes[next] = previous;
      this.#firsts[next] = this.#firsts[previous];
      // A code may stand for the string that it completes itself, which begins as the former one.
      this.#lasts[next] = this.#firsts[code === next ? previous : code];
      this.#lengths[next] = this.#lengths[previous] + 1;
      this.#isRun[next] =
        this.#isRun[previous] & (this.#lasts[next] === this.#firsts[next] ? 1 : 0);
      this.#next = next + 1;
    }
    this.#previous = code;
    if (this.#next === 1 << this.#codeSize && this.#codeSize < maxCodeSize) this.#codeSize += 1;
    return true;
  }

  /** @returns -1 where the data ends */
  #readCode(): number {
    const bytes = this.#bytes;
    while (this.#windowBits < this.#codeSize) {
      if (this.#left === 0) {
        this.#left = bytes[this.#at] ?? 0;
        this.#at += 1;
        if (this.#left === 0) return -1;
      }
      if (this.#at >= bytes.length) return -1;
      this.#window |= bytes[this.#at] << this.#windowBits;
      this.#at += 1;
      this.#left -= 1;
      this.#windowBits += 8;
    }
    const code = this.#window & ((1 << this.#codeSize) - 1);
    this.#window >>>= this.#codeSize;
    this.#windowBits -= this.#codeSize;
    return code;
  }
}
