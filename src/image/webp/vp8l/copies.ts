/** How lengths and distances of copies are written (RFC 9649, 3.6.2.2 and 3.7.3). */

/** How many bits follow a prefix, 0..18. */
export function extraBits(prefix: number): number {
  return prefix < 4 ? 0 : (prefix - 2) >> 1;
}

/** The least value that begins with a prefix; 1 or more. */
export function leastValue(prefix: number): number {
  return prefix < 4 ? prefix + 1 : ((2 + (prefix & 1)) << extraBits(prefix)) + 1;
}

/** Distances with short codes are those of near pixels: so many columns to the left and rows up. */
const nearColumns = new Int8Array([
  0, 1, 1, -1, 0, 2, 1, -1, 2, -2, 2, -2, 0, 3, 1, -1, 3, -3, 2, -2, 3, -3, 0, 4, 1, -1, 4, -4, 3,
  -3, 2, -2, 4, -4, 0, 3, -3, 4, -4, 5, 1, -1, 5, -5, 2, -2, 5, -5, 4, -4, 3, -3, 5, -5, 0, 6, 1,
  -1, 6, -6, 2, -2, 6, -6, 4, -4, 5, -5, 3, -3, 6, -6, 0, 7, 1, -1, 5, -5, 7, -7, 4, -4, 6, -6, 2,
  -2, 7, -7, 3, -3, 7, -7, 5, -5, 6, -6, 8, 4, -4, 7, -7, 8, 8, 6, -6, 8, 5, -5, 7, -7, 8, 6, -6, 7,
  -7, 8, 7, -7, 8, 8,
]);
const nearRows = new Uint8Array([
  1, 0, 1, 1, 2, 0, 2, 2, 1, 1, 2, 2, 3, 0, 3, 3, 1, 1, 3, 3, 2, 2, 4, 0, 4, 4, 1, 1, 3, 3, 4, 4, 2,
  2, 5, 4, 4, 3, 3, 0, 5, 5, 1, 1, 5, 5, 2, 2, 4, 4, 5, 5, 3, 3, 6, 0, 6, 6, 1, 1, 6, 6, 2, 2, 5, 5,
  4, 4, 6, 6, 3, 3, 7, 0, 7, 7, 5, 5, 1, 1, 6, 6, 4, 4, 7, 7, 2, 2, 7, 7, 3, 3, 6, 6, 5, 5, 0, 7, 7,
  4, 4, 1, 2, 6, 6, 3, 7, 7, 5, 5, 4, 7, 7, 6, 6, 5, 7, 7, 6, 7,
]);

/**
 * @param code 1 or more
 * @param width of the picture whose pixels are copied
 * @returns pixels to go back, 1 or more
 */
export function copyDistance(code: number, width: number): number {
  if (code > nearRows.length) return code - nearRows.length;
  return Math.max(nearRows[code - 1] * width + nearColumns[code - 1], 1);
}
