/**
 * How the 64 coefficients of a block become those of a smaller block.
 *
 * A reduced picture is the mean of each 2x2, 4x4 or 8x8 samples, as libjpeg's
 * is. The mean over neighbouring samples of a cosine is a cosine of the
 * smaller block, weaker, and perhaps mirrored: so the coefficients can be
 * folded onto the smaller block's before its inverse DCT, and no sample is
 * ever computed only to be averaged away.
 */
import type { BlockSide } from './idct.ts';

/** Row-major place of each coefficient, in zigzag order (ITU-T T.81, figure A.6). */
export const zigzag = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5],
  ...[12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28],
  ...[35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51],
  ...[58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
);

/** Place of coefficients that the smaller block has nothing of. */
export const dropped = 64;

/** Bits behind the point in the coefficients of folded blocks; a block of 8 x 8 is not folded. */
export const foldedBits: Record<BlockSide, number> = { 1: 0, 2: 6, 4: 6, 8: 0 };

/** One dimension: which of the smaller block's frequencies one of the eight becomes, and how strong. */
interface Fold {
  readonly frequency: number;
  readonly weight: number;
}

function cosine(frequency: number, sample: number, samples: number): number {
  return Math.cos(((2 * sample + 1) * frequency * Math.PI) / (2 * samples));
}

/** @returns undefined where the means are all zero */
function foldFrequency(frequency: number, side: number): Fold | undefined {
  const width = 8 / side;
  const means = Array.from({ length: side }, (_, i) => {
    const samples = Array.from({ length: width }, (_, j) => cosine(frequency, i * width + j, 8));
    return samples.reduce((sum, value) => sum + value, 0) / width;
  });
  for (let folded = 0; folded < side; folded++) {
    const basis = means.map((_, i) => cosine(folded, i, side));
    const product = means.reduce((sum, mean, i) => sum + mean * basis[i], 0);
    const weight = product / basis.reduce((sum, value) => sum + value * value, 0);
    if (Math.abs(weight) > 1e-9) return { frequency: folded, weight };
  }
  return undefined;
}

/** For each coefficient in zigzag order: its place in the smaller block, and its weight there. */
export interface Folding {
  readonly places: Uint8Array;
  readonly weights: Float64Array;
  /** The last in zigzag order that isn't dropped. */
  readonly last: number;
}

function makeFolding(side: BlockSide): Folding {
  const places = new Uint8Array(64).fill(dropped);
  const weights = new Float64Array(64);
  const folds = Array.from({ length: 8 }, (_, frequency) => foldFrequency(frequency, side));
  for (const [k, natural] of zigzag.entries()) {
    const [row, column] = [folds[natural >> 3], folds[natural & 7]];
    if (row === undefined || column === undefined) continue;
    places[k] = row.frequency * side + column.frequency;
    weights[k] = row.weight * column.weight;
  }
  const last = weights.findLastIndex((weight) => weight !== 0);
  return { places, weights, last };
}

export const foldings: Record<BlockSide, Folding> = {
  1: makeFolding(1),
  2: makeFolding(2),
  4: makeFolding(4),
  8: makeFolding(8),
};

/**
 * What to multiply a coefficient by: dequantisation and weight in one, with
 * {@link foldedBits} behind the point.
 *
 * @param quantization in zigzag order
 * @returns in zigzag order
 */
export function foldedFactors(quantization: Uint16Array, side: BlockSide): Int32Array {
  const { weights } = foldings[side];
  const scale = 1 << foldedBits[side];
  return Int32Array.from(quantization, (value, k) => Math.round(value * weights[k] * scale));
}
