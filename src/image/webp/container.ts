/** Finds the picture in a WebP file: chunks in a RIFF file (RFC 9649, section 2). */
import { hasText } from '../signature.ts';
import {
  type Chunk,
  canvasBytes,
  chunkName,
  chunksFrom,
  fileHeaderBytes,
  frameHeaderBytes,
  isBitstream,
  read24,
  readCanvas,
  readSides,
  type Sides,
} from './chunks.ts';
import type { FramePlace } from './frame-rows.ts';
import { webpProblem } from './problem.ts';

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

/** Whether a file is a WebP, by its header (2.4). */
export function looksLikeWebp(bytes: Uint8Array): boolean {
  return hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WEBP');
}

/**
 * Finds the picture wherever it is, even where the file breaks the rules of its
 * container; whether it keeps them, `container-rules.ts` says.
 *
 * @throws AppError `image-decode-failed`
 */
export function readWebpFile(bytes: Uint8Array): WebpFile {
  let canvas: Sides | undefined;
  let alpha: Uint8Array | undefined;
  let frame: WebpFrame | undefined;
  let exif: Uint8Array | undefined;
  for (const chunk of chunksFrom(bytes, fileHeaderBytes)) {
    if (chunk.name === chunkName.exif) exif = chunk.data;
    if (frame !== undefined) {
      // Only extended files have metadata, behind the picture.
      if (canvas === undefined || exif !== undefined) break;
      continue;
    }
    if (chunk.name === chunkName.extended) canvas = canvasOf(chunk.data);
    else if (chunk.name === chunkName.alpha) alpha = chunk.data;
    else if (isBitstream(chunk)) frame = stillFrame(chunk, alpha, canvas);
    else if (chunk.name === chunkName.animationFrame && canvas !== undefined) {
      frame = animationFrame(chunk, canvas);
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

/** The header of an extended file (2.7). */
function canvasOf(data: Uint8Array): Sides {
  if (data.length < canvasBytes) throw webpProblem('This WebP ends in its header.');
  return readCanvas(data);
}

function bitstreamFrame(chunk: Chunk, left: number, top: number, alpha?: Uint8Array): WebpFrame {
  const { data, isWhole } = chunk;
  const isLossless = chunk.name === chunkName.lossless;
  const { width, height } = readSides(chunk);
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

/**
 * A frame says where it stands, in units of two pixels, and has chunks of its own (2.7.1.1). Its
 * size is that of its picture, whatever it says itself, as it is to libwebp.
 *
 * @returns undefined where it has no picture
 */
function animationFrame({ data }: Chunk, canvas: Sides): WebpFrame | undefined {
  let alpha: Uint8Array | undefined;
  for (const chunk of chunksFrom(data, frameHeaderBytes)) {
    if (chunk.name === chunkName.alpha) alpha = chunk.data;
    if (!isBitstream(chunk)) continue;
    const frame = bitstreamFrame(chunk, 2 * read24(data, 0), 2 * read24(data, 3), alpha);
    const { left, top, width, height } = frame.place;
    if (left + width > canvas.width || top + height > canvas.height) {
      throw webpProblem('The first frame of this WebP is not inside of its picture.');
    }
    return frame;
  }
  return undefined;
}

function checkSides({ place }: WebpFrame, { width, height }: Sides): void {
  if (place.width === width && place.height === height) return;
  throw webpProblem(
    `This WebP says that its picture has ${width} x ${height} pixels, and that it has ${place.width} x ${place.height}.`,
  );
}
