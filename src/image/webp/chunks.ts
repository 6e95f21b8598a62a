/** The chunks that a WebP file is made of (RFC 9649, 2.3). */
import { frameTagProblem, readFrameTag } from './vp8/frame-header.ts';
import { losslessHeaderProblem, readLosslessHeader } from './vp8l/header.ts';

/** "RIFF", the file's size and "WEBP" (2.4). */
export const fileHeaderBytes = 12;
/** Name and size. */
export const chunkHeaderBytes = 8;
/** What a `VP8X` chunk has at the least (2.7). */
export const canvasBytes = 10;
/** Of an `ANMF` chunk, in front of the frame's own chunks (2.7.1.1). */
export const frameHeaderBytes = 16;

/** Names of chunks, as the numbers that their four bytes are. */
export const chunkName = {
  extended: nameOf('VP8X'),
  lossy: nameOf('VP8 '),
  lossless: nameOf('VP8L'),
  alpha: nameOf('ALPH'),
  animation: nameOf('ANIM'),
  animationFrame: nameOf('ANMF'),
  exif: nameOf('EXIF'),
} as const;

export interface Chunk {
  readonly name: number;
  /** As much of it as there is. */
  readonly data: Uint8Array;
  readonly isWhole: boolean;
  /** Where the next one begins, behind the padding to a whole number of 16 bits. */
  readonly end: number;
}

/** In pixels. */
export interface Sides {
  readonly width: number;
  readonly height: number;
}

function nameOf(text: string): number {
  const bytes = [...text].map((character) => character.charCodeAt(0));
  return read32(bytes, 0);
}

export function read24(bytes: ArrayLike<number>, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
}

export function read32(bytes: ArrayLike<number>, at: number): number {
  return read24(bytes, at) + bytes[at + 3] * 2 ** 24;
}

/** @returns undefined at the file's end, or if the chunk's header is cut short */
export function readChunk(bytes: Uint8Array, at: number): Chunk | undefined {
  const start = at + chunkHeaderBytes;
  if (start > bytes.length) return undefined;
  const size = read32(bytes, at + 4);
  const data = bytes.subarray(start, start + size);
  const end = start + size + (size & 1);
  return { name: read32(bytes, at), data, isWhole: data.length === size, end };
}

/** Chunks that are gone through to find a picture, and what belongs to it. */
const maxChunks = 10_000;

/** The chunks from a place on, up to {@link maxChunks}. */
export function* chunksFrom(bytes: Uint8Array, start: number): Generator<Chunk> {
  let at = start;
  for (let count = 0; count < maxChunks; count++) {
    const chunk = readChunk(bytes, at);
    if (chunk === undefined) return;
    yield chunk;
    at = chunk.end;
  }
}

/** Whether a chunk holds a picture. */
export function isBitstream({ name }: Chunk): boolean {
  return name === chunkName.lossy || name === chunkName.lossless;
}

/** @returns why the header of a picture can't be read, as a sentence; undefined where it can */
export function bitstreamProblem({ name, data }: Chunk): string | undefined {
  return name === chunkName.lossless ? losslessHeaderProblem(data) : frameTagProblem(data);
}

/** @throws AppError `image-decode-failed` where the header of a picture can't be read */
export function readSides({ name, data }: Chunk): Sides {
  return name === chunkName.lossless ? readLosslessHeader(data) : readFrameTag(data);
}

/** The sides of an extended file's picture (2.7), of which {@link canvasBytes} must be there. */
export function readCanvas(data: Uint8Array): Sides {
  return { width: 1 + read24(data, 4), height: 1 + read24(data, 7) };
}
