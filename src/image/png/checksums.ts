/** The checksums of PNG: CRC-32 of chunks (W3C PNG Third Edition, 5.5), Adler-32 of deflated data (RFC 1950, 8.2). */

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb8_8320;
  return crc;
});

/** @returns 0 to 2^32 - 1 */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}

/** What both sums of Adler-32 are taken modulo. */
const adlerBase = 65_521;

/** Words of a block of which sums of two bytes each fit into the halves of a word. */
const blockWords = 20;
const blockBytes = 4 * blockWords;
/** Blocks after which the sums are still below 2^31. */
const blocksAtOnce = 48;
/** Every other byte of a word. */
const evenBytes = 0x00ff00ff;

/**
 * The sums of Adler-32, of bytes that come piece by piece. Four bytes are added
 * at once: a word holds the sums of two of its bytes, and another one those of
 * the others; what is added up of these sums gives the second sum. That takes a
 * quarter of the time that it would take byte by byte.
 */
export class Adler32 {
  /** Of the bytes, and 1. */
  #first = 1;
  /** Of all values that the first one had. */
  #second = 0;

  /** 0 to 2^32 - 1 */
  get value(): number {
    return this.#second * 65_536 + this.#first;
  }

  /**
   * @param words the same memory as `bytes`
   * @param start of the next bytes
   * @param end behind the last of them
   */
  add(bytes: Uint8Array, words: Uint32Array, start: number, end: number): void {
    const firstWord = Math.min((start + 3) & ~3, end);
    this.#addBytes(bytes, start, firstWord);
    let at = firstWord;
    while (at + blockBytes <= end) {
      const blocks = Math.min(Math.floor((end - at) / blockBytes), blocksAtOnce);
      this.#addBlocks(words, at >> 2, blocks);
      at += blocks * blockBytes;
    }
    this.#addBytes(bytes, at, end);
  }

  /** Fewer than a block. */
  #addBytes(bytes: Uint8Array, start: number, end: number): void {
    let first = this.#first;
    let second = this.#second;
    for (let i = start; i < end; i++) {
      first += bytes[i];
      second += first;
    }
    this.#first = first % adlerBase;
    this.#second = second % adlerBase;
  }

  #addBlocks(words: Uint32Array, start: number, blocks: number): void {
    let first = this.#first;
    let second = this.#second;
    const end = start + blocks * blockWords;
    for (let block = start; block < end; block += blockWords) {
      let even = 0;
      let odd = 0;
      let evens = 0;
      let odds = 0;
      for (let i = block; i < block + blockWords; i += 2) {
        const one = words[i];
        evens = (evens + even) | 0;
        odds = (odds + odd) | 0;
        even = (even + (one & evenBytes)) | 0;
        odd = (odd + ((one >>> 8) & evenBytes)) | 0;
        const other = words[i + 1];
        evens = (evens + even) | 0;
        odds = (odds + odd) | 0;
        even = (even + (other & evenBytes)) | 0;
        odd = (odd + ((other >>> 8) & evenBytes)) | 0;
      }
      // Of the bytes of each word, the first one, the second one, and so on.
      const sum0 = even & 0xffff;
      const sum1 = odd & 0xffff;
      const sum2 = even >>> 16;
      const sum3 = odd >>> 16;
      const sums = (evens & 0xffff) + (evens >>> 16) + (odds & 0xffff) + (odds >>> 16);
      second = (second + blockBytes * first + 4 * (sums + sum0) + 3 * sum1 + 2 * sum2 + sum3) | 0;
      first = (first + sum0 + sum1 + sum2 + sum3) | 0;
    }
    this.#first = first % adlerBase;
    this.#second = second % adlerBase;
  }
}
