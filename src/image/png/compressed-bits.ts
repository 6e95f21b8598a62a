/** Where compressed bytes come from, piece by piece. */
export interface ByteSource {
  /**
   * Copies what comes next to `into`, from `start` up to but without `end`.
   *
   * @returns where the copy ends: before `end` only where there is no more
   */
  read(into: Uint8Array, start: number, end: number): number;
}

/** Bytes that are at hand at once. */
const stagedBytes = 32_768;

/** Behind the last byte, for what looks ahead. */
const paddingBytes = 16;

/** A step that begins before {@link CompressedBits.safeEnd} may read up to this many bits. */
const stepBits = (paddingBytes - 4) * 8;

/**
 * Compressed data as bits, the lowest of each byte first (RFC 1951, 3.1.1),
 * in a buffer that is filled again and again. Behind their end there are bits
 * without a meaning, so that what is read there is to be left out.
 */
export class CompressedBits {
  readonly #source: ByteSource;
  readonly #bytes = new Uint8Array(stagedBytes + paddingBytes);
  /** For loading the bits from `position` on: those of four bytes, the first byte lowest. */
  readonly view = new DataView(this.#bytes.buffer);
  /** The next bit, counted from the beginning of `view`. */
  position = 0;
  /** Up to here, steps of up to 96 bits can be made without {@link fill}. */
  safeEnd = 0;
  /** Where the bits in `view` end. */
  end = 0;
  /** Whether nothing comes behind those in `view`. */
  #isLast = false;

  static readonly memoryBytes = stagedBytes + paddingBytes;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Whether all bits are taken, or more than there are. */
  get atEnd(): boolean {
    return this.#isLast && this.position >= this.end;
  }

  /** Makes sure that a step can be made, where the data has not ended. Moves what is in `view`. */
  fill(): void {
    if (this.position < this.safeEnd || this.#isLast) return;
    const from = this.position >>> 3;
    const rest = (this.end >>> 3) - from;
    this.#bytes.copyWithin(0, from, from + rest);
    const end = this.#source.read(this.#bytes, rest, stagedBytes);
    this.#isLast = end < stagedBytes;
    this.position &= 7;
    this.end = end * 8;
    this.safeEnd = this.#isLast ? this.end : this.end - stepBits;
  }

  /**
   * For the few fields of headers, of which 96 bits may be read without looking at {@link atEnd}.
   *
   * @param count 0..16
   */
  read(count: number): number {
    this.fill();
    const bits = this.view.getUint32(this.position >>> 3, true) >>> (this.position & 7);
    this.position += count;
    return bits & ((1 << count) - 1);
  }

  /** Goes on at the next whole byte. */
  alignToByte(): void {
    this.position = (this.position + 7) & ~7;
  }

  /**
   * Copies whole bytes, and goes on behind them.
   *
   * @param most how many at most
   * @returns how many it were, 1 or more where there are any and `most` allows for it
   */
  copyBytes(into: Uint8Array, to: number, most: number): number {
    this.fill();
    const from = this.position >>> 3;
    const count = Math.min(most, Math.max(0, (this.end >>> 3) - from));
    into.set(this.#bytes.subarray(from, from + count), to);
    this.position += count * 8;
    return count;
  }
}
