import type { Work } from '../work-budget.ts';
import { type HuffmanTable, lookupBits } from './huffman.ts';
import { endOfScan, findMarker, isRestart, marker } from './markers.ts';

/** More than one block can take: 64 codes of 16 bits with 16 bits each. */
const mostBlockBytes = 512;

/** What is held of a file's data at once. It should fit into the processor's first cache. */
const chunkBytes = 16_384;

/** Beyond every position. */
const never = 2 ** 30;

/**
 * What came of going to the next interval: its data is there; it is not, but that of a later one may
 * be; or the scan's data has ended.
 */
export type NextInterval = 'open' | 'missing' | 'ended';

/**
 * The bits of a scan, with stuffed bytes taken out (ITU-T T.81, B.1.1.5 and
 * F.1.2.3). The state is one bit position; each step loads 32 bits from there
 * and looks up what the first of them mean. Whoever decodes may keep `position`
 * in a variable meanwhile, and has to call {@link CodedBits.ensureBlock} before each block.
 */
export class CodedBits {
  /** Of a part of the data; the bits behind the data's end are zeros. */
  readonly view: DataView;
  /** In bits. */
  position = 0;
  /** Whether something of the scans so far was missing or made no sense. */
  isDamaged = false;
  readonly #file: Uint8Array;
  readonly #work: Work;
  readonly #byteUnits: number;
  readonly #chunk: Uint8Array;
  #filePosition = 0;
  /** At or behind the file position: the file's next byte of ones, or its end. */
  #nextFf = -1;
  /** Bytes in the chunk. */
  #length = 0;
  /** Where the chunk has to be filled again, in bits. */
  #refillAt = never;
  /** Where the interval's data ends, in bits, once that is known. */
  #end = 0;

  /** @param byteUnits what is charged for each byte that is read */
  constructor(file: Uint8Array, work: Work, byteUnits: number) {
    this.#file = file;
    this.#work = work;
    this.#byteUnits = byteUnits;
    this.#chunk = new Uint8Array(chunkBytes + mostBlockBytes);
    this.view = new DataView(this.#chunk.buffer);
  }

  /** Whether more was read than there is. */
  get isExhausted(): boolean {
    return this.position > this.#end;
  }

  /** Goes to a scan's data, which begins here in the file. */
  openScan(filePosition: number): void {
    this.#startInterval(filePosition);
  }

  /**
   * Goes to the data behind the next restart marker (E.2.4), whether or not all before it was read. A
   * marker of another number is taken as libjpeg does (`jpeg_resync_to_restart`): one of the next two
   * numbers says that an interval was lost, one of the former two comes too late and is passed over,
   * and any other is a damaged one of the right number.
   *
   * @param expected number of the marker, 0..7
   */
  openInterval(expected: number): NextInterval {
    const file = this.#file;
    let at = this.finish();
    for (;;) {
      at = findMarker(file, at);
      const code = file[at + 1];
      const isPlausible = at < 0 || code >= marker.sof0;
      if (isPlausible && !isRestart(code)) {
        this.isDamaged = true;
        this.#filePosition = at < 0 ? file.length : at;
        return 'ended';
      }
      const ahead = isPlausible ? (code - marker.rst0 - expected) & 7 : -1;
      this.isDamaged ||= ahead !== 0;
      if (ahead === 1 || ahead === 2) {
        this.#filePosition = at;
        return 'missing';
      }
      at += 2;
      if (ahead === 0 || (ahead >= 3 && ahead <= 5)) {
        this.#startInterval(at);
        return 'open';
      }
    }
  }

  /**
   * Leaves the data; whole bytes that nobody read are damage.
   *
   * @returns where in the file the data ends, or a place before that where much of it was not read
   */
  finish(): number {
    // The data may end right where the chunk does.
    if (this.#refillAt !== never) this.#refill();
    this.isDamaged ||= this.#length * 8 - this.position >= 8;
    this.#forget();
    return this.#filePosition;
  }

  /** Goes behind the data of a scan that isn't needed. */
  skipScan(): void {
    this.#filePosition = endOfScan(this.#file, this.#filePosition);
    this.#forget();
  }

  #forget(): void {
    this.position = 0;
    this.#length = 0;
    this.#refillAt = never;
  }

  #startInterval(filePosition: number): void {
    this.#filePosition = filePosition;
    this.#nextFf = -1;
    this.#forget();
    this.#refill();
  }

  /** Makes sure that all of the next block can be read. */
  ensureBlock(): void {
    if (this.position >= this.#refillAt) this.#refill();
  }

  #refill(): void {
    const chunk = this.#chunk;
    const unread = Math.min(this.position >>> 3, this.#length);
    chunk.copyWithin(0, unread, this.#length);
    this.position -= unread * 8;
    const file = this.#file;
    let length = this.#length - unread;
    let at = this.#filePosition;
    let ended = false;
    while (length < chunkBytes) {
      // Looked for once: a file may go on without one for long.
      if (this.#nextFf < at) {
        const found = file.indexOf(0xff, at);
        this.#nextFf = found < 0 ? file.length : found;
      }
      const ff = this.#nextFf;
      const end = Math.min(ff, at + chunkBytes - length);
      chunk.set(file.subarray(at, end), length);
      length += end - at;
      at = end;
      if (at < ff || length === chunkBytes) break;
      const next = file[at + 1];
      if (next === 0) {
        chunk[length] = 0xff;
        length += 1;
        at += 2;
      } else if (next === 0xff) {
        while (file[at + 1] === 0xff) at += 1;
      } else {
        ended = true;
        break;
      }
    }
    this.#work.charge(this.#byteUnits * (at - this.#filePosition));
    this.#filePosition = at;
    this.#length = length;
    if (ended) {
      chunk.fill(0, length, length + mostBlockBytes);
      this.#end = length * 8;
      this.#refillAt = never;
    } else {
      this.#end = never;
      this.#refillAt = (length - mostBlockBytes) * 8;
    }
  }

  /** @param count 0..16 */
  readBits(count: number): number {
    if (count === 0) return 0;
    const bits = this.view.getUint32(this.position >>> 3) << (this.position & 7);
    this.position += count;
    return bits >>> (32 - count);
  }

  /** @returns the next symbol; 0 where there is no such code, which is damage: it ends a block, or is no difference */
  readSymbol(table: HuffmanTable): number {
    const bits = this.view.getUint32(this.position >>> 3) << (this.position & 7);
    const known = table.symbols[bits >>> (32 - lookupBits)];
    if (known !== 0) {
      this.position += known & 0xff;
      return known >> 8;
    }
    const code = bits >>> 16;
    for (let length = lookupBits + 1; length <= 16; length++) {
      if (code < table.limits[length]) {
        this.position += length;
        return table.values[(code >> (16 - length)) + table.offsets[length]];
      }
    }
    // libjpeg looks one bit beyond the longest code.
    this.position += 17;
    this.isDamaged = true;
    return 0;
  }
}
