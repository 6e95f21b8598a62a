import { readConfig } from '../../src/config.ts';
import { AppError } from '../../src/errors.ts';
import type { ImageCodec } from '../../src/image/codec.ts';
import { decodePhoto, openPhoto, type Photo } from '../../src/image/decode-image.ts';
import type { Fit } from '../../src/image/fit.ts';
import { Picture } from '../../src/image/picture.ts';
import type { PictureTarget } from '../../src/image/picture-target.ts';
import { NetworkInput } from '../../src/image/preprocess.ts';
import { bufferBytes, CheckingTarget } from './checking-target.ts';

/** The refusals that a file can earn, whatever is in it. */
export const refusals = [
  'image-decode-failed',
  'image-too-large',
  'too-much-work',
  'unsupported-media-type',
] as const;

/** All that may become of a file; `failed` is a defect of ours. */
export const outcomes = ['decoded', 'truncated', ...refusals, 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

/** What became of a file. */
export interface Attempt {
  /** When it was decoded as the product does. */
  readonly outcome: Outcome;
  /** What is wrong with that; one sentence each, perhaps with a stack behind it. */
  readonly defects: readonly string[];
  /** Width times height by the header; 0 where it was refused. */
  readonly pixels: number;
  /** The most that was taken of array buffers, beside the file and what the target keeps. */
  readonly memoryBytes: number;
  /** What the codec announced for that. */
  readonly announcedBytes: number;
  readonly durationMs: number;
}

const limits = readConfig({});
const inputSize = 224;

/** Up to so many pixels, all of them are decoded, too. */
const maxWholePixels = 1e6;

/** Tables, decoders' states and rows, which codecs needn't announce. */
const slackBytes = 2 ** 20;

/** How a file is opened; another than {@link openPhoto} for tests of this file. */
export type Open = (bytes: Uint8Array) => Photo;

/** Opens files with one codec, whatever they are. */
export function openWith(codec: ImageCodec): Open {
  return (bytes) => {
    const stored = codec.open(bytes);
    const { width, height } = stored;
    return { format: 'jpeg', width, height, bytes: bytes.length, stored };
  };
}

/** Decodes a file as the product does, and whole where it is small, and checks all that holds for any file. */
export function attempt(bytes: Uint8Array, fit: Fit, open: Open = openPhoto): Attempt {
  const copy = bytes.slice();
  const defects = new Set<string>();
  const start = performance.now();
  const opened = openChecked(bytes, open, defects);
  const isRefused = typeof opened === 'string';
  const decoded = isRefused ? [] : decodeAll(opened, fit, defects);
  const durationMs = performance.now() - start;
  if (Buffer.compare(bytes, copy) !== 0) defects.add("Decoding changed the file's bytes.");
  const [largest] = decoded.toSorted((a, b) => b.memoryBytes - a.memoryBytes);
  return {
    outcome: isRefused ? opened : decoded[0].outcome,
    defects: [...defects],
    pixels: isRefused ? 0 : opened.width * opened.height,
    memoryBytes: largest?.memoryBytes ?? 0,
    announcedBytes: largest?.announcedBytes ?? 0,
    durationMs,
  };
}

/** As the product does, and then whole, unless there is something to complain of already. */
function decodeAll(photo: Photo, fit: Fit, defects: Set<string>): Decoded[] {
  const input = new NetworkInput(photo.stored, inputSize, fit);
  const decoded = [decodeChecked(photo, input, defects)];
  if (defects.size === 0 && photo.width * photo.height <= maxWholePixels) {
    decoded.push(decodeChecked(photo, new Picture(), defects));
  }
  return decoded;
}

function openChecked(bytes: Uint8Array, open: Open, defects: Set<string>): Photo | Outcome {
  const before = bufferBytes();
  try {
    const photo = open(bytes);
    const taken = bufferBytes() - before;
    if (taken > slackBytes) defects.add(`Reading the header took ${taken} bytes of memory.`);
    return photo;
  } catch (error) {
    return refusalOf(error, defects);
  }
}

interface Decoded {
  readonly outcome: Outcome;
  readonly memoryBytes: number;
  readonly announcedBytes: number;
}

function decodeChecked(photo: Photo, target: PictureTarget, defects: Set<string>): Decoded {
  const checking = new CheckingTarget(target, photo.stored);
  let outcome: Outcome;
  let announcedBytes = 0;
  const before = bufferBytes();
  try {
    announcedBytes = photo.stored.memoryBytes(checking);
    const { truncated } = decodePhoto(photo, checking, limits);
    checking.finish();
    outcome = truncated ? 'truncated' : 'decoded';
  } catch (error) {
    outcome = refusalOf(error, defects);
  }
  const memoryBytes = Math.max(0, bufferBytes() - before - checking.ownBytes);
  for (const defect of checking.defects) defects.add(defect);
  if (!(announcedBytes >= 0 && memoryBytes <= announcedBytes + slackBytes)) {
    defects.add(`Decoding took ${memoryBytes} bytes of memory; ${announcedBytes} were announced.`);
  }
  return { outcome, memoryBytes, announcedBytes };
}

/** Refusals are fine; anything else that is thrown is a defect. */
function refusalOf(error: unknown, defects: Set<string>): Outcome {
  const refusal = error instanceof AppError && refusals.find((code) => code === error.code);
  if (!refusal) {
    defects.add(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 'failed';
  }
  if (!/^[A-Z].*\.$/s.test(error.message)) {
    defects.add(`The refusal is not a sentence: "${error.message}".`);
  }
  return refusal;
}
