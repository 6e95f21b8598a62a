/** Reads pictures whose pixels are coded (RFC 9649, 3.5 to 3.7). */
import type { BitReader } from './bit-reader.ts';
import { type Blocks, readBlockGrid } from './blocks.ts';
import { damagedHead } from './code-lengths.ts';
import { CodedPixels, type PixelSource } from './coded-pixels.ts';
import { ColorCache, maxCacheBits } from './color-cache.ts';
import { PrefixCodeGroups } from './prefix-code-groups.ts';

/** The picture itself, whose blocks may have codes of their own (3.7.2.2). */
export function openMainPicture(source: PixelSource, width: number, height: number): CodedPixels {
  const { reader } = source;
  const cache = readCache(reader);
  const groupMap = reader.readBits(1) === 1 ? readGroupMap(source, width, height) : undefined;
  const codes = new PrefixCodeGroups(source, cache.size, usedGroups(groupMap));
  return new CodedPixels(source, { width, height, codes, cache, groupMap });
}

/**
 * A small picture whose pixels are values of something else.
 *
 * @param takeRow gets each row, which is only valid during the call
 * @throws AppError `image-decode-failed` where not all of it is there
 */
export function readSmallPicture(
  source: PixelSource,
  width: number,
  height: number,
  takeRow: (row: Int32Array, y: number) => void,
): void {
  const cache = readCache(source.reader);
  const codes = new PrefixCodeGroups(source, cache.size, usedGroups(undefined));
  const pixels = new CodedPixels(source, { width, height, codes, cache, groupMap: undefined });
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

function readGroupMap(source: PixelSource, width: number, height: number): Blocks<Uint16Array> {
  const { bits, across, down } = readBlockGrid(source.reader, width, height);
  const values = new Uint16Array(across * down);
  readSmallPicture(source, across, down, (row, y) => {
    for (let x = 0; x < across; x++) values[y * across + x] = row[x] >> 8;
  });
  return { bits, across, values };
}

/** There are as many groups as the largest number in the map says; not all need to be used. */
function usedGroups(groupMap: Blocks<Uint16Array> | undefined): Uint8Array {
  if (groupMap === undefined) return Uint8Array.of(1);
  let last = 0;
  for (const group of groupMap.values) last = Math.max(last, group);
  const used = new Uint8Array(last + 1);
  for (const group of groupMap.values) used[group] = 1;
  return used;
}
