/** The symbols that DEFLATE's Huffman codes stand for (RFC 1951). */
import { endOfBlock, literal, unused } from './huffman.ts';

/** The alphabet of literals and lengths (3.2.5). */
export const literalMeanings = Int32Array.from({ length: 288 }, (_, symbol) => {
  if (symbol < 256) return (symbol << 16) | literal;
  if (symbol === 256) return endOfBlock;
  if (symbol > 285) return unused;
  if (symbol === 285) return 258 << 16;
  return symbol < 265 ? (symbol - 254) << 16 : withExtraBits(symbol - 265, 4) + (3 << 16);
});

/** The alphabet of distances (3.2.5). */
export const distanceMeanings = Int32Array.from({ length: 32 }, (_, symbol) => {
  if (symbol > 29) return unused;
  return symbol < 4 ? (symbol + 1) << 16 : withExtraBits(symbol - 4, 2) + (1 << 16);
});

/** Lengths that a block can bring: five bits each say how many more than 257 and 1 there are. */
export const maxCodes = 257 + 31 + 1 + 31;

/** The alphabet of the code lengths of the other two (3.2.7). */
export const lengthMeanings = Int32Array.from({ length: 19 }, (_, symbol) => symbol << 16);

/** Groups of 4 or 2 codes, each group with one more extra bit than the former, and with no gaps. */
function withExtraBits(index: number, group: 4 | 2): number {
  const extraBits = Math.floor(index / group) + 1;
  return (((group + (index % group)) << extraBits) << 16) | (extraBits << 8);
}

/** The order in which the lengths of the length codes come (3.2.7). */
export const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The code of blocks that bring none (3.2.6). */
export const fixedLengths = new Uint8Array(literalMeanings.length + distanceMeanings.length)
  .fill(8)
  .fill(9, 144, 256)
  .fill(7, 256, 280)
  .fill(5, literalMeanings.length);
