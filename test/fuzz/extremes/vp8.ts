/** Lossy pictures (RFC 6386) that take as much work as there can be for few bytes. */

import {
  bands,
  blockKinds,
  branches,
  contexts,
  updateProbabilities,
} from '../../../src/image/webp/vp8/coefficient-probabilities.ts';
import {
  chromaModeProbabilities,
  lumaModeProbabilities,
  subblockModeBranches,
  subblockModeProbabilities,
  subblockModes,
} from '../../../src/image/webp/vp8/mode-probabilities.ts';
import { subblockMode } from '../../../src/image/webp/vp8/modes.ts';
import { seededRandom } from '../../../src/seeded-random.ts';
import { joinBytes } from '../mutator.ts';
import { BoolEncoder } from './bool-encoder.ts';

/**
 * What the bits of coefficients are, whatever they are:
 *
 * - `none`: all macroblocks say that they have none
 * - `last`: a single one in each block, behind fifteen zeros
 * - `large`: each one is of the kind that takes most bits
 */
export type Coefficients = 'none' | 'last' | 'large';

export interface Vp8 {
  readonly width: number;
  readonly height: number;
  /** Of all subblocks; undefined for one mode for all luma of a macroblock. */
  readonly mode: keyof typeof subblockMode | undefined;
  readonly coefficients: Coefficients;
  /** Bytes of coefficients. */
  readonly tokenBytes: number;
  /** 0..63 */
  readonly filterLevel: number;
  readonly simpleFilter?: boolean;
}

/** As much as the tag can say. */
const maxFirstPartition = 2 ** 19 - 1;

/** Branches of the tree of a subblock's modes, to each mode: the branch and the bit there. */
const paths: Readonly<Record<keyof typeof subblockMode, readonly (readonly [number, number])[]>> = {
  dc: [[0, 0]],
  trueMotion: [
    [0, 1],
    [1, 0],
  ],
  vertical: [
    [0, 1],
    [1, 1],
    [2, 0],
  ],
  horizontal: [
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 0],
    [4, 0],
  ],
  rightDown: [
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 0],
    [4, 1],
    [5, 0],
  ],
  verticalRight: [
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 0],
    [4, 1],
    [5, 1],
  ],
  leftDown: [
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 1],
    [6, 0],
  ],
  verticalLeft: [
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 1],
    [6, 1],
    [7, 0],
  ],
  horizontalDown: [
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 1],
    [6, 1],
    [7, 1],
    [8, 0],
  ],
  horizontalUp: [
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 1],
    [6, 1],
    [7, 1],
    [8, 1],
  ],
};

/** The data of a `VP8 ` chunk. */
export function vp8(picture: Vp8): Uint8Array {
  const { width, height, coefficients, tokenBytes } = picture;
  const bits = new BoolEncoder();
  writeHeader(bits, picture);
  writeModes(bits, picture);
  const first = bits.finish();
  if (first.length > maxFirstPartition) throw new RangeError('The modes take too many bytes.');
  const tag = (first.length << 5) | 0x10;
  const sides = [width, height].flatMap((side) => [side & 255, side >> 8]);
  const tokens = coefficients === 'none' ? new Uint8Array(1) : noise(tokenBytes);
  return joinBytes([
    [tag & 255, (tag >> 8) & 255, tag >> 16, 0x9d, 0x01, 0x2a],
    sides,
    first,
    tokens,
  ]);
}

/** Whatever the bits of an arithmetic code are, they mean what is likely. */
function noise(bytes: number): Uint8Array {
  const random = seededRandom(bytes);
  // A first byte of ones would be beyond the code's own range.
  return new Uint8Array(bytes).map(() => random() * 255);
}

function writeHeader(
  bits: BoolEncoder,
  { coefficients, filterLevel, simpleFilter = false }: Vp8,
): void {
  const flag = (value: boolean): void => bits.write(128, value ? 1 : 0);
  bits.writeLiteral(0, 2);
  // Segments; filter, its level, sharpness and deltas; one partition.
  flag(false);
  flag(simpleFilter);
  bits.writeLiteral(filterLevel, 6);
  bits.writeLiteral(0, 3);
  flag(false);
  bits.writeLiteral(0, 2);
  // The finest quantisation, without differences; probabilities that are kept.
  bits.writeLiteral(0, 7);
  for (let i = 0; i < 5; i++) flag(false);
  flag(false);
  let at = 0;
  for (let kind = 0; kind < blockKinds; kind++) {
    for (let band = 0; band < bands; band++) {
      for (let context = 0; context < contexts; context++) {
        for (let branch = 0; branch < branches; branch++) {
          bits.write(updateProbabilities[at++], 1);
          bits.writeLiteral(probabilityOf(coefficients, band, branch), 8);
        }
      }
    }
  }
  // Whether macroblocks say that they have no coefficients, which they nearly always do then.
  flag(coefficients === 'none');
  if (coefficients === 'none') bits.writeLiteral(1, 8);
}

/** Of a 0 at a branch of the tree of tokens, of 256: of what is wanted, as likely as can be. */
function probabilityOf(coefficients: Coefficients, band: number, branch: number): number {
  const never = 1;
  const always = 255;
  // The end of a block, a zero, a one.
  if (branch === 0) return never;
  if (coefficients === 'large') return never;
  if (branch === 1) return band === bands - 1 ? never : always;
  return always;
}

function writeModes(bits: BoolEncoder, { width, height, mode, coefficients }: Vp8): void {
  const macroblocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  const across = Math.ceil(width / 16);
  const { subblocks: ofSubblocks, half: ofHalf, vertical: ofVertical } = lumaModeProbabilities;
  for (let i = 0; i < macroblocks; i++) {
    if (coefficients === 'none') bits.write(1, 1);
    bits.write(ofSubblocks, mode === undefined ? 1 : 0);
    if (mode === undefined) {
      bits.write(ofHalf, 0);
      bits.write(ofVertical, 0);
    } else {
      writeSubblocks(bits, mode, i < across, i % across === 0);
    }
    bits.write(chromaModeProbabilities.dc, 0);
  }
}

/** Subblocks beyond the picture count as those of `dc`. */
function writeSubblocks(
  bits: BoolEncoder,
  mode: keyof typeof subblockMode,
  isTop: boolean,
  isLeft: boolean,
): void {
  const own = subblockMode[mode];
  for (let block = 0; block < 16; block++) {
    const above = isTop && block < 4 ? subblockMode.dc : own;
    const left = isLeft && block % 4 === 0 ? subblockMode.dc : own;
    const at = (above * subblockModes + left) * subblockModeBranches;
    for (const [branch, bit] of paths[mode])
      bits.write(subblockModeProbabilities[at + branch], bit);
  }
}
