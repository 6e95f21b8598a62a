/** Reads pictures whose pixels are coded (RFC 9649, 3.5 to 3.7). */
import { webpProblem } from '../problem.ts';
import type { BitReader } from './bit-reader.ts';
import { damagedHead } from './code-lengths.ts';
import { CodedPixels, type GroupMap } from './coded-pixels.ts';
import { ColorCache, maxCacheBits } from './color-cache.ts';
import type { PixelHistory } from './pixel-history.ts';
import { PrefixCodeGroups } from './prefix-code-groups.ts';

/**
 * Blocks up to which pictures are read. As many are in 16 megapixels if each
 * has 4 x 4 pixels; libwebp makes them 16 x 16 or larger.
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

/** Squares of pixels that a picture is divided into; of each, a small picture says something. */
export interface BlockGrid {
  /** Sides of a block, as a power of two. */
  readonly bits: number;
  readonly across: number;
  readonly down: number;
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

/** The picture itself, whose blocks may have codes of their own (3.7.2.2). */
export function openMainPicture(
  reader: BitReader,
  width: number,
  height: number,
  history: PixelHistory,
): CodedPixels {
  const cache = readCache(reader);
  const groupMap =
    reader.readBits(1) === 1 ? readGroupMap(reader, width, height, history) : undefined;
  const codes = new PrefixCodeGroups(reader, cache.size, usedGroups(groupMap));
  return new CodedPixels(reader, { width, height, codes, cache, groupMap }, history);
}

/**
 * A small picture whose pixels are values of something else.
 *
 * @param takeRow gets each row, which is only valid during the call
 * @throws AppError `image-decode-failed` where not all of it is there
 */
export function readSmallPicture(
  reader: BitReader,
  width: number,
  height: number,
  history: PixelHistory,
  takeRow: (row: Int32Array, y: number) => void,
): void {
  const cache = readCache(reader);
  const codes = new PrefixCodeGroups(reader, cache.size, usedGroups(undefined));
  const coding = { width, height, codes, cache, groupMap: undefined };
  const pixels = new CodedPixels(reader, coding, history);
  const row = new Int32Array(width);
  for (let y = 0; y < height; y++) {
    if (!pixels.readRow(row)) throw damagedHead();
    takeRow(row, y);
  }
}

function readCache(reader: BitReader): ColorCache {
  if (reader.readBits(1) === 0) return new ColorCache(0);
  const bits = reader.readBits(4);
  if (bits < 1 || bits > maxCacheBits) throw damagedHead();
  return new ColorCache(bits);
}

function readGroupMap(
  reader: BitReader,
  width: number,
  height: number,
  history: PixelHistory,
): GroupMap {
  const { bits, across, down } = readBlockGrid(reader, width, height);
  const groups = new Uint16Array(across * down);
  readSmallPicture(reader, across, down, history, (row, y) => {
    for (let x = 0; x < across; x++) groups[y * across + x] = row[x] >> 8;
  });
  return { blockBits: bits, blocksAcross: across, groups };
}

/** There are as many groups as the largest number in the map says; not all need to be used. */
function usedGroups(groupMap: GroupMap | undefined): Uint8Array {
  if (groupMap === undefined) return Uint8Array.of(1);
  let last = 0;
  for (const group of groupMap.groups) last = Math.max(last, group);
  const used = new Uint8Array(last + 1);
  for (const group of groupMap.groups) used[group] = 1;
  return used;
}
