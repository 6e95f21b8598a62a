/** Lossless pictures (RFC 9649, section 3) that take as much work as there can be for few bytes. */
import { BitWriter } from './bit-writer.ts';

export interface Vp8l {
  readonly width: number;
  readonly height: number;
  readonly transforms?: readonly Transform[];
  /** 0 for none, or 1 to 11. */
  readonly cacheBits?: number;
  readonly pixels: Pixels;
  /** Blocks that may have codes of their own, as a power of two from 2 to 9; none if left out. */
  readonly groupBits?: number;
  /** Groups of codes that no pixel uses, behind the others. */
  readonly unusedGroups?: number;
}

/** In the order in which they are stored; each once. */
export type Transform =
  | { readonly kind: 'predictor'; readonly mode: number; readonly blockBits: number }
  | { readonly kind: 'cross color'; readonly blockBits: number }
  | { readonly kind: 'subtract green' }
  | { readonly kind: 'palette'; readonly colors: number };

/**
 * How the pixels are written, each without any bit:
 *
 * - `literals`: all of one colour
 * - `copies`: each one a copy of the one before, which takes groups
 * - `cached`: each one the same colour of the cache
 * - `varied`: of two values in each channel, in four bits
 */
export type Pixels = 'literals' | 'copies' | 'cached' | 'varied';

/** Symbols of lengths of copies, and of colours in the cache, begin here. */
const lengths = 256;
const cached = 280;
const longestCode = 15;

/** The data of a `VP8L` chunk. */
export function vp8l(picture: Vp8l): Uint8Array {
  const bits = new BitWriter('lowest first');
  bits.write(0x2f, 8);
  bits.write(picture.width - 1, 14);
  bits.write(picture.height - 1, 14);
  bits.write(1, 4);
  writeStream(bits, picture);
  return bits.bytes;
}

/** The same without signature and sides, as in an `ALPH` chunk. */
export function vp8lStream(picture: Vp8l): Uint8Array {
  const bits = new BitWriter('lowest first');
  writeStream(bits, picture);
  return bits.bytes;
}

function writeStream(bits: BitWriter, picture: Vp8l): void {
  const kinds = ['predictor', 'cross color', 'subtract green', 'palette'];
  for (const transform of picture.transforms ?? []) {
    bits.write(1, 1);
    bits.write(kinds.indexOf(transform.kind), 2);
    if (transform.kind === 'predictor' || transform.kind === 'cross color') {
      bits.write(transform.blockBits - 2, 3);
      // Green is the predictor's mode; factors are any.
      writeSmallPicture(bits, transform.kind === 'predictor' ? transform.mode : 0x35);
    } else if (transform.kind === 'palette') {
      bits.write(transform.colors - 1, 8);
      writeSmallPicture(bits, 0x11);
    }
  }
  bits.write(0, 1);
  writeMainPicture(bits, picture);
}

/** All pixels have the same green, and other channels of 77. */
function writeSmallPicture(bits: BitWriter, green: number): void {
  bits.write(0, 1);
  writeGroup(bits, green);
}

function writeMainPicture(bits: BitWriter, picture: Vp8l): void {
  const { cacheBits = 0, pixels, groupBits, unusedGroups = 0, width, height } = picture;
  bits.write(cacheBits > 0 ? 1 : 0, 1);
  if (cacheBits > 0) bits.write(cacheBits, 4);
  bits.write(groupBits === undefined ? 0 : 1, 1);
  if (groupBits !== undefined) {
    bits.write(groupBits - 2, 3);
    const blocks = [width, height].map((side) => Math.ceil(side / 2 ** groupBits));
    writeGroupMap(bits, blocks[0] * blocks[1], unusedGroups);
    writeGroup(bits, 0x42);
  }
  if (pixels === 'literals') writeGroup(bits, 0x42);
  else if (pixels === 'varied') {
    for (let channel = 0; channel < 4; channel++) writeTwoSymbols(bits, 3, 200);
    writeOneSymbol(bits, 1);
  } else {
    writeOneLongSymbol(bits, pixels === 'copies' ? lengths : cached);
    for (let channel = 0; channel < 3; channel++) writeOneSymbol(bits, 77);
    // The pixel to the left.
    writeOneSymbol(bits, 1);
  }
  for (let group = 0; group < unusedGroups; group++) writeLargeGroup(bits);
  if (pixels === 'varied') {
    for (let i = 0; i < width * height; i += 8) bits.write(i * 0x9e3779b1, 32);
  }
}

