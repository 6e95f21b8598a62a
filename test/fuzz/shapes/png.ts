import { constants, crc32, deflateSync, inflateSync } from 'node:zlib';
import { byteMutators } from '../byte-mutators.ts';
import { type Field, withField } from '../field.ts';
import { joinBytes, maxFileBytes } from '../mutator.ts';
import type { Random } from '../random.ts';
import type { Piece, Shape } from './shape.ts';

const signatureBytes = 8;
/** Length and type before a chunk's data, and the check sum behind it (PNG, 5.3). */
const headBytes = 8;
const crcBytes = 4;

function split(file: Uint8Array): Piece[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const signature = file.subarray(0, signatureBytes);
  const pieces: Piece[] = [{ kind: 'signature', bytes: signature, content: signature }];
  for (let start = signatureBytes; start < file.length; ) {
    const whole = start + headBytes + crcBytes <= file.length;
    const length = whole ? view.getUint32(start) : file.length;
    const end = Math.min(start + headBytes + length + crcBytes, file.length);
    const bytes = file.subarray(start, end);
    const kind = whole ? new TextDecoder('latin1').decode(bytes.subarray(4, headBytes)) : 'rest';
    pieces.push({ kind, bytes, content: bytes.subarray(headBytes, -crcBytes) });
    start = end;
  }
  return pieces;
}

/** Sizes in bytes of what each chunk's data begins with. */
const layouts: Readonly<Record<string, readonly (1 | 2 | 4)[]>> = {
  IHDR: [4, 4, 1, 1, 1, 1, 1],
  PLTE: [1, 1, 1],
  tRNS: [2, 2, 2],
  bKGD: [2, 2, 2],
  pHYs: [4, 4, 1],
  acTL: [4, 4],
  fcTL: [4, 4, 4, 4, 4, 2, 2, 1, 1],
  fdAT: [4],
  eXIf: [4, 4, 2, 2, 2],
  // The zlib header (RFC 1950, 2.2), and the first block's (RFC 1951, 3.2.3).
  IDAT: [1, 1, 1, 2, 2],
};

function fields({ kind }: Piece): Field[] {
  if (kind === 'signature' || kind === 'rest') return [];
  const found: Field[] = [
    { at: 0, bytes: 4, bigEndian: true },
    { at: 4, bytes: 1, bigEndian: true },
  ];
  let at = headBytes;
  for (const bytes of layouts[kind] ?? []) {
    found.push({ at, bytes, bigEndian: true });
    at += bytes;
  }
  return found;
}

function resize(piece: Piece, width: number, height: number): Uint8Array {
  if (piece.kind !== 'IHDR') return piece.bytes;
  const wide = withField(piece.content, { at: 0, bytes: 4, bigEndian: true }, width);
  return frame(piece, withField(wide, { at: 4, bytes: 4, bigEndian: true }, height));
}

function chunk(type: Uint8Array, content: Uint8Array): Uint8Array {
  const bytes = joinBytes([new Uint8Array(4), type, content, new Uint8Array(crcBytes)]);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  view.setUint32(bytes.length - crcBytes, crc32(bytes.subarray(4, -crcBytes)));
  return bytes;
}

function frame({ kind, bytes }: Piece, content: Uint8Array): Uint8Array {
  if (kind === 'signature' || kind === 'rest') return bytes;
  return chunk(bytes.subarray(4, headBytes), content);
}

/** Chunks that claim more than there is keep their lengths. */
function seal(file: Uint8Array): Uint8Array {
  const pieces = split(file).map((piece) => {
    const { bytes, content } = piece;
    const isWhole = readLength(bytes) === content.length;
    return isWhole ? frame(piece, content) : bytes;
  });
  return joinBytes(pieces);
}

function readLength(bytes: Uint8Array): number {
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

const idat = new TextEncoder().encode('IDAT');

/** How many chunks of image data are written; more would only cost time. */
const maxChunks = 100;

/** The file with other image data, in as many IDAT chunks as chance will have it, empty ones too. */
function withImageData(file: Uint8Array, stream: Uint8Array, random: Random): Uint8Array {
  const pieces = split(file);
  const first = pieces.findIndex(({ kind }) => kind === 'IDAT');
  const most = random.pick([stream.length, stream.length, 1024, 16]);
  const chunks: Uint8Array[] = [];
  let at = 0;
  while (at < stream.length && chunks.length < maxChunks) {
    const end = Math.min(at + random.integer(0, most), stream.length);
    chunks.push(chunk(idat, stream.subarray(at, end)));
    at = end;
  }
  const rest = at < stream.length ? [chunk(idat, stream.subarray(at))] : [];
  const after = pieces.slice(first).filter(({ kind }) => kind !== 'IDAT');
  const bytesOf = ({ bytes }: Piece): Uint8Array => bytes;
  return joinBytes([
    ...pieces.slice(0, first).map(bytesOf),
    ...chunks,
    ...rest,
    ...after.map(bytesOf),
  ]);
}

/** What the IDAT chunks hold, uncompressed, as far as it can be; undefined where nothing can. */
function rowsOf(file: Uint8Array): Uint8Array | undefined {
  const parts = split(file)
    .filter(({ kind }) => kind === 'IDAT')
    .map(({ content }) => content);
  if (parts.length === 0) return undefined;
  try {
    return inflateSync(joinBytes(parts), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 2 ** 21,
    });
  } catch {
    // Data that zlib doesn't read has no rows to be changed.
    return undefined;
  }
}

function deflate(rows: Uint8Array, random: Random): Uint8Array {
  const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants;
  return deflateSync(rows, {
    level: random.integer(0, 9),
    windowBits: random.integer(9, 15),
    strategy: random.pick([Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE]),
  });
}

/** Blocks of nothing in whole bytes: four with the fixed code, or one that is stored (RFC 1951, 3.2.3). */
const emptyBlocks = [
  [0x02, 0x08, 0x20, 0x80, 0x00],
  [0x00, 0x00, 0x00, 0xff, 0xff],
] as const;

/** Work that brings no pixels, before the first block and behind the zlib header. */
function addEmptyBlocks(file: Uint8Array, random: Random): Uint8Array {
  const rows = rowsOf(file);
  if (rows === undefined) return file;
  const stream = deflateSync(rows);
  const block = random.pick(emptyBlocks);
  const count = random.pick([1, 100, 10_000, Math.floor(maxFileBytes / block.length)]);
  const blocks = Array.from({ length: count }, () => block);
  const longer = joinBytes([stream.subarray(0, 2), ...blocks, stream.subarray(2)]);
  return withImageData(file, longer, random);
}

/** PNG files: a signature and chunks. */
export const pngShape: Shape = {
  split,
  fields,
  resize,
  frame,
  seal,
  mutators: {
    'change the rows before compression': (file, random, other) => {
      const rows = rowsOf(file);
      if (rows === undefined) return file;
      const mutate = random.pick(Object.values(byteMutators));
      return withImageData(file, deflate(mutate(rows, random, other), random), random);
    },
    'add empty blocks': addEmptyBlocks,
    'compress again': (file, random) => {
      const rows = rowsOf(file);
      return rows === undefined ? file : withImageData(file, deflate(rows, random), random);
    },
    'add data behind the rows': (file, random) => {
      const rows = rowsOf(file);
      if (rows === undefined) return file;
      const more = new Uint8Array(random.pick([1, 1000, 2 ** 20, 2 ** 24]));
      return withImageData(file, deflateSync(joinBytes([rows, more])), random);
    },
  },
};
