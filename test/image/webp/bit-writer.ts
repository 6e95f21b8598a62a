/** Bits of numbers, the lowest first (RFC 9649, 3.3). */
export class BitWriter {
  readonly #bytes: number[] = [];
  #bits = 0;

  write(value: number, count: number): void {
    for (let bit = 0; bit < count; bit++) {
      if (this.#bits % 8 === 0) this.#bytes.push(0);
      this.#bytes[this.#bytes.length - 1] |= ((value >>> bit) & 1) << (this.#bits % 8);
      this.#bits += 1;
    }
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
