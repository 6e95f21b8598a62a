/** Squares of pixels that have something in common: a mode, factors, codes (RFC 9649, 4.1, 4.2 and 3.7.2.2). */
import { webpProblem } from '../problem.ts';
import type { BitReader } from './bit-reader.ts';

/**
 * Blocks up to which pictures are read. As many are in 16 megapixels if each
 * has 4 x 4 pixels; of pictures that large, libwebp makes blocks of 16 x 16 or more.
 */
const maxBlocks = 1 << 20;

/** The most that there can be in a picture that is read. */
export function maxBlocksIn(width: number, height: number): number {
  return Math.min(blocksIn(width, minBlockBits) * blocksIn(height, minBlockBits), maxBlocks);
}

/** Sides of the smallest blocks, as a power of two. */
const minBlockBits = 2;

/** Blocks that a side of so many pixels is divided into. */
export function blocksIn(pixels: number, blockBits: number): number {
  return (pixels + (1 << blockBits) - 1) >> blockBits;
}

/** Squares that a picture is divided into; of each, a small picture has a pixel. */
export interface BlockGrid {
  /** Sides of a block, as a power of two. */
  readonly bits: number;
  readonly across: number;
  readonly down: number;
}

/** A value for each block. */
export interface Blocks<Values extends Uint8Array | Uint16Array | Int32Array> {
  /** Sides of a block, as a power of two. */
  readonly bits: number;
  readonly across: number;
  /** Row by row. */
  readonly values: Values;
}

/** @throws AppError `image-decode-failed` where there are more than are read */
export function readBlockGrid(reader: BitReader, width: number, height: number): BlockGrid {
  const bits = minBlockBits + reader.readBits(3);
  const across = blocksIn(width, bits);
  const down = blocksIn(height, bits);
  if (across * down > maxBlocks) {
    throw webpProblem('This WebP has more blocks than are read; save it again, perhaps as PNG.');
  }
  return { bits, across, down };
}
