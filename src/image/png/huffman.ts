/**
 * The meaning of a Huffman code in DEFLATE (RFC 1951, 3.2.5) as one number:
 *
 * - bits 0..3: the bits that the code takes, once a table has set them
 * - bits 4..6: {@link literal}, {@link endOfBlock} or {@link unused}; none of
 *   them for a length or a distance
 * - bits 8..11: bits that follow the code, and are added to
 * - bits 16..30: the literal, length or distance itself
 */
export type Meaning = number;

export const literal = 1 << 4;
export const endOfBlock = 1 << 5;
/** A code that the alphabet has, and that data must not use. */
export const unused = 1 << 6;

/** Codes are at most this long. */
const maxLength = 15;

/** A Huffman code as a look-up table, made anew for each block that brings one. */
export class HuffmanTable {
  /** By the next bits of the data: a meaning; 0 where the code is longer, or doesn't exist. */
  readonly lookup: Int32Array;
  /** What to leave of the data's bits for a look-up: as many as the longest code has, or the most. */
  lookupMask = 0;
  readonly #maxLookupBits: number;
  readonly #meanings: Int32Array;
  /** By code length: how many codes there are. */
  readonly #counts = new Int32Array(maxLength + 1);
  /** By code length: the next code to be given away. */
  readonly #codes = new Int32Array(maxLength + 1);
  /** By code length: what is greater than every code that is so long, shifted left to 15 bits. */
  readonly #limits = new Int32Array(maxLength + 1);
  /** By code length: what, added to a code, gives its place in `sorted`. */
  readonly #offsets = new Int32Array(maxLength + 1);
  /** Meanings in order of their codes. */
  readonly #sorted: Int32Array;

  /**
   * @param maxLookupBits bits that one look-up sees, at most 15
   * @param meanings of the symbols, with 0 for the bits of their codes
   */
  constructor(maxLookupBits: number, meanings: Int32Array) {
    this.lookup = new Int32Array(1 << maxLookupBits);
    this.#maxLookupBits = maxLookupBits;
    this.#meanings = meanings;
    this.#sorted = new Int32Array(meanings.length);
  }

  /** The memory of a table, in bytes. */
  static memoryBytes(maxLookupBits: number, meanings: Int32Array): number {
    return 4 * ((1 << maxLookupBits) + meanings.length + 4 * (maxLength + 1));
  }

  /**
   * Makes the code of which only the lengths are given (3.2.2): those in
   * `lengths` from `start` up to but without `end`, in order of the symbols,
   * 0 to 15, and 0 for a symbol without a code.
   *
   * @returns false where there is no such code: too many codes for their
   *   lengths, or too few. A single code of one bit is complete enough (3.2.7).
   */
  build(lengths: Uint8Array, start: number, end: number): boolean {
    const counts = this.#counts.fill(0);
    for (let at = start; at < end; at++) counts[lengths[at]] += 1;
    let code = 0;
    let place = 0;
    let longest = 0;
    for (let length = 1; length <= maxLength; length++) {
      code <<= 1;
      this.#codes[length] = code;
      this.#offsets[length] = place - code;
      code += counts[length];
      place += counts[length];
      if (code > 1 << length) return false;
      this.#limits[length] = code << (maxLength - length);
      if (counts[length] > 0) longest = length;
    }
    if (code < 1 << maxLength && longest > 1) return false;
    // A small table is made sooner, so that very many of them cost no more than their bytes do.
    const lookupEntries = 1 << Math.min(longest, this.#maxLookupBits);
    this.lookupMask = lookupEntries - 1;
    this.lookup.fill(0, 0, lookupEntries);
    for (let at = start; at < end; at++) {
      const length = lengths[at];
      if (length > 0) this.#place(length, this.#meanings[at - start] | length);
    }
    return true;
  }

  #place(length: number, meaning: Meaning): void {
    const code = this.#codes[length]++;
    this.#sorted[code + this.#offsets[length]] = meaning;
    if (length > this.#maxLookupBits) return;
    const { lookup, lookupMask } = this;
    const step = 1 << length;
    // Codes come with their first bit in the lowest place (3.1.1).
    for (let i = reverse(code) >> (maxLength - length); i <= lookupMask; i += step) {
      lookup[i] = meaning;
    }
  }

  /**
   * Looks up a code that {@link lookup} has not.
   *
   * @param bits at least the next 15
   * @returns 0 where it doesn't exist
   */
  longCode(bits: number): Meaning {
    const code = reverse(bits);
    for (let length = this.#maxLookupBits + 1; length <= maxLength; length++) {
      if (code < this.#limits[length]) {
        return this.#sorted[(code >> (maxLength - length)) + this.#offsets[length]];
      }
    }
    return 0;
  }
}

/** The lowest 15 bits in the opposite order. */
function reverse(bits: number): number {
  let reversed = ((bits & 0x5555) << 1) | ((bits >> 1) & 0x5555);
  reversed = ((reversed & 0x3333) << 2) | ((reversed >> 2) & 0x3333);
  reversed = ((reversed & 0x0f0f) << 4) | ((reversed >> 4) & 0x0f0f);
  reversed = ((reversed & 0x00ff) << 8) | ((reversed >> 8) & 0x00ff);
  return reversed >> 1;
}
