/** PNG's chunks (W3C PNG Third Edition, 5.3 and 11), and where the next one is. */
import { AppError } from '../../errors.ts';

/** A chunk type as the number that its four letters make. */
export function chunkType(letters: string): number {
  return [...letters].reduce((type, letter) => (type << 8) | letter.charCodeAt(0), 0);
}

export const chunkTypes = {
  header: chunkType('IHDR'),
  palette: chunkType('PLTE'),
  imageData: chunkType('IDAT'),
  imageEnd: chunkType('IEND'),
  transparency: chunkType('tRNS'),
  exif: chunkType('eXIf'),
  appleHeader: chunkType('CgBI'),
} as const;

/** What every PNG file begins with (5.2). */
export const signature: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** A refusal of a PNG file: what is wrong with it. */
export function pngProblem(why: string): AppError {
  return new AppError('image-decode-failed', why, { facts: { format: 'png' } });
}

/** Where a chunk's data is. */
export interface Chunk {
  readonly type: number;
  /** In the file: the data's first byte, and the one behind its last that is there. */
  readonly start: number;
  readonly end: number;
  /** Whether all of the data is there, and the four bytes of checksum behind it. */
  readonly isWhole: boolean;
  /** Where the next chunk begins; behind the file's end where this one is cut short. */
  readonly next: number;
}

/** What PNG's numbers go up to (7.1). */
export const maxNumber = 2 ** 31 - 1;

/**
 * The chunk that begins at a place. Its checksum isn't looked at: a photo of
 * which some bits have changed is better than none.
 *
 * @returns undefined where the file ends, or holds something else than a chunk
 */
export function chunkAt(bytes: Uint8Array, at: number): Chunk | undefined {
  const start = at + 8;
  if (start > bytes.length) return undefined;
  const length = readUint32(bytes, at);
  const type = readUint32(bytes, at + 4);
  if (length > maxNumber) return undefined;
  for (let i = at + 4; i < start; i++) {
    if (!isLetter(bytes[i])) return undefined;
  }
  const next = start + length + 4;
  const end = Math.min(start + length, bytes.length);
  return { type, start, end, isWhole: next <= bytes.length, next };
}

/** Four bytes, the highest first (7.1), as a number from 0. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** Whether a picture can't be understood without this chunk: a capital first letter (5.4). */
export function isCritical(type: number): boolean {
  return (type & 0x20000000) === 0;
}

export function chunkName(type: number): string {
  return String.fromCharCode(type >>> 24, (type >>> 16) & 255, (type >>> 8) & 255, type & 255);
}
