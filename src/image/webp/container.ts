/** Finds the picture in a WebP file: chunks in a RIFF file (RFC 9649, section 2). */
import { hasText } from '../signature.ts';
import type { FramePlace } from './frame-rows.ts';
import { webpProblem } from './problem.ts';
import { readFrameTag } from './vp8/frame-header.ts';
import { readLosslessHeader } from './vp8l/header.ts';

/** A still picture, or the first frame of an animation. */
export interface WebpFrame {
  readonly place: FramePlace;
  readonly isLossless: boolean;
  /** Of its `VP8 ` or `VP8L` chunk, as much of it as there is. */
  readonly data: Uint8Array;
  /** Whether all of that is there. */
  readonly isWhole: boolean;
  /** Of the `ALPH` chunk of a lossy frame, if it has one. */
  readonly alpha: Uint8Array | undefined;
}

export interface WebpFile {
  /** Of the picture, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly frame: WebpFrame;
  /** Of the `EXIF` chunk, if there is one. */
  readonly exif: Uint8Array | undefined;
}

interface Chunk {
  readonly name: number;
  /** As much of it as there is. */
  readonly data: Uint8Array;
  readonly isWhole: boolean;
  /** Where the next one begins. */
  readonly end: number;
}

interface Sides {
  readonly width: number;
  readonly height: number;
}

/** The name of a chunk as the number that its four bytes are. */
function nameOf(text: string): number {
  return read32(
    [...text].map((character) => character.charCodeAt(0)),
    0,
  );
}

const name = {
  extended: nameOf('VP8X'),
  lossy: nameOf('VP8 '),
  lossless: nameOf('VP8L'),
  alpha: nameOf('ALPH'),
  animationFrame: nameOf('ANMF'),
  exif: nameOf('EXIF'),
} as const;

/** "RIFF", the file's size and "WEBP". */
const fileHeaderBytes = 12;
const chunkHeaderBytes = 8;
/** Of an `ANMF` chunk, in front of the frame's own chunks. */
const frameHeaderBytes = 16;

function read24(bytes: ArrayLike<number>, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
}

function read32(bytes: ArrayLike<number>, at: number): number {
  return read24(bytes, at) + bytes[at + 3] * 2 ** 24;
}

/** @returns undefined where there is none, or not even its header is whole */
function readChunk(bytes: Uint8Array, at: number): Chunk | undefined {
  const start = at + chunkHeaderBytes;
  if (start > bytes.length) return undefined;
  const size = read32(bytes, at + 4);
  const data = bytes.subarray(start, start + size);
  // Chunks are filled up to a whole number of 16 bits.
  const end = start + size + (size & 1);
  return { name: read32(bytes, at), data, isWhole: data.length === size, end };
}

/** Whether a file is a WebP, by its header (2.4). */
export function looksLikeWebp(bytes: Uint8Array): boolean {
  return hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WEBP');
}

/**
 * What the file says of its own size is not looked at: it is wrong in files
 * that were written as a stream, and the chunks say all.
 *
 * @throws AppError `image-decode-failed`
 */
export function readWebpFile(bytes: Uint8Array): WebpFile {
  let canvas: Sides | undefined;
  let alpha: Uint8Array | undefined;
  let frame: WebpFrame | undefined;
  let exif: Uint8Array | undefined;
  for (
    let chunk = readChunk(bytes, fileHeaderBytes);
    chunk !== undefined;
    chunk = readChunk(bytes, chunk.end)
  ) {
    if (chunk.name === name.exif) exif = chunk.data;
    if (frame !== undefined) {
      // Only extended files have metadata, behind the picture.
      if (canvas === undefined || exif !== undefined) break;
      continue;
    }
    if (chunk.name === name.extended) canvas = readCanvas(chunk.data);
    else if (chunk.name === name.alpha) alpha = chunk.data;
    else if (isBitstream(chunk)) frame = stillFrame(chunk, alpha, canvas);
    else if (chunk.name === name.animationFrame && canvas !== undefined) {
      frame = animationFrame(chunk.data, canvas);
    }
  }
  if (frame === undefined) {
    throw webpProblem(
      'This WebP holds no picture: it is cut short, or has nothing but other data.',
    );
  }
  const { width, height } = canvas ?? frame.place;
  return { width, height, frame, exif };
}

function isBitstream(chunk: Chunk): boolean {
  return chunk.name === name.lossy || chunk.name === name.lossless;
}

/** The header of an extended file (2.7). */
function readCanvas(data: Uint8Array): Sides {
  if (data.length < 10) throw webpProblem('This WebP ends in its header.');
  return { width: 1 + read24(data, 4), height: 1 + read24(data, 7) };
}

function bitstreamFrame(chunk: Chunk, left: number, top: number, alpha?: Uint8Array): WebpFrame {
  const { data, isWhole } = chunk;
  const isLossless = chunk.name === name.lossless;
  const { width, height } = isLossless ? readLosslessHeader(data) : readFrameTag(data);
  const place = { left, top, width, height };
  return { place, isLossless, data, isWhole, alpha: isLossless ? undefined : alpha };
}

function stillFrame(
  chunk: Chunk,
  alpha: Uint8Array | undefined,
  canvas: Sides | undefined,
): WebpFrame {
  const frame = bitstreamFrame(chunk, 0, 0, alpha);
  if (canvas !== undefined) checkSides(frame, canvas);
  return frame;
}

/** A frame says where it stands, in units of two pixels, and has chunks of its own (2.7.1.1). */
function animationFrame(data: Uint8Array, canvas: Sides): WebpFrame {
  let alpha: Uint8Array | undefined;
  for (
    let chunk = readChunk(data, frameHeaderBytes);
    chunk !== undefined;
    chunk = readChunk(data, chunk.end)
  ) {
    if (chunk.name === name.alpha) alpha = chunk.data;
    if (!isBitstream(chunk)) continue;
    const frame = bitstreamFrame(chunk, 2 * read24(data, 0), 2 * read24(data, 3), alpha);
    const { left, top, width, height } = frame.place;
    checkSides(frame, { width: 1 + read24(data, 6), height: 1 + read24(data, 9) });
    if (left + width > canvas.width || top + height > canvas.height) {
      throw webpProblem('The first frame of this WebP is not inside of its picture.');
    }
    return frame;
  }
  throw webpProblem('The first frame of this WebP holds no picture.');
}

function checkSides({ place }: WebpFrame, { width, height }: Sides): void {
  if (place.width === width && place.height === height) return;
  throw webpProblem(
    `This WebP says that its picture has ${width} x ${height} pixels, and that it has ${place.width} x ${place.height}.`,
  );
}
