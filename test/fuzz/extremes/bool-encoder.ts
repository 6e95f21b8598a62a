/** Writes the arithmetic code of VP8 (RFC 6386, section 7.3). */
export class BoolEncoder {
  #bytes = new Uint8Array(1 << 12);
  #length = 0;
  #range = 255;
  #bottom = 0;
  #bitsLeft = 24;

  /** @param probability of a 0, of 256 */
  write(probability: number, bit: number): void {
    const split = 1 + (((this.#range - 1) * probability) >> 8);
    if (bit === 1) {
      this.#bottom += split;
      this.#range -= split;
      if (this.#bottom >= 2 ** 32) {
        this.#carry();
        this.#bottom -= 2 ** 32;
      }
    } else {
      this.#range = split;
    }
    while (this.#range < 128) {
      this.#range <<= 1;
      if (this.#bottom >= 2 ** 31) this.#carry();
      this.#bottom = (this.#bottom * 2) % 2 ** 32;
      this.#bitsLeft -= 1;
      if (this.#bitsLeft === 0) {
        this.#push(Math.floor(this.#bottom / 2 ** 24));
        this.#bottom %= 2 ** 24;
        this.#bitsLeft = 8;
      }
    }
  }

  writeLiteral(value: number, bits: number): void {
    for (let bit = bits - 1; bit >= 0; bit--) this.write(128, (value >>> bit) & 1);
  }

  /** Ends the code; the encoder is of no use afterwards. */
  finish(): Uint8Array {
    for (let i = 0; i < 32; i++) this.write(128, 0);
    return this.#bytes.slice(0, this.#length);
  }

  #carry(): void {
    let at = this.#length - 1;
    while (at >= 0 && this.#bytes[at] === 255) this.#bytes[at--] = 0;
    if (at >= 0) this.#bytes[at] += 1;
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = byte;
  }
}
