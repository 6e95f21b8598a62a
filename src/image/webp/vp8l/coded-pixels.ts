/**
 * Reads pixels one row after another: literals, copies of earlier pixels, and
 * colours from a cache (RFC 9649, 3.6 and 3.7.3).
 */
import type { Work } from '../../work-budget.ts';
import type { BitReader } from './bit-reader.ts';
import type { Blocks } from './blocks.ts';
import type { CodeSource } from './code-lengths.ts';
import type { ColorCache } from './color-cache.ts';
import { copyDistance, extraBits, leastValue } from './copies.ts';
import type { PixelHistory } from './pixel-history.ts';
import { maxCodeLength, rootBits } from './prefix-code.ts';
import { codeKind, lengthPrefixes, literals, type PrefixCodeGroups } from './prefix-code-groups.ts';

/** What pictures are read from. */
export interface PixelSource extends CodeSource {
  /** For all pictures, one after another. */
  readonly history: PixelHistory;
}

/** How the pixels of one picture are coded. */
export interface PixelCoding {
  /** Pixels of a row, as they are coded. */
  readonly width: number;
  readonly height: number;
  readonly codes: PrefixCodeGroups;
  readonly cache: ColorCache;
  /** Which group of codes a block belongs to; undefined where all pixels are of the first one. */
  readonly groupMap: Blocks<Uint16Array> | undefined;
}

/** The next bits at a position, at least {@link windowBits} of them. */
function windowAt(view: DataView, position: number): number {
  return view.getUint32(position >>> 3, true) >>> (position & 7);
}

const windowBits = 25;

/**
 * The entry of a code, `symbol << 4 | length`.
 *
 * @param bits the next ones
 * @param code as {@link PrefixCodeGroups.code} gives it
 */
function lookUp(bits: number, table: Uint16Array, code: number): number {
  const start = code >> 4;
  const entry = table[start + (bits & ((1 << (code & 15)) - 1))];
  const length = entry & 15;
  if (length <= rootBits) return entry;
  const rest = (bits >>> rootBits) & ((1 << (length - rootBits)) - 1);
  return table[start + (entry >> 4) + rest];
}

/**
 * Work for each pixel that is read, for each copy, and for each pixel that is copied on its own, or
 * with many others.
 */
const readPixelUnits = 14;
const copyUnits = 28;
const copiedPixelUnits = 4;
const manyCopiedPixelUnits = 1;

/** Pixels from which on copying all at once is faster. */
const manyPixels = 32;

export class CodedPixels {
  /** Whether no pixel takes a bit, and all are alike. */
  readonly hasOneColor: boolean;
  readonly #reader: BitReader;
  readonly #work: Work;
  readonly #coding: PixelCoding;
  readonly #history: Int32Array;
  /** Pixels that were decoded. */
  #decoded = 0;
  #row = 0;
  /** Of a copy that goes on in the next row: pixels that are left, and how far they are back. */
  #copyLeft = 0;
  #copyDistance = 0;

  constructor({ reader, history, work }: PixelSource, coding: PixelCoding) {
    this.#reader = reader;
    this.#coding = coding;
    this.#history = history.pixels;
    this.#work = work;
    this.hasOneColor = coding.groupMap === undefined && coding.codes.hasOneColor;
  }

