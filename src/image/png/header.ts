/**
 * Reads what a PNG file says of its picture, and decodes nothing. Clauses are
 * those of the W3C PNG Third Edition (https://www.w3.org/TR/png-3/).
 */
import { startsWith } from '../signature.ts';
import {
  type Chunk,
  chunkAt,
  chunkName,
  chunkTypes,
  isCritical,
  maxNumber,
  pngProblem,
  readUint32,
  signature,
} from './chunks.ts';

/** What the samples of a pixel are (11.2.1, table 9). */
export const colorTypes = {
  gray: 0,
  rgb: 2,
  indexed: 3,
  grayAlpha: 4,
  rgba: 6,
} as const;
export type ColorType = (typeof colorTypes)[keyof typeof colorTypes];

/** Samples a pixel, and the sizes that they may have. */
const layouts: Record<ColorType, { channels: number; bitDepths: readonly number[] }> = {
  [colorTypes.gray]: { channels: 1, bitDepths: [1, 2, 4, 8, 16] },
  [colorTypes.rgb]: { channels: 3, bitDepths: [8, 16] },
  [colorTypes.indexed]: { channels: 1, bitDepths: [1, 2, 4, 8] },
  [colorTypes.grayAlpha]: { channels: 2, bitDepths: [8, 16] },
  [colorTypes.rgba]: { channels: 4, bitDepths: [8, 16] },
};

/** The contents of the image header chunk, IHDR (11.2.1). */
interface ImageHeader {
  /** Pixels as stored, 1 or more. */
  readonly width: number;
  readonly height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  readonly bitDepth: number;
  readonly colorType: ColorType;
  /** Stored in the seven passes of Adam7 (8.1). */
  readonly interlaced: boolean;
}

export interface PngHeader extends ImageHeader {
  /** Red, green and blue of up to 256 colours; of indexed pictures only. */
  readonly palette: Uint8Array;
  /** The contents of tRNS (11.3.1.1); empty where there is none. */
  readonly transparency: Uint8Array;
  /** The contents of eXIf (11.3.4.5), a TIFF file in itself; undefined where there is none. */
  readonly exif: Uint8Array | undefined;
  /** Where the first chunk of the picture's data begins. */
  readonly dataStart: number;
  /** Whether the file has its last chunk (IEND); one without may be cut short. */
  readonly hasEnd: boolean;
}

/** Bits a pixel: 1 to 64. */
export function bitsPerPixel({ colorType, bitDepth }: ImageHeader): number {
  return layouts[colorType].channels * bitDepth;
}

/** By half of the signature: a file of which a transfer changed the other half is a damaged PNG, and no other format. */
export function looksLikePng(bytes: Uint8Array): boolean {
  return startsWith(bytes, signature.slice(0, 4));
}

/**
 * @param bytes the whole file
 * @throws AppError `image-decode-failed` where the header contradicts itself,
 *   where the file has no data, or where it is of a kind that can't be read
 */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  if (!startsWith(bytes, signature)) {
    throw pngProblem(
      'The first bytes of this PNG are damaged, as they are when a file is sent as if it were text. Send it as binary data.',
    );
  }
  const first = chunkAt(bytes, signature.length);
  if (first?.type === chunkTypes.appleHeader) {
    throw pngProblem(
      "This PNG is in Apple's own variant for apps (CgBI), which other programs don't read. Send the original, or convert it back with pngcrush -revert-iphone-optimizations.",
    );
  }
  if (first?.type !== chunkTypes.header) {
    throw pngProblem(
      'This PNG does not begin with a header (IHDR). It may be cut short; send the whole file.',
    );
  }
  const imageHeader = readImageHeader(bytes.subarray(first.start, first.end));
  const header = { ...imageHeader, ...readOtherChunks(bytes, first.next) };
  if (header.colorType === colorTypes.indexed) checkPalette(header.palette);
  return header;
}

function readImageHeader(data: Uint8Array): ImageHeader {
  if (data.length !== 13) throw pngProblem('The header of this PNG is not 13 bytes long.');
  const width = readUint32(data, 0);
  const height = readUint32(data, 4);
  const [bitDepth, type, compression, filter, interlace] = data.subarray(8);
  if (width === 0 || height === 0) {
    throw pngProblem(
      `This PNG says that it is 0 pixels ${width === 0 ? 'wide' : 'high'}, and holds no picture.`,
    );
  }
  if (width > maxNumber || height > maxNumber) {
    throw pngProblem('This PNG says that it has a side of more pixels than PNG can have.');
  }
  const colorType = Object.values(colorTypes).find((known) => known === type);
  if (colorType === undefined) {
    throw pngProblem(`This PNG has the colour type ${type}; 0, 2, 3, 4 and 6 exist.`);
  }
  const { bitDepths } = layouts[colorType];
  if (!bitDepths.includes(bitDepth)) {
    throw pngProblem(
      `This PNG has ${bitDepth} bits a sample, which its colour type does not have.`,
    );
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw pngProblem(
      'This PNG is compressed, filtered or interlaced by a method that PNG does not have.',
    );
  }
  return { width, height, bitDepth, colorType, interlaced: interlace === 1 };
}

/** What stands in other chunks than the header and the data: of each the first counts. */
function readOtherChunks(bytes: Uint8Array, from: number): Omit<PngHeader, keyof ImageHeader> {
  let palette: Chunk | undefined;
  let transparency: Chunk | undefined;
  let exif: Chunk | undefined;
  let dataStart = 0;
  let chunk = chunkAt(bytes, from);
  for (let at = from; chunk !== undefined && chunk.type !== chunkTypes.imageEnd; ) {
    const { type } = chunk;
    // This one may stand before the data or behind it (5.6). What else is behind it changes no pixel.
    if (type === chunkTypes.exif) exif ??= chunk;
    else if (dataStart === 0) {
      if (type === chunkTypes.imageData) dataStart = at;
      else if (type === chunkTypes.palette) palette ??= chunk;
      else if (type === chunkTypes.transparency) transparency ??= chunk;
      else if (isCritical(type)) throw unknownChunk(type);
    }
    at = chunk.next;
    chunk = chunkAt(bytes, at);
  }
  if (dataStart === 0) {
    throw pngProblem(
      'This PNG holds no picture: it ends, or holds something else than chunks, before its data (IDAT). It may be cut short; send the whole file.',
    );
  }
  const contents = (found: Chunk | undefined): Uint8Array | undefined =>
    found && bytes.subarray(found.start, found.end);
  const none = bytes.subarray(0, 0);
  return {
    palette: contents(palette) ?? none,
    transparency: contents(transparency) ?? none,
    exif: contents(exif),
    dataStart,
    hasEnd: chunk !== undefined,
  };
}

function unknownChunk(type: number): Error {
  if (type === chunkTypes.header) return pngProblem('This PNG holds more than one header (IHDR).');
  return pngProblem(
    `This PNG holds a chunk of the type ${chunkName(type)}, without which it can't be understood, and which PNG does not have.`,
  );
}

function checkPalette({ length }: Uint8Array): void {
  if (length === 0) {
    throw pngProblem(
      'The pixels of this PNG are numbers of colours, but the palette of the colours (PLTE) is missing before its data.',
    );
  }
  if (length % 3 !== 0 || length > 256 * 3) {
    throw pngProblem(
      `The palette of this PNG is ${length} bytes long; 3 bytes for each of up to 256 colours are expected.`,
    );
  }
}
