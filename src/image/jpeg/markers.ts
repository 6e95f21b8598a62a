/** JPEG's markers (ITU-T T.81, table B.1), and where the next one is. */
import { AppError } from '../../errors.ts';

export const marker = {
  tem: 0x01,
  dht: 0xc4,
  rst0: 0xd0,
  rst7: 0xd7,
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  dqt: 0xdb,
  dnl: 0xdc,
  dri: 0xdd,
  dhp: 0xde,
  app0: 0xe0,
  app1: 0xe1,
  app14: 0xee,
} as const;

/** A refusal of a JPEG file: what is wrong with it. */
export function jpegProblem(why: string, cause?: unknown): AppError {
  return new AppError('image-decode-failed', why, { facts: { format: 'jpeg' }, cause });
}

/** A marker with what follows it. */
export interface Segment {
  readonly code: number;
  /** Between the length field and the segment's end; empty for markers that stand alone. */
  readonly data: Uint8Array;
  /** Where the file goes on behind it. */
  readonly end: number;
}

/**
 * Finds the next segment. Fill bytes (B.1.1.2), entropy-coded data and bytes
 * that belong to no segment are passed over, as other decoders do.
 *
 * @returns undefined where the file ends first
 * @throws AppError `image-decode-failed` where its length is impossible
 */
export function nextSegment(bytes: Uint8Array, from: number): Segment | undefined {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && (bytes[at + 1] === 0xff || bytes[at + 1] === 0)) {
    at = bytes.indexOf(0xff, at + 1);
  }
  const code = bytes[at + 1];
  if (at < 0 || code === undefined) return undefined;
  // These stand alone (B.1.1.3).
  if (code === marker.tem || (code >= marker.rst0 && code <= marker.eoi)) {
    return { code, data: bytes.subarray(0, 0), end: at + 2 };
  }
  if (at + 4 > bytes.length) return undefined;
  const length = (bytes[at + 2] << 8) | bytes[at + 3];
  if (length < 2) throw jpegProblem('A segment of this JPEG has an impossible length.');
  const end = at + 2 + length;
  return end > bytes.length ? undefined : { code, data: bytes.subarray(at + 4, end), end };
}
