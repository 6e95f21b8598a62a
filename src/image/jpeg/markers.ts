/** JPEG's markers (ITU-T T.81, table B.1), and where the next one is. */
import { AppError } from '../../errors.ts';

export const marker = {
  tem: 0x01,
  sof0: 0xc0,
  dht: 0xc4,
  jpg: 0xc8,
  rst0: 0xd0,
  rst7: 0xd7,
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  dqt: 0xdb,
  dnl: 0xdc,
  dri: 0xdd,
  dhp: 0xde,
  exp: 0xdf,
  app0: 0xe0,
  app1: 0xe1,
  app14: 0xee,
  app15: 0xef,
  com: 0xfe,
} as const;

const misplaced: ReadonlySet<number> = new Set([marker.soi, marker.jpg, marker.dhp, marker.exp]);

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
  /**
   * Whether the file is damaged here: bytes that belong to no segment come before the marker, the
   * length is impossible, or no JPEG has such a marker.
   */
  readonly isDamaged: boolean;
}

/** Whether a file may hold such a marker behind its SOI (table B.1); the others belong to hierarchical files, or to none. */
function isKnown(code: number): boolean {
  const isReserved = code < marker.sof0 || (code > marker.app15 && code < marker.com);
  return code === marker.tem || !(isReserved || misplaced.has(code));
}

/** These stand alone (B.1.1.3). */
function standsAlone(code: number): boolean {
  return code === marker.tem || (code >= marker.rst0 && code <= marker.eoi);
}

/** @returns where the next marker is, fill bytes (B.1.1.2) and all other bytes passed over; -1 where none is left */
export function findMarker(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0) {
    // One by one, since a file may be full of them.
    while (bytes[at + 1] === 0xff) at += 1;
    if (bytes[at + 1] !== 0) break;
    at += 2;
    if (bytes[at] !== 0xff) at = bytes.indexOf(0xff, at);
  }
  return at >= 0 && at + 1 < bytes.length ? at : -1;
}

/** Whether all bytes from one place up to another are fill bytes. */
function areFill(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (bytes[at] !== 0xff) return false;
  return true;
}

/** @returns where a scan's data ends: at the next marker that is no RST, or with the file */
export function endOfScan(bytes: Uint8Array, from: number): number {
  let at = findMarker(bytes, from);
  while (at >= 0 && isRestart(bytes[at + 1])) at = findMarker(bytes, at + 2);
  return at < 0 ? bytes.length : at;
}

export function isRestart(code: number): boolean {
  return code >= marker.rst0 && code <= marker.rst7;
}

/**
 * Finds the next segment. Bytes that belong to no segment are passed over, as libjpeg does. A length
 * that is impossible is taken for 2, which is that of nothing: the length field itself.
 *
 * @returns undefined where the file ends first
 */
export function nextSegment(bytes: Uint8Array, from: number): Segment | undefined {
  const at = findMarker(bytes, from);
  if (at < 0) return undefined;
  const code = bytes[at + 1];
  const isDamaged = !isKnown(code) || !areFill(bytes, from, at);
  if (standsAlone(code)) return { code, data: bytes.subarray(0, 0), end: at + 2, isDamaged };
  if (at + 4 > bytes.length) return undefined;
  const length = (bytes[at + 2] << 8) | bytes[at + 3];
  const end = at + 2 + Math.max(length, 2);
  if (end > bytes.length) return undefined;
  return { code, data: bytes.subarray(at + 4, end), end, isDamaged: isDamaged || length < 2 };
}
