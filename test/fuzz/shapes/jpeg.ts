import { type Field, withField } from '../field.ts';
import { joinBytes } from '../mutator.ts';
import type { Random } from '../random.ts';
import type { Piece, Shape } from './shape.ts';

/** JPEG's markers (ITU-T T.81, table B.1). */
const code = {
  dht: 0xc4,
  rst0: 0xd0,
  rst7: 0xd7,
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  dqt: 0xdb,
  dnl: 0xdc,
  dri: 0xdd,
} as const;

const data = 'entropy-coded data';

function isRestart(marker: number): boolean {
  return marker >= code.rst0 && marker <= code.rst7;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== code.dht && marker !== 0xc8;
}

/** Where the next marker is that isn't part of entropy-coded data (B.1.1.5). */
function markerFrom(file: Uint8Array, start: number): number {
  for (let at = file.indexOf(0xff, start); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && !isRestart(next)) return at;
  }
  return file.length;
}

function split(file: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0; start < file.length; ) {
    const next = markerFrom(file, start);
    if (next > start) {
      const bytes = file.subarray(start, next);
      pieces.push({ kind: data, bytes, content: bytes });
      start = next;
      continue;
    }
    const marker = file[start + 1];
    const standsAlone = marker === code.soi || marker === code.eoi;
    const length = (file[start + 2] << 8) | file[start + 3];
    const end = standsAlone ? start + 2 : Math.min(start + 2 + Math.max(length, 2), file.length);
    const bytes = file.subarray(start, end);
    pieces.push({ kind: `FF${marker.toString(16)}`, bytes, content: bytes.subarray(4) });
    start = end;
  }
  return pieces;
}

function field(at: number, bytes: 1 | 2 = 1): Field {
  return { at, bytes, bigEndian: true };
}

/** Offsets are from the marker on: B.2.2 to B.2.5. */
function fields({ kind, bytes }: Piece): Field[] {
  if (kind === data) return [];
  const marker = bytes[1];
  const any = [field(1), field(2, 2)];
  const parts = (at: number, each: number, count: number): Field[] =>
    Array.from({ length: Math.min(count, 4) * each }, (_, i) => field(at + i));
  if (isFrame(marker)) {
    return [...any, field(4), field(5, 2), field(7, 2), field(9), ...parts(10, 3, bytes[9])];
  }
  if (marker === code.sos)
    return [...any, field(4), ...parts(5, 2, bytes[4]), ...parts(bytes.length - 3, 1, 3)];
  if (marker === code.dht) return [...any, ...parts(4, 4, 4)];
  if (marker === code.dqt) return [...any, ...parts(4, 1, 4)];
  if (marker === code.dri || marker === code.dnl) return [...any, field(4, 2)];
  return any;
}

function resize({ kind, bytes }: Piece, width: number, height: number): Uint8Array {
  if (kind === data || !isFrame(bytes[1])) return bytes;
  return withField(withField(bytes, field(5, 2), height), field(7, 2), width);
}

/** An FF in entropy-coded data that doesn't begin a restart marker is followed by a 0 (B.1.1.5). */
function stuff(content: Uint8Array): Uint8Array {
  const stuffed: number[] = [];
  content.forEach((byte, i) => {
    stuffed.push(byte);
    const next = content[i + 1] ?? 1;
    if (byte === 0xff && next !== 0 && !isRestart(next)) stuffed.push(0);
  });
  return Uint8Array.from(stuffed);
}

function frame({ kind, bytes }: Piece, content: Uint8Array): Uint8Array {
  if (kind === data) return stuff(content);
  if (bytes[1] === code.soi || bytes[1] === code.eoi) return bytes;
  const kept = content.subarray(0, 0xffff - 2);
  const length = kept.length + 2;
  return joinBytes([[0xff, bytes[1], length >> 8, length & 0xff], kept]);
}

/** Restart markers where none were, or other ones. */
function changeRestarts(file: Uint8Array, random: Random): Uint8Array {
  const changed = file.slice();
  const first = file.findIndex((byte, at) => byte === 0xff && file[at + 1] === code.sos) + 14;
  for (let i = random.fewUpTo(16); i > 0; i--) {
    const at = random.integer(Math.min(first, file.length), file.length);
    changed[at] = 0xff;
    changed[at + 1] = code.rst0 + random.integer(0, 7);
  }
  return changed;
}

/** JPEG files: segments, and entropy-coded data between them. */
export const jpegShape: Shape = {
  split,
  fields,
  resize,
  frame,
  mutators: { 'restart markers': changeRestarts },
};
