/**
 * DEFLATE decompression (RFC 1951) of a zlib stream (RFC 1950), only as far as
 * it is asked for, in memory that doesn't depend on how much there is.
 */

import type { Work } from '../work-budget.ts';
import {
  distanceMeanings,
  fixedLengths,
  lengthMeanings,
  lengthOrder,
  literalMeanings,
  maxCodes,
} from './alphabets.ts';
import { Adler32 } from './checksums.ts';
import { type ByteSource, CompressedBits } from './compressed-bits.ts';
import { endOfBlock, HuffmanTable, literal, unused } from './huffman.ts';

/** Distances reach back this far (RFC 1951, 2). */
const windowBytes = 32_768;

/** What is decompressed at once, at least. */
const aheadBytes = 65_536;

/** The most that one step can write: the longest length. */
const maxStepBytes = 258;

/** Copies of so many bytes are left to the platform. */
const longCopyBytes = 32;

/** Work for a block, for one that brings its own tables, and for each byte of a short copy. */
const blockUnits = 60;
const tablesUnits = 4000;
const shortCopyUnits = 1.5;

const literalBits = 10;
const distanceBits = 9;
const lengthBits = 7;

/** What a compressed block is read with. */
interface BlockTables {
  readonly literals: HuffmanTable;
  readonly distances: HuffmanTable;
}

function createTables(): BlockTables {
  return {
    literals: new HuffmanTable(literalBits, literalMeanings),
    distances: new HuffmanTable(distanceBits, distanceMeanings),
  };
}

/**
 * @param lengths of literals' and lengths' codes, then of distances'
 * @returns false where there are no such codes
 */
function buildTables(
  { literals, distances }: BlockTables,
  lengths: Uint8Array,
  literalCodes: number,
  codes: number,
): boolean {
  return literals.build(lengths, 0, literalCodes) && distances.build(lengths, literalCodes, codes);
}

/** What the next bits are. */
type Position = 'block header' | 'stored block' | 'compressed block' | 'end';

/**
 * A stream that is damaged ends where the damage is first seen. Its checksum can
 * be compared at the end only, when what comes before was used already.
 */
export class Inflate {
  /** Decompressed bytes: those that distances reach back to, and those that are still to be read. */
  readonly bytes: Uint8Array;
  /** The same memory. */
  readonly words: Uint32Array;
  readonly #checksum = new Adler32();
  /** Where in `bytes` the last {@link read} found what it was asked for. */
  start = 0;
  /** Where in `bytes` the next read begins. */
  #next = 0;
  /** Where in `bytes` decompressing goes on. */
  #end = 0;
  #position: Position = 'block header';
  #isLastBlock = false;
  /** Whether the end that was reached is that of the last block. */
  #isComplete = false;
  /** Bytes that a stored block still has. */
  #storedBytes = 0;
  /** The lengths of codes while they are read. */
  readonly #codeLengths = new Uint8Array(maxCodes);
  readonly #input: CompressedBits;
  /** Those of the last block that brought its own. */
  readonly #ownTables = createTables();
  /** Made once: very many blocks that bring none must cost no more than their bits do. */
  #fixedTables: BlockTables | undefined;
  /** Those in use. */
  #tables = this.#ownTables;
  readonly #lengths = new HuffmanTable(lengthBits, lengthMeanings);
  readonly #work: Work;

  /**
   * @param maxReadBytes the most that a single read asks for
   * @param work is charged for what doesn't grow with the bytes that are read
   */
  constructor(source: ByteSource, maxReadBytes: number, work: Work) {
    this.#input = new CompressedBits(source);
    this.#work = work;
    this.bytes = new Uint8Array(Inflate.#bufferBytes(maxReadBytes));
    this.words = new Uint32Array(this.bytes.buffer);
    this.#readZlibHeader();
  }

  static #bufferBytes(maxReadBytes: number): number {
    const bytes = windowBytes + Math.max(aheadBytes, maxReadBytes) + maxStepBytes;
    return 4 * Math.ceil(bytes / 4);
  }

  /** The memory that a stream takes, in bytes. */
  static memoryBytes(maxReadBytes: number): number {
    return (
      Inflate.#bufferBytes(maxReadBytes) +
      CompressedBits.memoryBytes +
      2 * HuffmanTable.memoryBytes(literalBits, literalMeanings) +
      2 * HuffmanTable.memoryBytes(distanceBits, distanceMeanings) +
      HuffmanTable.memoryBytes(lengthBits, lengthMeanings) +
      maxCodes
    );
  }