/** The first block is of group 0, and all others of group 1; the last one says how many there are. */
function writeGroupMap(bits: BitWriter, blocks: number, unusedGroups: number): void {
  const last = 1 + unusedGroups;
  bits.write(0, 1);
  // Green and red are the group's number: the lowest and the highest byte.
  const [green, red] = [last & 255, last >> 8];
  if (red === 0 && green <= 1) writeTwoSymbols(bits, 0, 1);
  else writeThreeSymbols(bits, green);
  if (red === 0) writeOneSymbol(bits, 0);
  else writeTwoSymbols(bits, 0, red);
  for (let code = 0; code < 3; code++) writeOneSymbol(bits, 0);
  for (let block = 0; block < blocks; block++) {
    const isLast = unusedGroups > 0 && block === blocks - 1;
    if (unusedGroups === 0) {
      bits.write(block === 0 ? 0 : 1, 1);
      continue;
    }
    // Of 0, 1 and another, the codes are 0, 10 and 11, their first bit first.
    if (block === 0) bits.write(0, 1);
    else bits.write(isLast ? 3 : 1, 2);
    if (red > 0) bits.write(isLast ? 1 : 0, 1);
  }
}

/** Green as it is given, and one colour in the other channels. */
function writeGroup(bits: BitWriter, green: number): void {
  writeOneSymbol(bits, green);
  for (let code = 0; code < 3; code++) writeOneSymbol(bits, 77);
  writeOneSymbol(bits, 1);
}

function writeOneSymbol(bits: BitWriter, symbol: number): void {
  bits.write(1, 1);
  bits.write(0, 1);
  bits.write(1, 1);
  bits.write(symbol, 8);
}

function writeTwoSymbols(bits: BitWriter, one: number, other: number): void {
  bits.write(1, 1);
  bits.write(1, 1);
  bits.write(1, 1);
  bits.write(one, 8);
  bits.write(other, 8);
}

/** The code for code lengths: of two symbols, the lower has 0 and the higher has 1. */
function writeLengthCode(bits: BitWriter, one: number, other: number): void {
  const order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
  const stored = Math.max(4, 1 + order.indexOf(one), 1 + order.indexOf(other));
  bits.write(0, 1);
  bits.write(stored - 4, 4);
  for (const symbol of order.slice(0, stored)) {
    bits.write(symbol === one || symbol === other ? 1 : 0, 3);
  }
}

/** @param steps that follow, up to 5, or all lengths */
function writeSteps(bits: BitWriter, steps: number): void {
  bits.write(1, 1);
  bits.write(0, 3);
  bits.write(steps - 2, 2);
}

/** A symbol above 255, which takes no bits either. */
function writeOneLongSymbol(bits: BitWriter, symbol: number): void {
  writeLengthCode(bits, 1, 18);
  writeSteps(bits, 3);
  const zeros = [138, symbol - 138];
  for (const count of zeros) {
    bits.write(1, 1);
    bits.write(count - 11, 7);
  }
  bits.write(0, 1);
}

/** 0 with one bit, and 1 and another with two. */
function writeThreeSymbols(bits: BitWriter, other: number): void {
  const order = [17, 18, 0, 1, 2];
  bits.write(0, 1);
  bits.write(order.length - 4, 4);
  // 18 has the code 11, 1 has 10 and 2 has 0; 0 is not used but for single lengths, which 18 skips.
  const lengthLengths: Readonly<Record<number, number>> = { 18: 2, 1: 2, 2: 1 };
  for (const symbol of order) bits.write(lengthLengths[symbol] ?? 0, 3);
  // One of one bit, one of two, zeros, one of two.
  const zeros = other - 2;
  const runs = zeros > 138 ? [138, zeros - 138] : [zeros];
  writeSteps(bits, 3 + runs.length);
  bits.write(1, 2);
  bits.write(0, 1);
  for (const count of runs) {
    bits.write(3, 2);
    bits.write(count - 11, 7);
  }
  bits.write(0, 1);
}

/** Codes of all lengths, of which each has a table of its own. */
function writeLargeGroup(bits: BitWriter): void {
  for (let code = 0; code < 5; code++) {
    bits.write(0, 1);
    // All lengths from 1 to 15 are as likely, which are 15 symbols; 0 fills up.
    bits.write(15, 4);
    const order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    for (const symbol of order) bits.write(symbol < 16 ? 4 : 0, 3);
    bits.write(1, 1);
    bits.write(1, 3);
    bits.write(16 - 2, 4);
    for (let length = 1; length <= longestCode; length++) writeLength(bits, length);
    writeLength(bits, longestCode);
  }
}

/** A number of four bits, its highest bit first. */
function writeLength(bits: BitWriter, length: number): void {
  bits.writeCode(length, 4);
}
