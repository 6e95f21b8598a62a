/** Reads the lengths of one prefix code (RFC 9649, 3.7.2.1). */
import type { Work } from '../../work-budget.ts';
import { webpProblem } from '../problem.ts';
import type { BitReader } from './bit-reader.ts';
import {
  buildPrefixCode,
  oneSymbolCode,
  type PrefixCodeTable,
  twoSymbolsCode,
} from './prefix-code.ts';

/** The order in which lengths of the code for code lengths are stored (3.7.2.1.2). */
const lengthOrder = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** What stands for several lengths: how many at least, and the bits that say how many more. */
const repeatPrevious = { symbol: 16, least: 3, bits: 2 } as const;
const repeatZero = { symbol: 17, least: 3, bits: 3 } as const;
const repeatZeroLong = { symbol: 18, least: 11, bits: 7 } as const;

/** Repeated where nothing went before. */
const initialLength = 8;

/** A refusal of what stands in front of the pixels. */
export function damagedHead(): Error {
  return webpProblem(
    'This WebP is damaged, or ends, before its pixels begin. Send the whole file, or save it again.',
  );
}

/** What codes are read from. */
export interface CodeSource {
  readonly reader: BitReader;
  readonly work: Work;
}

/** Work for a code of any length, and for each symbol that it may have. */
const codeUnits = 500;
const symbolUnits = 3;

/** Reads codes into tables. */
export class PrefixCodeReader {
  readonly #reader: BitReader;
  readonly #work: Work;
  /** By symbol. */
  readonly #lengths: Uint8Array;
  /** Of the code for code lengths, none of which is longer than 7 bits. */
  readonly #lengthEntries = new Uint16Array(1 << 7);
  readonly #lengthLengths = new Uint8Array(lengthOrder.length);

  /** @param maxSymbols of all codes that are read */
  constructor({ reader, work }: CodeSource, maxSymbols: number) {
    this.#reader = reader;
    this.#work = work;
    this.#lengths = new Uint8Array(maxSymbols);
  }

  /**
   * @param symbols that the code may have
   * @param entries takes the code's table, from `at` on
   * @throws AppError `image-decode-failed`
   */
  read(symbols: number, entries: Uint16Array, at: number): PrefixCodeTable {
    const isSimple = this.#reader.readBits(1) === 1;
    const code = isSimple
      ? this.#readSimple(symbols, entries, at)
      : this.#readNormal(symbols, entries, at);
    if (this.#reader.hasOverrun) throw damagedHead();
    return code;
  }

  /** One symbol or two (3.7.2.1.1). */
  #readSimple(symbols: number, entries: Uint16Array, at: number): PrefixCodeTable {
    const reader = this.#reader;
    const hasTwo = reader.readBits(1) === 1;
    const firstBits = reader.readBits(1) === 1 ? 8 : 1;
    const first = reader.readBits(firstBits);
    const second = hasTwo ? reader.readBits(8) : first;
    if (first >= symbols || second >= symbols) throw damagedHead();
    return first === second
      ? oneSymbolCode(first, entries, at)
      : twoSymbolsCode(first, second, entries, at);
  }

  /** Lengths that are coded themselves (3.7.2.1.2). */
  #readNormal(symbols: number, entries: Uint16Array, at: number): PrefixCodeTable {
    this.#work.charge(codeUnits + symbolUnits * this.#lengths.length);
    const bits = this.#readLengthCode();
    const reader = this.#reader;
    let steps = symbols;
    if (reader.readBits(1) === 1) {
      steps = 2 + reader.readBits(2 + 2 * reader.readBits(3));
      if (steps > symbols) throw damagedHead();
    }
    const lengths = this.#lengths;
    lengths.fill(0);
    let previous: number = initialLength;
    for (let symbol = 0; symbol < symbols && steps > 0; steps--) {
      const length = this.#readLength(bits);
      if (length < repeatPrevious.symbol) {
        lengths[symbol++] = length;
        if (length !== 0) previous = length;
        continue;
      }
      const repeat =
        length === repeatPrevious.symbol
          ? repeatPrevious
          : length === repeatZero.symbol
            ? repeatZero
            : repeatZeroLong;
      const end = symbol + repeat.least + reader.readBits(repeat.bits);
      if (end > symbols) throw damagedHead();
      lengths.fill(repeat === repeatPrevious ? previous : 0, symbol, end);
      symbol = end;
    }
    const code = buildPrefixCode(lengths, symbols, entries, at);
    if (code === undefined) throw damagedHead();
    return code;
  }

  /** @returns the bits of its look-up */
  #readLengthCode(): number {
    const lengths = this.#lengthLengths.fill(0);
    const stored = 4 + this.#reader.readBits(4);
    for (let i = 0; i < stored; i++) lengths[lengthOrder[i]] = this.#reader.readBits(3);
    const code = buildPrefixCode(lengths, lengths.length, this.#lengthEntries, 0);
    if (code === undefined) throw damagedHead();
    return code.bits;
  }

  #readLength(bits: number): number {
    const reader = this.#reader;
    if (reader.position > reader.limit && !reader.prepare()) throw damagedHead();
    const next = reader.view.getUint32(reader.position >>> 3, true) >>> (reader.position & 7);
    const entry = this.#lengthEntries[next & ((1 << bits) - 1)];
    reader.position += entry & 15;
    return entry >> 4;
  }
}
