/** Bits that may be read without {@link BitReader.prepare}: more than one pixel or copy takes. */
export const maxStepBits = 96;

/** Bytes that hold so many bits, wherever they begin, up to the end of a word. */
const tailBytes = maxStepBits / 8 + 8;

/**
 * Where in a lossless bit stream reading goes on (RFC 9649, 3.3): bits of
 * numbers come lowest first. Up to 25 bits at {@link position} are the lowest
 * of `view.getUint32(position >>> 3, true) >>> (position & 7)`; so those who
 * read much do it on their own, and call {@link prepare} at times.
 */
export class BitReader {
  view: DataView;
  /** In bits, of `view`. */
  position = 0;
  /** Where {@link prepare} has to be called before {@link maxStepBits} more are read. */
  limit: number;
  #isInTail = false;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.limit = 8 * (bytes.length - tailBytes);
  }

  /** Whether bits were read that aren't there. */
  get hasOverrun(): boolean {
    return this.#isInTail && this.position > this.limit;
  }

  /**
   * Makes sure that {@link maxStepBits} can be read, of which those behind the
   * data's end are zeros. Must be called where `position` is beyond `limit`.
   *
   * @returns false where the data has ended already
   */
  prepare(): boolean {
    if (this.position <= this.limit) return true;
    if (this.#isInTail) return false;
    // The end of the data is copied to where zeros are behind it.
    const { buffer, byteOffset, byteLength } = this.view;
    const start = Math.min(this.position >>> 3, byteLength);
    const rest = new Uint8Array(buffer, byteOffset + start, byteLength - start);
    const tail = new Uint8Array(rest.length + tailBytes);
    tail.set(rest);
    this.view = new DataView(tail.buffer);
    this.position -= 8 * start;
    this.limit = 8 * rest.length;
    this.#isInTail = true;
    return this.position <= this.limit;
  }

  /**
   * @param count 0..24
   * @returns what is there, and zeros behind the end
   */
  readBits(count: number): number {
    if (this.position > this.limit && !this.prepare()) return 0;
    const bits = this.view.getUint32(this.position >>> 3, true) >>> (this.position & 7);
    this.position += count;
    return bits & ((1 << count) - 1);
  }
}
