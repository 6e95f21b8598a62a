/**
 * Whether a WebP file is put together by the rules (RFC 9649, section 2), as
 * libwebp's demuxer reads them: by those, browsers and image libraries decide
 * whether they take a file. All chunks must be whole and fill the file up to the
 * size that it says it has, and follow each other in the order that its kind has.
 */

import type { Work } from '../work-budget.ts';
import { isSoundAlphaHeader } from './alpha.ts';
import {
  bitstreamProblem,
  type Chunk,
  canvasBytes,
  chunkName,
  fileHeaderBytes,
  frameHeaderBytes,
  isBitstream,
  read24,
  read32,
  readCanvas,
  readChunk,
  readSides,
  type Sides,
} from './chunks.ts';
import { readFrameTag } from './vp8/frame-header.ts';

/** Where "WEBP" begins, from which on the file's size counts (2.4). */
const sizeStart = 8;
/** What an `ANIM` chunk has (2.7.1.1). */
const animationBytes = 6;
/** Of a canvas or frame; fewer than that. */
const maxPixels = 2 ** 32;
/** Of a `VP8X` chunk's first byte (2.7): what the file is or has, and all that have a meaning. */
const animationFlag = 0x02;
const alphaFlag = 0x10;
const knownFlags = 0x3e;

/** Chunks that stand for one picture. */
interface Picture {
  /** Of its bitstream; undefined without one. */
  readonly sides: Sides | undefined;
  readonly hasAlpha: boolean;
  /** Whether that, if there is one, stands in front of the bitstream, and can be read. */
  readonly isAlphaSound: boolean;
}

/** Work for each chunk. */
const chunkUnits = 100;

/**
 * @param bytes the whole file, which begins as a WebP does
 * @param work is charged for each chunk
 */
export function keepsContainerRules(bytes: Uint8Array, work: Work): boolean {
  const end = sizeStart + read32(bytes, 4);
  // What is behind that end doesn't matter.
  return end <= bytes.length && new ContainerWalk(bytes.subarray(0, end), work).isSound();
}

/** Goes through a file's chunks, from the first one on. */
class ContainerWalk {
  readonly #bytes: Uint8Array;
  /** Where the next chunk begins. */
  #at = fileHeaderBytes;

  readonly #work: Work;

  /** @param bytes up to the end that the file says it has */
  constructor(bytes: Uint8Array, work: Work) {
    this.#bytes = bytes;
    this.#work = work;
  }

  isSound(): boolean {
    const first = this.#peek();
    if (first === undefined) return false;
    if (first.name === chunkName.extended) return this.#isSoundExtended(first);
    return isBitstream(first) && this.#readPicture()?.sides !== undefined;
  }

  get #isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next chunk; undefined where the file does not hold all of one, and its padding. */
  #peek(): Chunk | undefined {
    this.#work.charge(chunkUnits);
    const chunk = readChunk(this.#bytes, this.#at);
    return chunk === undefined || chunk.end > this.#bytes.length ? undefined : chunk;
  }

  /**
   * Passes the chunks of one picture: an `ALPH` and a bitstream, of each one at the most. Other chunks end it.
   *
   * @returns undefined where they, or what follows them, break a rule
   */
  #readPicture(): Picture | undefined {
    let sides: Sides | undefined;
    let hasAlpha = false;
    let isAlphaSound = true;
    do {
      const chunk = this.#peek();
      if (chunk === undefined) return undefined;
      if (chunk.name === chunkName.alpha && !hasAlpha) {
        hasAlpha = true;
        isAlphaSound = sides === undefined && isSoundAlphaHeader(chunk.data);
      } else if (isBitstream(chunk) && !(chunk.name === chunkName.lossless && hasAlpha)) {
        if (sides !== undefined) break;
        sides = soundSides(chunk);
        if (sides === undefined) return undefined;
      } else if (isBitstream(chunk)) {
        // Lossless pictures have an alpha of their own.
        return undefined;
      } else {
        break;
      }
      this.#at = chunk.end;
    } while (!this.#isAtEnd);
    return { sides, hasAlpha, isAlphaSound };
  }

  /** A still picture or an animation behind a `VP8X` chunk, and metadata (2.7). */
  #isSoundExtended({ data, end }: Chunk): boolean {
    if (data.length < canvasBytes) return false;
    const isAnimation = (data[0] & animationFlag) !== 0;
    // Stills that don't announce an alpha are shown without.
    const usesAlpha = (data[0] & alphaFlag) !== 0;
    const canvas = readCanvas(data);
    if ((data[0] & ~knownFlags) !== 0 || canvas.width * canvas.height >= maxPixels) return false;
    this.#at = end;
    let pictures = 0;
    let hasAnimationChunk = false;
    do {
      const chunk = this.#peek();
      if (chunk === undefined || chunk.name === chunkName.extended) return false;
      if (chunk.name === chunkName.alpha || isBitstream(chunk)) {
        if (hasAnimationChunk || isAnimation || pictures > 0) return false;
        const picture = this.#readPicture();
        if (picture?.sides === undefined || !equals(picture.sides, canvas)) return false;
        if (usesAlpha && !picture.isAlphaSound) return false;
        pictures += 1;
      } else if (chunk.name === chunkName.animationFrame) {
        if (!hasAnimationChunk) return false;
        const frame = this.#readFrame(chunk, canvas);
        if (frame === 'broken') return false;
        if (isAnimation && frame === 'whole') pictures += 1;
      } else {
        if (chunk.name === chunkName.animation) {
          if (chunk.data.length < animationBytes) return false;
          hasAnimationChunk = true;
        }
        this.#at = chunk.end;
      }
    } while (!this.#isAtEnd);
    return pictures > 0;
  }

  /** Passes a frame (2.7.1.1), whose place must be inside of the canvas. */
  #readFrame({ data, end }: Chunk, canvas: Sides): 'whole' | 'empty' | 'broken' {
    if (data.length < frameHeaderBytes) return 'broken';
    if ((1 + read24(data, 6)) * (1 + read24(data, 9)) >= maxPixels) return 'broken';
    this.#at = end - data.length - (data.length & 1) + frameHeaderBytes;
    const picture = this.#readPicture();
    if (picture === undefined || this.#at > end) return 'broken';
    if (picture.sides === undefined) return picture.hasAlpha ? 'broken' : 'empty';
    const { width, height } = picture.sides;
    const isInside =
      2 * read24(data, 0) + width <= canvas.width && 2 * read24(data, 3) + height <= canvas.height;
    return isInside && picture.isAlphaSound ? 'whole' : 'broken';
  }
}

function equals(one: Sides, other: Sides): boolean {
  return one.width === other.width && one.height === other.height;
}

/** The sides of a picture; undefined where its header can't be read, or says that its first partition is all of it. */
function soundSides(chunk: Chunk): Sides | undefined {
  if (bitstreamProblem(chunk) !== undefined) return undefined;
  const { data, name } = chunk;
  if (name === chunkName.lossy && readFrameTag(data).firstPartitionBytes >= data.length) {
    return undefined;
  }
  return readSides(chunk);
}
