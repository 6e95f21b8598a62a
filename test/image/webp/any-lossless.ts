/** Lossless streams of all that the format has, at random (RFC 9649, section 3 and 4). */
import { copyDistance, extraBits, leastValue } from '../../../src/image/webp/vp8l/copies.ts';
import { AnyPrefixCode, below, pick, type Random } from './any-prefix-code.ts';
import { BitWriter } from './bit-writer.ts';

const literals = 256;
const lengthPrefixes = 24;
const distancePrefixes = 40;

/** A group of codes: green, red, blue, alpha and distances. */
type Group = readonly AnyPrefixCode[];

interface Coding {
  readonly width: number;
  readonly height: number;
  /** Up to which values of green and red are used. */
  readonly maxGreen: number;
  readonly maxRed: number;
  /** Whether blocks may have codes of their own. */
  readonly isMain: boolean;
}

/** A whole `VP8L` chunk's data. */
export function drawLossless(random: Random, width: number, height: number): Uint8Array {
  const bits = new BitWriter();
  bits.write(0x2f, 8);
  bits.write(width - 1, 14);
  bits.write(height - 1, 14);
  // Transparent; version 0.
  bits.write(1, 4);
  writeStream(bits, random, width, height);
  return bits.bytes;
}

/** The same without signature and sides, as in an `ALPH` chunk. */
export function drawLosslessAlpha(random: Random, width: number, height: number): Uint8Array {
  const bits = new BitWriter();
  writeStream(bits, random, width, height);
  return bits.bytes;
}

function writeStream(bits: BitWriter, random: Random, width: number, height: number): void {
  const kinds = [0, 1, 2, 3].filter(() => random() < 0.5).sort(() => random() - 0.5);
  let codedWidth = width;
  for (const kind of kinds) {
    bits.write(1, 1);
    bits.write(kind, 2);
    if (kind < 2) writeBlocks(bits, random, codedWidth, height, 256, 256);
    if (kind === 3) {
      const colors = 1 + below(random, pick(random, [2, 4, 16, 256]));
      bits.write(colors - 1, 8);
      writePixels(bits, random, small(colors, 1, 256, 256));
      const bundled = colors <= 2 ? 8 : colors <= 4 ? 4 : colors <= 16 ? 2 : 1;
      codedWidth = Math.ceil(codedWidth / bundled);
    }
  }
  bits.write(0, 1);
  const main = { maxGreen: 256, maxRed: 256, isMain: true };
  writePixels(bits, random, { width: codedWidth, height, ...main });
}

function small(width: number, height: number, maxGreen: number, maxRed: number): Coding {
  return { width, height, maxGreen, maxRed, isMain: false };
}

/** A value for each block of some size. */
function writeBlocks(
  bits: BitWriter,
  random: Random,
  width: number,
  height: number,
  maxGreen: number,
  maxRed: number,
): { blockBits: number; across: number; pixels: Int32Array } {
  const blockBits = 2 + below(random, 4);
  bits.write(blockBits - 2, 3);
  const across = Math.ceil(width / 2 ** blockBits);
  const down = Math.ceil(height / 2 ** blockBits);
  const pixels = writePixels(bits, random, small(across, down, maxGreen, maxRed));
  return { blockBits, across, pixels };
}

/** @returns what the pixels are, ARGB */
function writePixels(bits: BitWriter, random: Random, coding: Coding): Int32Array {
  const { width, height, maxGreen, maxRed, isMain } = coding;
  const cacheBits = random() < 0.5 ? 1 + below(random, 11) : 0;
  bits.write(cacheBits > 0 ? 1 : 0, 1);
  if (cacheBits > 0) bits.write(cacheBits, 4);
  const hasGroups = isMain && random() < 0.5;
  if (isMain) bits.write(hasGroups ? 1 : 0, 1);
  // Groups are numbers of red and green; some are used by no block.
  const map = hasGroups ? writeBlocks(bits, random, width, height, 5, 1) : undefined;
  const groupOf = (x: number, y: number): number => {
    if (map === undefined) return 0;
    const block = (y >> map.blockBits) * map.across + (x >> map.blockBits);
    return (map.pixels[block] >> 8) & 0xffff;
  };
  const groupCount = 1 + Math.max(0, ...[...(map?.pixels ?? [])].map((p) => (p >> 8) & 0xffff));
  const cacheSize = cacheBits > 0 ? 2 ** cacheBits : 0;
  const groups = Array.from({ length: groupCount }, () => {
    const group = drawGroup(random, cacheSize, maxGreen, maxRed);
    for (const code of group) code.write(bits);
    return group;
  });
  const pixels = new Int32Array(width * height);
  const cache = new Int32Array(cacheSize);
  let at = 0;
  const add = (argb: number): void => {
    pixels[at++] = argb;
    if (cacheSize > 0) cache[Math.imul(argb, 0x1e35a7bd) >>> (32 - cacheBits)] = argb;
  };
  while (at < pixels.length) {
    const group = groups[groupOf(at % width, Math.floor(at / width))];
    const symbol = pick(random, group[0].symbols);
    if (symbol < literals) {
      const [red, blue, alpha] = group.slice(1, 4).map((code) => pick(random, code.symbols));
      for (const [i, value] of [symbol, red, blue, alpha].entries()) group[i].put(bits, value);
      add((alpha << 24) | (red << 16) | (symbol << 8) | blue);
    } else if (symbol < literals + lengthPrefixes) {
      const copy = drawCopy(random, group, symbol, width);
      if (copy.length > pixels.length - at || copy.distance > at) continue;
      copy.write(bits);
      for (let i = 0; i < copy.length; i++) add(pixels[at - copy.distance]);
    } else {
      group[0].put(bits, symbol);
      add(cache[symbol - literals - lengthPrefixes]);
    }
  }
  return pixels;
}

function drawGroup(random: Random, cacheSize: number, maxGreen: number, maxRed: number): Group {
  const greenSymbols = literals + lengthPrefixes + cacheSize;
  const isLimited = maxGreen < literals;
  return [
    // There has to be a literal, since not everything else is possible everywhere.
    new AnyPrefixCode(
      random,
      greenSymbols,
      isLimited ? maxGreen : greenSymbols,
      below(random, maxGreen),
    ),
    new AnyPrefixCode(random, literals, maxRed),
    new AnyPrefixCode(random, literals),
    new AnyPrefixCode(random, literals),
    new AnyPrefixCode(random, distancePrefixes),
  ];
}

interface Copy {
  readonly length: number;
  /** Pixels back. */
  readonly distance: number;
  readonly write: (bits: BitWriter) => void;
}

function drawCopy(random: Random, group: Group, lengthSymbol: number, width: number): Copy {
  const draw = (prefix: number) => ({ prefix, extra: below(random, 2 ** extraBits(prefix)) });
  const length = draw(lengthSymbol - literals);
  const distance = draw(pick(random, group[4].symbols));
  return {
    length: leastValue(length.prefix) + length.extra,
    distance: copyDistance(leastValue(distance.prefix) + distance.extra, width),
    write: (bits) => {
      group[0].put(bits, lengthSymbol);
      bits.write(length.extra, extraBits(length.prefix));
      group[4].put(bits, distance.prefix);
      bits.write(distance.extra, extraBits(distance.prefix));
    },
  };
}
