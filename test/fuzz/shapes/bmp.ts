import { type Field, readField, withField } from '../field.ts';
import type { Piece, Shape } from './shape.ts';

/** BITMAPFILEHEADER, and the first field of all headers after it: their size. */
const fileHeaderBytes = 14;
const fileSize: Field = { at: 2, bytes: 4, bigEndian: false };
const pixelsFrom: Field = { at: 10, bytes: 4, bigEndian: false };
const infoHeaderSize: Field = { at: fileHeaderBytes, bytes: 4, bigEndian: false };
/** BITMAPCOREHEADER, whose sides have 16 bits. */
const coreHeaderBytes = 12;

function split(file: Uint8Array): Piece[] {
  const infoEnd = fileHeaderBytes + Math.min(readField(file, infoHeaderSize), 256);
  const pixels = Math.max(infoEnd, readField(file, pixelsFrom));
  const ends = {
    'file header': fileHeaderBytes,
    'info header': infoEnd,
    'colour table': pixels,
    pixels: file.length,
  };
  let start = 0;
  return Object.entries(ends).flatMap(([kind, end]) => {
    const bytes = file.subarray(start, end);
    start += bytes.length;
    return bytes.length === 0 ? [] : [{ kind, bytes, content: bytes }];
  });
}

/** The file header's first field is what files are known by. */
const signatureBytes = 2;

/** Sizes in bytes of what each piece begins with, the signature left out. */
const layouts: Readonly<Record<string, readonly (1 | 2 | 4)[]>> = {
  'file header': [4, 2, 2, 4],
  'core header': [4, 2, 2, 2, 2],
  // Size, sides, planes, bits, compression, image size, resolution, colours, masks, colour space.
  'info header': [4, 4, 4, 2, 2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4],
  'colour table': [4, 4, 4],
  pixels: [1, 1, 1, 1],
};

function fields({ kind, bytes }: Piece): Field[] {
  const isCore = kind === 'info header' && bytes.length === coreHeaderBytes;
  let at = kind === 'file header' ? signatureBytes : 0;
  return layouts[isCore ? 'core header' : kind].flatMap((size) => {
    const field: Field = { at, bytes: size, bigEndian: false };
    at += size;
    return at <= bytes.length ? [field] : [];
  });
}

function resize({ kind, bytes }: Piece, width: number, height: number): Uint8Array {
  if (kind !== 'info header') return bytes;
  const size = bytes.length === coreHeaderBytes ? 2 : 4;
  const wide = withField(bytes, { at: 4, bytes: size, bigEndian: false }, width);
  return withField(wide, { at: 4 + size, bytes: size, bigEndian: false }, height);
}

/** BMP files: two headers, a colour table and pixels. */
export const bmpShape: Shape = {
  split,
  fields,
  resize,
  frame: (_, content) => content,
  seal: (file) => withField(file, fileSize, file.length),
};
