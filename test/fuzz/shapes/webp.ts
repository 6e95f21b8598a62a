import { type Field, readField, withField } from '../field.ts';
import { joinBytes } from '../mutator.ts';
import type { Piece, Shape } from './shape.ts';

/** Type and size before a chunk's data (RFC 9649, 2.3). */
const headBytes = 8;
/** 'RIFF', the file's size, 'WEBP' (2.4). */
const fileHeaderBytes = 12;
const chunkSize: Field = { at: 4, bytes: 4, bigEndian: false };
/** What an ANMF chunk holds before the chunks of its frame (2.7.1.1). */
const frameHeaderBytes = 16;

function chunksOf(bytes: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0; start < bytes.length; ) {
    const head = bytes.subarray(start, start + headBytes);
    const size = readField(head, chunkSize);
    // Chunks of an odd size are padded.
    const end = Math.min(start + headBytes + size + (size % 2), bytes.length);
    const kind =
      head.length < headBytes ? 'rest' : new TextDecoder('latin1').decode(head.subarray(0, 4));
    const content = bytes.subarray(start + headBytes, Math.min(end, start + headBytes + size));
    pieces.push({ kind, bytes: bytes.subarray(start, end), content });
    start = end;
  }
  return pieces;
}

function split(file: Uint8Array): Piece[] {
  const header = file.subarray(0, fileHeaderBytes);
  return [
    { kind: 'file header', bytes: header, content: header },
    ...chunksOf(file.subarray(fileHeaderBytes)),
  ];
}

/** Sizes in bytes of what each chunk's data begins with. */
const layouts: Readonly<Record<string, readonly (1 | 2 | 3 | 4)[]>> = {
  // Flags, reserved, canvas width and height (2.7.1).
  VP8X: [1, 3, 3, 3],
  ANIM: [4, 2],
  ANMF: [3, 3, 3, 3, 3, 1],
  ALPH: [1, 1, 1],
  // Frame tag, start code, width, height, and where the first partition begins (RFC 6386, 9.1 to 9.3).
  'VP8 ': [3, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1],
  // Signature, sides, and the first transforms (RFC 9649, 3.4).
  VP8L: [1, 2, 2, 1, 1, 1],
  EXIF: [4, 4, 2, 2, 2],
};

function fields({ kind, bytes }: Piece): Field[] {
  if (kind === 'file header') return [chunkSize];
  if (kind === 'rest') return [];
  const found: Field[] = [chunkSize, { at: 3, bytes: 1, bigEndian: false }];
  let at = headBytes;
  for (const size of layouts[kind] ?? []) {
    found.push({ at, bytes: size, bigEndian: false });
    at += size;
  }
  if (kind !== 'ANMF') return found;
  const nestedFrom = headBytes + frameHeaderBytes;
  let offset = nestedFrom;
  for (const nested of chunksOf(bytes.subarray(nestedFrom))) {
    const before = offset;
    found.push(...fields(nested).map((field) => ({ ...field, at: before + field.at })));
    offset += nested.bytes.length;
  }
  return found;
}

/** Sides of a frame have 14 bits (RFC 6386, 9.1; RFC 9649, 3.4). */
const maxFrameSide = 2 ** 14 - 1;

/** Those of the canvas (RFC 9649, 2.7.1) and of single frames; animations' have the old ones. */
function resize({ kind, bytes }: Piece, width: number, height: number): Uint8Array {
  const set = (file: Uint8Array, from: number, size: 2 | 3 | 4, value: number): Uint8Array =>
    withField(file, { at: headBytes + from, bytes: size, bigEndian: false }, value);
  const [across, down] = [Math.min(width, maxFrameSide), Math.min(height, maxFrameSide)];
  if (kind === 'VP8X') return set(set(bytes, 4, 3, across - 1), 7, 3, down - 1);
  if (kind === 'VP8 ') return set(set(bytes, 6, 2, across), 8, 2, down);
  if (kind !== 'VP8L') return bytes;
  const isTransparent = (bytes[headBytes + 4] ?? 0) & 0x10;
  return set(bytes, 1, 4, across - 1 + (down - 1) * 2 ** 14 + isTransparent * 2 ** 24);
}

function frame({ kind, bytes }: Piece, content: Uint8Array): Uint8Array {
  if (kind === 'file header' || kind === 'rest') return content;
  const head = withField(bytes.subarray(0, headBytes), chunkSize, content.length);
  return joinBytes([head, content, new Uint8Array(content.length % 2)]);
}

function seal(file: Uint8Array): Uint8Array {
  return withField(file, chunkSize, Math.max(0, file.length - headBytes));
}

/** WebP files: a RIFF header and chunks. */
export const webpShape: Shape = { split, fields, resize, frame, seal };
