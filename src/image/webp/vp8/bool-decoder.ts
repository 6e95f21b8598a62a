/**
 * Reads bits of an arithmetic code, each of a probability that is known before
 * (RFC 6386, section 7). Behind the data it reads zeros.
 */
export class BoolDecoder {
  readonly #bytes: Uint8Array;
  /** Of the next bytes to load; goes on behind the end. */
  #position = 0;
  /** The window that is compared with the split, and below it bits that are loaded, but not yet in it. */
  #value = 0;
  /** How many bits are below the window; negative where some of its own are missing. */
  #loadedBits = -8;
  /** 128..255 between bits. */
  #range = 255;

  /** @param bytes one partition */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether bits were decoded from data that isn't there. */
  get hasOverrun(): boolean {
    return this.#position * 8 - this.#loadedBits > this.#bytes.length * 8;
  }

  /** @param probability of a 0, of 256; 1..255 */
  readBit(probability: number): number {
    if (this.#loadedBits < 0) this.#load();
    const loadedBits = this.#loadedBits;
    const split = 1 + (((this.#range - 1) * probability) >> 8);
    const bigSplit = split << loadedBits;
    let range = split;
    let bit = 0;
    if (this.#value >= bigSplit) {
      this.#value -= bigSplit;
      range = this.#range - split;
      bit = 1;
    }
    const shift = Math.clz32(range) - 24;
    this.#range = range << shift;
    this.#loadedBits = loadedBits - shift;
    return bit;
  }

  #load(): void {
    const bytes = this.#bytes;
    const at = this.#position;
    let two = 0;
    if (at + 1 < bytes.length) two = (bytes[at] << 8) | bytes[at + 1];
    else if (at < bytes.length) two = bytes[at] << 8;
    this.#value = (this.#value << 16) | two;
    this.#loadedBits += 16;
    this.#position = at + 2;
  }

  /** An unsigned number whose bits are as likely 0 as 1, the highest first. */
  readLiteral(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) value = (value << 1) | this.readBit(128);
    return value;
  }

  readFlag(): boolean {
    return this.readBit(128) === 1;
  }

  /** A flag, and where it is set a number of so many bits with its sign behind it; else 0. */
  readOptionalSigned(bits: number): number {
    if (!this.readFlag()) return 0;
    const size = this.readLiteral(bits);
    return this.readFlag() ? -size : size;
  }
}
