/** Spreads colours over the cache (RFC 9649, 3.6.2.3). */
const hashFactor = 0x1e35a7bd;

/** The largest size of a cache, as a power of two. */
export const maxCacheBits = 11;

/** Colours that were decoded lately, by a hash. */
export class ColorCache {
  /** 2 ** bits, or none. */
  readonly size: number;
  readonly #colors: Int32Array;
  readonly #shift: number;

  /** @param bits 1 to {@link maxCacheBits}; 0 where there is no cache */
  constructor(bits: number) {
    this.size = bits === 0 ? 0 : 1 << bits;
    this.#colors = new Int32Array(this.size);
    this.#shift = 32 - bits;
  }

  at(index: number): number {
    return this.#colors[index];
  }

  /** @param argb of any pixel; must not be called where there is no cache */
  insert(argb: number): void {
    this.#colors[Math.imul(argb, hashFactor) >>> this.#shift] = argb;
  }
}
