/** Bits in bytes, for the streams of all formats; grows to megabytes without taking long. */
export class BitWriter {
  #bytes = new Uint8Array(1 << 12);
  #bits = 0;
  readonly #highestFirst: boolean;

  /** @param order which bit of a byte is the first one */
  constructor(order: 'lowest first' | 'highest first') {
    this.#highestFirst = order === 'highest first';
  }

  get length(): number {
    return this.#bits;
  }

  /** Writes a number: its own lowest bit first, or its highest, as the bytes' bits. */
  write(value: number, count: number): void {
    for (let i = 0; i < count; i++) {
      this.#push((value >>> (this.#highestFirst ? count - 1 - i : i)) & 1);
    }
  }

  /** Writes a code with its highest bit first, as Huffman codes stand in DEFLATE. */
  writeCode(code: number, length: number): void {
    for (let bit = length - 1; bit >= 0; bit--) this.#push((code >>> bit) & 1);
  }

  /** Goes on at the next whole byte. */
  align(): void {
    this.#bits = Math.ceil(this.#bits / 8) * 8;
  }

  #push(bit: number): void {
    const at = this.#bits >> 3;
    if (at === this.#bytes.length) {
      const grown = new Uint8Array(2 * at);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[at] |= bit << (this.#highestFirst ? 7 - (this.#bits & 7) : this.#bits & 7);
    this.#bits += 1;
  }

  /** A copy of what was written, filled up with zeros to a whole byte. */
  get bytes(): Uint8Array {
    return this.#bytes.slice(0, Math.ceil(this.#bits / 8));
  }
}
