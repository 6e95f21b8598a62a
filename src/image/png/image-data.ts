import type { Work } from '../work-budget.ts';
import { type Chunk, chunkAt, chunkTypes } from './chunks.ts';

/** Work for each chunk, and for each byte of data, which becomes several symbols. */
const chunkUnits = 100;
const byteUnits = 8;

/**
 * The data chunks (IDAT) of a PNG file as one stream of bytes (W3C PNG Third
 * Edition, 10.1). Other chunks between them shouldn't be there (5.6), and are skipped.
 */
export class ImageDataStream {
  readonly #file: Uint8Array;
  #chunk: Chunk | undefined;
  /** The next byte, inside the chunk. */
  #at = 0;
  #isSound = true;
  readonly #work: Work;

  /** @param from where the first data chunk begins */
  constructor(file: Uint8Array, from: number, work: Work) {
    this.#file = file;
    this.#work = work;
    this.#enter(from);
  }

  /** Whether all chunks so far that had data were whole, and came one after another. */
  get isSound(): boolean {
    return this.#isSound;
  }

  #enter(at: number): void {
    this.#work.charge(chunkUnits);
    const before = this.#chunk;
    this.#chunk = chunkAt(this.#file, at);
    this.#at = this.#chunk?.start ?? 0;
    if (this.#chunk?.type !== chunkTypes.imageData) return;
    const isNext = before === undefined || before.type === chunkTypes.imageData;
    if (!isNext || !this.#chunk.isWhole) this.#isSound = false;
  }

  /**
   * Copies what comes next to `into`, from `start` up to but without `end`.
   *
   * @returns where the copy ends: before `end` only where there is no more
   */
  read(into: Uint8Array, start: number, end: number): number {
    let to = start;
    while (to < end && this.#chunk !== undefined && this.#chunk.type !== chunkTypes.imageEnd) {
      const { type, end: dataEnd, next } = this.#chunk;
      if (type !== chunkTypes.imageData || this.#at === dataEnd) {
        this.#enter(next);
        continue;
      }
      const count = Math.min(dataEnd - this.#at, end - to);
      this.#work.charge(byteUnits * count);
      into.set(this.#file.subarray(this.#at, this.#at + count), to);
      this.#at += count;
      to += count;
    }
    return to;
  }
}