  /** Method, window and check (RFC 1950, 2.2). A preset dictionary is nothing that PNG has. */
  #readZlibHeader(): void {
    const header = (this.#input.read(8) << 8) | this.#input.read(8);
    const isDeflate = (header & 0x0f00) === 0x0800 && header >> 12 <= 7;
    const hasDictionary = (header & 0x20) !== 0;
    if (!isDeflate || hasDictionary || header % 31 !== 0) this.#position = 'end';
  }

  /**
   * Finds the next bytes, at `start` of `bytes`. They stay there until the next call.
   *
   * @param count at most what the constructor was told
   * @returns false where the stream ends before so many
   */
  read(count: number): boolean {
    if (this.#end - this.#next < count) this.#decompress();
    if (this.#end - this.#next < count) return false;
    this.start = this.#next;
    this.#next += count;
    return true;
  }

  /**
   * Reads on to the stream's end, and compares its checksum (RFC 1950, 2.2). Where
   * much more comes than was read, that isn't gone through, and counts as right.
   *
   * @returns false where the stream is damaged, or not all of it is there
   */
  endsWell(): boolean {
    this.#next = this.#end;
    if (this.#position !== 'end') this.#decompress();
    if (this.#position !== 'end') return true;
    if (!this.#isComplete) return false;
    const input = this.#input;
    input.alignToByte();
    let checksum = 0;
    for (let byte = 0; byte < 4; byte++) checksum = checksum * 256 + input.read(8);
    return input.position <= input.end && checksum === this.#checksum.value;
  }

  /** Fills `bytes` as far as the stream goes. */
  #decompress(): void {
    const first = Math.max(0, Math.min(this.#next, this.#end - windowBytes));
    this.bytes.copyWithin(0, first, this.#end);
    this.#next -= first;
    this.#end -= first;
    const start = this.#end;
    const limit = this.bytes.length - maxStepBytes;
    while (this.#end < limit && this.#position !== 'end') {
      this.#input.fill();
      if (this.#input.atEnd) this.#position = 'end';
      else if (this.#position === 'block header') this.#readBlockHeader();
      else if (this.#position === 'stored block') this.#copyStored(limit);
      else this.#decompressBlock(limit);
    }
    this.#checksum.add(this.bytes, this.words, start, this.#end);
  }

  /** The beginning of a block (RFC 1951, 3.2.3). */
  #readBlockHeader(): void {
    if (this.#isLastBlock) {
      this.#isComplete = true;
      this.#position = 'end';
      return;
    }
    this.#work.charge(blockUnits);
    this.#isLastBlock = this.#input.read(1) === 1;
    const type = this.#input.read(2);
    if (type === 0) this.#readStoredHeader();
    else if (type === 1) this.#useFixedTables();
    else if (type === 2) this.#readTables();
    else this.#position = 'end';
  }

  /** The length of a block that isn't compressed, and its complement (RFC 1951, 3.2.4). */
  #readStoredHeader(): void {
    this.#input.alignToByte();
    this.#storedBytes = this.#input.read(16);
    const isSound = this.#input.read(16) === (this.#storedBytes ^ 0xffff);
    this.#position = isSound ? 'stored block' : 'end';
  }

  #copyStored(limit: number): void {
    const most = Math.min(this.#storedBytes, limit - this.#end);
    const copied = this.#input.copyBytes(this.bytes, this.#end, most);
    this.#end += copied;
    this.#storedBytes -= copied;
    if (this.#storedBytes === 0) this.#position = 'block header';
  }

  /** The tables of a block that brings its own: the lengths of their codes, in a code of their own (RFC 1951, 3.2.7). */
  #readTables(): void {
    this.#work.charge(tablesUnits);
    const input = this.#input;
    const lengths = this.#codeLengths;
    const literalCodes = input.read(5) + 257;
    const codes = literalCodes + input.read(5) + 1;
    const lengthCodes = input.read(4) + 4;
    lengths.fill(0, 0, lengthOrder.length);
    for (let i = 0; i < lengthCodes; i++) lengths[lengthOrder[i]] = input.read(3);
    const isSound =
      this.#lengths.build(lengths, 0, lengthOrder.length) && this.#readLengths(lengths, codes);
    if (isSound && buildTables(this.#ownTables, lengths, literalCodes, codes)) {
      this.#tables = this.#ownTables;
      this.#position = 'compressed block';
    } else {
      this.#position = 'end';
    }
  }

  #useFixedTables(): void {
    if (this.#fixedTables === undefined) {
      this.#fixedTables = createTables();
      buildTables(this.#fixedTables, fixedLengths, literalMeanings.length, fixedLengths.length);
    }
    this.#tables = this.#fixedTables;
    this.#position = 'compressed block';
  }

  /** @returns false where they are not as they may be */
  #readLengths(lengths: Uint8Array, end: number): boolean {
    const input = this.#input;
    const { lookup, lookupMask } = this.#lengths;
    for (let at = 0; at < end; ) {
      input.fill();
      if (input.atEnd) return false;
      const { view, position } = input;
      const bits = view.getUint32(position >>> 3, true) >>> (position & 7);
      const meaning = lookup[bits & lookupMask];
      if (meaning === 0) return false;
      input.position += meaning & 15;
      const symbol = meaning >> 16;
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      // 16 repeats the last length; 17 and 18 are runs of zeros.
      if (symbol === 16 && at === 0) return false;
      const length = symbol === 16 ? lengths[at - 1] : 0;
      const run = symbol === 18 ? 11 + input.read(7) : 3 + input.read(symbol === 16 ? 2 : 3);
      if (at + run > end) return false;
      lengths.fill(length, at, at + run);
      at += run;
    }
    return true;
  }

  /**
   * Decompresses until the block, the input that is at hand, or the room ends
   * (RFC 1951, 3.2.3). The state is one bit position: each step loads at least
   * 25 bits from there and looks up what the first of them mean.
   */
  #decompressBlock(limit: number): void {
    const input = this.#input;
    const { view, safeEnd } = input;
    const { bytes } = this;
    const tables = this.#tables;
    const { lookup: literals, lookupMask: literalMask } = tables.literals;
    const { lookup: distances, lookupMask: distanceMask } = tables.distances;
    let position = input.position;
    let end = this.#end;
    let stepStart = end;
    let shortCopies = 0;
    while (end < limit && position < safeEnd) {
      stepStart = end;
      let bits = view.getUint32(position >>> 3, true) >>> (position & 7);
      let meaning = literals[bits & literalMask];
      if ((meaning & literal) !== 0) {
        bytes[end++] = meaning >> 16;
        position += meaning & 15;
        // Most literals come one after another, and the bits are enough for two.
        bits >>>= meaning & 15;
        meaning = literals[bits & literalMask];
        if ((meaning & literal) !== 0) {
          bytes[end++] = meaning >> 16;
          position += meaning & 15;
          continue;
        }
        bits = view.getUint32(position >>> 3, true) >>> (position & 7);
      }
      if (meaning === 0) {
        meaning = tables.literals.longCode(bits);
        if ((meaning & literal) !== 0) {
          bytes[end++] = meaning >> 16;
          position += meaning & 15;
          continue;
        }
      }
      position += meaning & 15;
      if (meaning === 0 || (meaning & (endOfBlock | unused)) !== 0) {
        this.#position = (meaning & endOfBlock) !== 0 ? 'block header' : 'end';
        break;
      }
      let extraBits = (meaning >> 8) & 15;
      const length = (meaning >> 16) + ((bits >>> (meaning & 15)) & ((1 << extraBits) - 1));
      position += extraBits;

      bits = view.getUint32(position >>> 3, true) >>> (position & 7);
      meaning = distances[bits & distanceMask];
      if (meaning === 0) meaning = tables.distances.longCode(bits);
      position += meaning & 15;
      extraBits = (meaning >> 8) & 15;
      bits = view.getUint32(position >>> 3, true) >>> (position & 7);
      position += extraBits;
      let from = end - (meaning >> 16) - (bits & ((1 << extraBits) - 1));
      if (meaning === 0 || (meaning & unused) !== 0 || from < 0) {
        this.#position = 'end';
        break;
      }
      const copyEnd = end + length;
      if (length >= longCopyBytes) {
        this.#copyLong(from, end, copyEnd);
        end = copyEnd;
      }
      shortCopies += copyEnd - end;
      // Distances shorter than the length repeat what was just written.
      while (end < copyEnd) bytes[end++] = bytes[from++];
    }
    if (position > input.end) {
      // The last step took bits from behind the data.
      end = stepStart;
      this.#position = 'end';
    }
    input.position = position;
    this.#end = end;
    this.#work.charge(shortCopyUnits * shortCopies);
  }

  /** Distances shorter than the length repeat what was written: each copy doubles that. */
  #copyLong(from: number, end: number, copyEnd: number): void {
    const { bytes } = this;
    if (from === end - 1) {
      bytes.fill(bytes[from], end, copyEnd);
      return;
    }
    for (let to = end; to < copyEnd; ) {
      const count = Math.min(to - from, copyEnd - to);
      bytes.copyWithin(to, from, from + count);
      to += count;
    }
  }
}
