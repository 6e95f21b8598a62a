/** Whether two arrays of the same length hold the same bytes. */
export type SameBytes = () => boolean;

/**
 * Compares two arrays again and again, four bytes at a time: this costs a tenth of what is done
 * with a row of a picture.
 *
 * @param one of as many bytes as the other; both begin at a whole 32-bit word of their memory
 */
export function comparing(one: Uint8Array, other: Uint8Array): SameBytes {
  const words = one.length >> 2;
  const oneWords = new Uint32Array(one.buffer, one.byteOffset, words);
  const otherWords = new Uint32Array(other.buffer, other.byteOffset, words);
  return () => {
    for (let i = 0; i < words; i++) if (oneWords[i] !== otherWords[i]) return false;
    for (let i = words * 4; i < one.length; i++) if (one[i] !== other[i]) return false;
    return true;
  };
}
