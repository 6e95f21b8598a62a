import { type Field, withField } from '../field.ts';
import { joinBytes } from '../mutator.ts';
import type { Piece, Shape } from './shape.ts';

/** What blocks begin with (GIF89a, 20, 23 to 27). */
const introducer = { extension: 0x21, image: 0x2c } as const;

const headerBytes = 13;
const imageDescriptorBytes = 10;

/** Kinds that end with sub-blocks (15), and the bytes before those. */
const bytesBeforeSubBlocks: Readonly<Record<string, number>> = { extension: 2, 'image data': 1 };

/** The size of the colour table that a packed field announces (18, 20). */
function colourTableBytes(packed: number): number {
  return (packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1);
}

/** Where the sub-blocks from here on end, with their terminator, and what they hold. */
function readSubBlocks(file: Uint8Array, start: number): { end: number; content: Uint8Array } {
  const parts: Uint8Array[] = [];
  let at = start;
  while (at < file.length && file[at] > 0) {
    parts.push(file.subarray(at + 1, at + 1 + file[at]));
    at += 1 + file[at];
  }
  return { end: Math.min(at + 1, file.length), content: joinBytes(parts) };
}

/** How many bytes from here on begin no image or extension. */
function otherBytes(file: Uint8Array, start: number): number {
  const begins = (byte: number): boolean =>
    byte === introducer.extension || byte === introducer.image;
  const length = file.subarray(start + 1).findIndex(begins);
  return length < 0 ? file.length - start : 1 + length;
}

function split(file: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  const add = (kind: string, length: number): void => {
    if (length === 0 || start >= file.length) return;
    const bytes = file.subarray(start, start + length);
    pieces.push({ kind, bytes, content: bytes });
    start += bytes.length;
  };
  const addSubBlocks = (kind: string): void => {
    const { end, content } = readSubBlocks(file, start + bytesBeforeSubBlocks[kind]);
    if (end > start) pieces.push({ kind, bytes: file.subarray(start, end), content });
    start = Math.max(start, end);
  };
  add('header', headerBytes);
  add('colour table', colourTableBytes(file[10] ?? 0));
  while (start < file.length) {
    if (file[start] === introducer.extension) {
      addSubBlocks('extension');
    } else if (file[start] === introducer.image) {
      const packed = file[start + 9] ?? 0;
      add('image descriptor', imageDescriptorBytes);
      add('colour table', colourTableBytes(packed));
      addSubBlocks('image data');
    } else {
      add('other bytes', otherBytes(file, start));
    }
  }
  return pieces;
}

/** Sizes in bytes of what each kind begins with; the header's signature is passed over. */
const layouts: Readonly<Record<string, { from: number; sizes: readonly (1 | 2)[] }>> = {
  header: { from: 6, sizes: [2, 2, 1, 1, 1] },
  'image descriptor': { from: 0, sizes: [1, 2, 2, 2, 2, 1] },
  // As a graphic control extension has it (23).
  extension: { from: 0, sizes: [1, 1, 1, 1, 2, 1, 1] },
  'image data': { from: 0, sizes: [1, 1, 1] },
  'other bytes': { from: 0, sizes: [1] },
};

function fields({ kind }: Piece): Field[] {
  const { from, sizes } = layouts[kind] ?? { from: 0, sizes: [] };
  let at = from;
  return sizes.map((bytes) => {
    const field: Field = { at, bytes, bigEndian: false };
    at += bytes;
    return field;
  });
}

/** Those of the canvas (18), and of each image (20). */
function resize({ kind, bytes }: Piece, width: number, height: number): Uint8Array {
  if (kind !== 'header' && kind !== 'image descriptor') return bytes;
  const at = kind === 'header' ? 6 : 5;
  const wide = withField(bytes, { at, bytes: 2, bigEndian: false }, width);
  return withField(wide, { at: at + 2, bytes: 2, bigEndian: false }, height);
}

function frame({ kind, bytes }: Piece, content: Uint8Array): Uint8Array {
  const before = bytesBeforeSubBlocks[kind];
  if (before === undefined) return content;
  const parts: (Uint8Array | readonly number[])[] = [bytes.subarray(0, before)];
  for (let at = 0; at < content.length; at += 255) {
    const part = content.subarray(at, at + 255);
    parts.push([part.length], part);
  }
  return joinBytes([...parts, [0]]);
}

/** GIF files: a header, colour tables, extensions and images. */
export const gifShape: Shape = { split, fields, resize, frame };
