/** Deflated data (RFC 1951) by hand: what no compressor writes. */
import { BitWriter } from './bit-writer.ts';

/** The order in which the lengths of the length codes come (3.2.7). */
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const endOfBlock = 256;
/** The symbol of the longest copy. */
const longest = 285;
const longestBytes = 258;

/** Method, window and check (RFC 1950, 2.2). */
export const zlibHeader: readonly number[] = [0x78, 0x01];

/** Codes by symbol for these lengths (3.2.2). */
function codesOf(lengths: readonly number[]): number[] {
  const codes = new Array<number>(lengths.length).fill(0);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    lengths.forEach((each, symbol) => {
      if (each === length) codes[symbol] = code++;
    });
    code <<= 1;
  }
  return codes;
}

export interface BlockCodes {
  /** Lengths by symbol, 257 to 286 of them. */
  readonly literals: readonly number[];
  /** 1 to 30. */
  readonly distances: readonly number[];
}

/** The header of a block that brings its own codes (3.2.7), in few bits where most lengths are 0. */
export function writeDynamicHeader(
  bits: BitWriter,
  isLast: boolean,
  { literals, distances }: BlockCodes,
): void {
  const steps = stepsOf([...literals, ...distances]);
  const lengths = evenLengths(new Set(steps.map(({ symbol }) => symbol)));
  const codes = codesOf(lengths);
  const stored = Math.max(4, 1 + lengthOrder.findLastIndex((symbol) => lengths[symbol] > 0));
  bits.write(isLast ? 1 : 0, 1);
  bits.write(2, 2);
  bits.write(literals.length - 257, 5);
  bits.write(distances.length - 1, 5);
  bits.write(stored - 4, 4);
  for (const symbol of lengthOrder.slice(0, stored)) bits.write(lengths[symbol], 3);
  for (const { symbol, extra, extraBits } of steps) {
    bits.writeCode(codes[symbol], lengths[symbol]);
    bits.write(extra, extraBits);
  }
}

/** Lengths of codes for these symbols, which fill the tree: all as long as others, or one bit longer. */
function evenLengths(symbols: ReadonlySet<number>): number[] {
  const short = Math.max(1, Math.floor(Math.log2(symbols.size)));
  let shortCodes = 2 ** (short + 1) - symbols.size;
  const lengths = new Array<number>(lengthOrder.length).fill(0);
  for (const symbol of symbols) lengths[symbol] = shortCodes-- > 0 ? short : short + 1;
  return lengths;
}

interface Step {
  readonly symbol: number;
  readonly extra: number;
  readonly extraBits: number;
}

/** Code lengths, with runs of zeros where there are such. */
function stepsOf(lengths: readonly number[]): Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < lengths.length; ) {
    let end = at;
    while (end < lengths.length && lengths[end] === 0 && end - at < 138) end++;
    const zeros = end - at;
    if (zeros >= 11) steps.push({ symbol: 18, extra: zeros - 11, extraBits: 7 });
    else if (zeros >= 3) steps.push({ symbol: 17, extra: zeros - 3, extraBits: 3 });
    else steps.push({ symbol: lengths[at], extra: 0, extraBits: 0 });
    at += zeros >= 3 ? zeros : 1;
  }
  return steps;
}

/** At least so many bytes of one value, at a quarter of a bit for each 32 of them. */
export function deflateByte(value: number, bytes: number): Uint8Array {
  const literals = new Array<number>(longest + 1).fill(0);
  literals[longest] = 1;
  literals[value] = 2;
  literals[endOfBlock] = 2;
  const codes = codesOf(literals);
  const bits = new BitWriter('lowest first');
  for (const byte of zlibHeader) bits.write(byte, 8);
  writeDynamicHeader(bits, true, { literals, distances: [1] });
  bits.writeCode(codes[value], 2);
  // A copy: its length, and the only distance, which is 1. Both codes are a single 0.
  const copies = Math.ceil((bytes - 1) / longestBytes);
  for (let i = 0; i < copies; i++) bits.write(0, 2);
  bits.writeCode(codes[endOfBlock], 2);
  return bits.bytes;
}

/**
 * One block that brings codes of all lengths, so that its tables are as large as can be, and
 * ends at once. Whole bytes, so that it can be repeated.
 */
export function emptyDynamicBlock(largest: boolean): Uint8Array {
  const literals = new Array<number>(257).fill(0);
  const distances = [1];
  if (largest) {
    literals[endOfBlock] = 1;
    for (let length = 2; length <= 15; length++) literals[254 - length] = length;
    literals[255] = 15;
  } else {
    literals[endOfBlock] = 1;
  }
  const codes = codesOf(literals);
  const bits = new BitWriter('lowest first');
  do {
    writeDynamicHeader(bits, false, { literals, distances });
    bits.writeCode(codes[endOfBlock], 1);
  } while (bits.length % 8 !== 0);
  return bits.bytes;
}

/** Blocks with the fixed codes that end at once; whole bytes. */
export function emptyFixedBlocks(): Uint8Array {
  const bits = new BitWriter('lowest first');
  do {
    bits.write(0, 1);
    bits.write(1, 2);
    bits.writeCode(0, 7);
  } while (bits.length % 8 !== 0);
  return bits.bytes;
}

/** A stored block of no bytes (3.2.4), behind a whole byte. */
export const emptyStoredBlock: readonly number[] = [0, 0, 0, 0xff, 0xff];