  /**
   * @param row takes the next row, ARGB
   * @returns false where the data ends before, or is damaged
   */
  readRow(row: Int32Array): boolean {
    const reader = this.#reader;
    const { width, height, codes, cache } = this.#coding;
    const history = this.#history;
    const mask = history.length - 1;
    const hasCache = cache.size > 0;
    let view = reader.view;
    let position = reader.position;
    let limit = reader.limit;
    let table = codes.table(0);
    let green = 0;
    let red = 0;
    let blue = 0;
    let alpha = 0;
    let distance = 0;
    let blockEnd = 0;
    let decoded = this.#decoded;
    let x = this.#copy(row, 0);
    let readPixels = 0;
    let copies = 0;
    decoded += x;
    while (x < width) {
      if (x >= blockEnd) {
        const group = this.#groupAt(x);
        blockEnd = this.#blockEnd(x);
        table = codes.table(group);
        green = codes.code(group, codeKind.green);
        red = codes.code(group, codeKind.red);
        blue = codes.code(group, codeKind.blue);
        alpha = codes.code(group, codeKind.alpha);
        distance = codes.code(group, codeKind.distance);
      }
      if (position > limit) {
        reader.position = position;
        if (!reader.prepare()) return false;
        view = reader.view;
        position = reader.position;
        limit = reader.limit;
      }
      let bits = windowAt(view, position);
      let entry = lookUp(bits, table, green);
      let length = entry & 15;
      position += length;
      const symbol = entry >> 4;
      let argb: number;
      if (symbol < literals) {
        // One more code fits into the window, unless this one was long.
        bits = length <= windowBits - maxCodeLength ? bits >>> length : windowAt(view, position);
        entry = lookUp(bits, table, red);
        position += entry & 15;
        argb = (symbol << 8) | ((entry >> 4) << 16);
        bits = windowAt(view, position);
        entry = lookUp(bits, table, blue);
        length = entry & 15;
        position += length;
        argb |= entry >> 4;
        bits = length <= windowBits - maxCodeLength ? bits >>> length : windowAt(view, position);
        entry = lookUp(bits, table, alpha);
        position += entry & 15;
        argb |= (entry >> 4) << 24;
      } else if (symbol >= literals + lengthPrefixes) {
        argb = cache.at(symbol - literals - lengthPrefixes);
      } else {
        let extra = extraBits(symbol - literals);
        this.#copyLeft =
          leastValue(symbol - literals) + (windowAt(view, position) & ((1 << extra) - 1));
        position += extra;
        entry = lookUp(windowAt(view, position), table, distance);
        position += entry & 15;
        const prefix = entry >> 4;
        extra = extraBits(prefix);
        const code = leastValue(prefix) + (windowAt(view, position) & ((1 << extra) - 1));
        position += extra;
        this.#copyDistance = copyDistance(code, width);
        this.#decoded = decoded;
        // A copy takes pixels that are there, and ends with the picture.
        if (this.#copyDistance > decoded || this.#copyLeft > width * height - decoded) return false;
        copies += 1;
        const end = this.#copy(row, x);
        decoded += end - x;
        x = end;
        continue;
      }
      readPixels += 1;
      history[decoded++ & mask] = argb;
      row[x++] = argb;
      if (hasCache) cache.insert(argb);
    }
    this.#work.charge(readPixelUnits * readPixels + copyUnits * copies);
    reader.position = position;
    this.#decoded = decoded;
    this.#row += 1;
    return !reader.hasOverrun;
  }

  /** @returns the column behind the pixels that were copied */
  #copy(row: Int32Array, from: number): number {
    const length = Math.min(this.#copyLeft, this.#coding.width - from);
    const isAtOnce = length >= manyPixels && this.#copyMany(row, from, length);
    if (!isAtOnce) this.#copyEach(row, from, length);
    this.#work.charge((isAtOnce ? manyCopiedPixelUnits : copiedPixelUnits) * length);
    this.#copyLeft -= length;
    return from + length;
  }

  #copyEach(row: Int32Array, from: number, length: number): void {
    const { cache } = this.#coding;
    const history = this.#history;
    const mask = history.length - 1;
    const hasCache = cache.size > 0;
    let to = this.#decoded;
    let back = to - this.#copyDistance;
    for (let x = from; x < from + length; x++) {
      const argb = history[back++ & mask];
      history[to++ & mask] = argb;
      row[x] = argb;
      if (hasCache) cache.insert(argb);
    }
  }

  /** @returns false where that must be done one by one */
  #copyMany(row: Int32Array, from: number, length: number): boolean {
    const { cache } = this.#coding;
    const history = this.#history;
    const mask = history.length - 1;
    const to = this.#decoded & mask;
    const back = (this.#decoded - this.#copyDistance) & mask;
    if (Math.max(to, back) + length > history.length) return false;
    if (this.#copyDistance === 1) {
      const argb = history[back];
      history.fill(argb, to, to + length);
      row.fill(argb, from, from + length);
      if (cache.size > 0) cache.insert(argb);
      return true;
    }
    if (cache.size > 0 || this.#copyDistance < length) return false;
    history.copyWithin(to, back, back + length);
    row.set(history.subarray(to, to + length), from);
    return true;
  }

  #groupAt(x: number): number {
    const { groupMap } = this.#coding;
    if (groupMap === undefined) return 0;
    const { bits, across, values } = groupMap;
    return values[(this.#row >> bits) * across + (x >> bits)];
  }

  /** The first column behind the block that a column is in. */
  #blockEnd(x: number): number {
    const { groupMap, width } = this.#coding;
    if (groupMap === undefined) return width;
    return ((x >> groupMap.bits) + 1) << groupMap.bits;
  }
}
