/**
 * Huffman tables as look-ups (ITU-T T.81, annex C and F.2.2.3), made so that
 * most steps of decoding are one look-up that gives run, value and length at
 * once.
 */
import { jpegProblem } from './markers.ts';

/** Bits that one look-up sees. More bits decode more in one step, but fill the cache. */
export const lookupBits = 10;

/** Bits that one look-up sees that passes over values: there more pay. */
export const skipBits = 12;

/** In {@link HuffmanTable.steps}: the value's own bits are still to be read. */
export const valueFollows = 0x80;

/** A run that ends the block, longer than any block. */
export const endOfBlockRun = 64;

/** In {@link HuffmanTable.skips}: the last of the steps ends the block. */
export const endsBlock = 1 << 12;

export interface HuffmanTable {
  /**
   * By the next {@link lookupBits} bits, the whole step of an AC coefficient:
   * bits 0..6 the bits that it takes, bit 7 {@link valueFollows}, bits 8..15
   * the zeros before it, and from bit 16 its signed value, or, where that
   * follows, the number of its bits. 0 where the code is longer.
   */
  readonly steps: Int32Array;
  /** What {@link skipsOf} gives, once it was asked for. */
  skips: Uint16Array | undefined;
  /** By the next {@link lookupBits} bits: symbol << 8 | length of its code. 0 where the code is longer. */
  readonly symbols: Uint16Array;
  /** By code length, up to 16: the largest code of that length, shifted left to 16 bits, + 1. */
  readonly limits: Int32Array;
  /** By code length: what, added to a code, gives its symbol's place in `values`. */
  readonly offsets: Int32Array;
  /** Symbols in order of their codes. */
  readonly values: Uint8Array;
}

/**
 * @param counts how many codes there are of each length 1..16
 * @param values the symbols, in order of their codes
 * @throws AppError `image-decode-failed` where there are more codes than bits allow
 */
export function buildHuffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const steps = new Int32Array(1 << lookupBits);
  const symbols = new Uint16Array(1 << lookupBits);
  const limits = new Int32Array(18);
  const offsets = new Int32Array(17);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= 16; length++) {
    offsets[length] = place - code;
    for (let i = 0; i < counts[length - 1]; i++) {
      if (length <= lookupBits) fillLookups(steps, symbols, code, length, values[place]);
      code += 1;
      place += 1;
    }
    // A code of ones only is no code (C.2).
    if (code >= 1 << length) throw jpegProblem('A Huffman table of this JPEG has too many codes.');
    limits[length] = code << (16 - length);
    code <<= 1;
  }
  return { steps, skips: undefined, symbols, limits, offsets, values };
}

/**
 * By the next {@link skipBits} bits, as many whole steps of AC coefficients as
 * these hold, for passing over values that aren't needed: bits 0..3 the bits
 * that they take, bits 4..11 the coefficients that they cover, bit 12
 * {@link endsBlock}. 0 where not even one step fits.
 */
export function skipsOf(table: HuffmanTable): Uint16Array {
  table.skips ??= joinSteps(table.steps);
  return table.skips;
}

/** Joins steps that follow each other within one look-up. */
function joinSteps(steps: Int32Array): Uint16Array {
  const skips = new Uint16Array(1 << skipBits);
  const mask = (1 << skipBits) - 1;
  for (let bits = 0; bits < skips.length; bits++) {
    let used = 0;
    let covered = 0;
    let ends = 0;
    while (ends === 0) {
      // The bits that are not seen are taken for zeros, and steps that need them are left out.
      const step = steps[((bits << used) & mask) >> (skipBits - lookupBits)];
      const length = step & 0x7f;
      if (step === 0 || (step & valueFollows) !== 0 || used + length > skipBits) break;
      used += length;
      const run = (step >> 8) & 0xff;
      if (run === endOfBlockRun) ends = endsBlock;
      else covered += run + 1;
    }
    skips[bits] = ends | (covered << 4) | used;
  }
  return skips;
}

/**
 * The zeros before an AC coefficient of a sequential frame (F.1.2.2.1). A symbol without a coefficient
 * ends the block, unless it stands for 16 zeros; besides 0 that is damage, which libjpeg takes so, too.
 */
export function runOf(symbol: number): number {
  return (symbol & 15) === 0 && symbol !== 0xf0 ? endOfBlockRun : symbol >> 4;
}

/** Fills every entry whose first bits are this code. */
function fillLookups(
  steps: Int32Array,
  symbols: Uint16Array,
  code: number,
  length: number,
  symbol: number,
): void {
  const free = lookupBits - length;
  const first = code << free;
  const size = symbol & 15;
  const run = runOf(symbol);
  for (let rest = 0; rest < 1 << free; rest++) {
    symbols[first + rest] = (symbol << 8) | length;
    if (size > free) {
      steps[first + rest] = (size << 16) | (run << 8) | valueFollows | length;
    } else {
      const value = size === 0 ? 0 : extend(rest >> (free - size), size);
      steps[first + rest] = (value << 16) | (run << 8) | (length + size);
    }
  }
}

/** The signed value that `size` bits stand for (F.2.2.1, EXTEND). */
export function extend(bits: number, size: number): number {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}
