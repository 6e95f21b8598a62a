/**
 * Reads what a GIF file says of its first frame, and decodes nothing. Clauses
 * are those of GIF89a (https://www.w3.org/Graphics/GIF/spec-gif89a.txt).
 */
import { hasText } from '../signature.ts';
import { endOfSubBlocks, gifProblem, graphicControlLabel, introducer } from './blocks.ts';

/** The first frame: a rectangle of the picture, in pixels. */
export interface GifFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Whether its rows come in four passes (appendix E). */
  readonly interlaced: boolean;
}

export interface GifHeader {
  /** Pixels, 1 or more. */
  readonly width: number;
  readonly height: number;
  readonly frame: GifFrame;
  /** Colours of the table that the frame uses, three bytes each; a part of the file. */
  readonly colorTable: Uint8Array;
  /** The index that leaves a pixel as it is; undefined where each has a colour. */
  readonly transparentIndex: number | undefined;
  /** Bits of the indices that are compressed, 1 to 8. */
  readonly minCodeSize: number;
  /** Where the sub-blocks of compressed indices begin. */
  readonly dataStart: number;
}

/** "GIF" and three bytes of version; screen sides, flags, background, aspect ratio (clauses 17 and 18). */
const screenBytes = 13;

/** Left, top, width, height, flags, behind the introducer (clause 20). */
const descriptorBytes = 9;

/** Bits of the flags of a screen and of an image descriptor. */
const hasColorTable = 0x80;
const isInterlaced = 0x40;

/** Whether a file is a GIF, by its first bytes. */
export function looksLikeGif(bytes: Uint8Array): boolean {
  return hasText(bytes, 0, 'GIF87a') || hasText(bytes, 0, 'GIF89a');
}

/**
 * @param bytes the file, beginning with its signature
 * @throws AppError `image-decode-failed`, where the file ends or makes no
 *   sense before its first frame's data, or where that frame can't be decoded
 */
export function readGifHeader(bytes: Uint8Array): GifHeader {
  const screenFlags = bytes[10];
  const globalTable = readColorTable(bytes, screenBytes, screenFlags);
  const { descriptorStart, transparentIndex } = findFrame(bytes, screenBytes + globalTable.length);
  const dataStart = descriptorStart + descriptorBytes;
  const [left, top, width, height] = [0, 2, 4, 6].map((at) => word(bytes, descriptorStart + at));
  const frameFlags = bytes[descriptorStart + 8];
  const localTable = readColorTable(bytes, dataStart, frameFlags);
  const minCodeSize = bytes[dataStart + localTable.length];
  if (minCodeSize === undefined) {
    throw gifProblem('This GIF ends before its pixels begin. Send the whole file.');
  }
  if (width === 0 || height === 0) {
    throw gifProblem(`The first frame of this GIF is ${width} x ${height} pixels.`);
  }
  const colorTable = localTable.length > 0 ? localTable : globalTable;
  if (colorTable.length === 0) {
    throw gifProblem('This GIF has no colour table, so that its colours are unknown.');
  }
  // Clause 22 and appendix F name 2 to 8. Writers of two colours have used 1; browsers take it too.
  if (minCodeSize < 1 || minCodeSize > 8) {
    throw gifProblem(`This GIF has an LZW code size of ${minCodeSize}; 2 to 8 are expected.`);
  }
  return {
    // A first frame that doesn't fit enlarges the screen, as in browsers and libvips.
    width: Math.max(word(bytes, 6), left + width),
    height: Math.max(word(bytes, 8), top + height),
    frame: { left, top, width, height, interlaced: (frameFlags & isInterlaced) > 0 },
    colorTable,
    transparentIndex,
    minCodeSize,
    dataStart: dataStart + localTable.length + 1,
  };
}

/** Little-endian (clause 4); of 0s behind the file's end, which is found out where that matters. */
function word(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

/** A table of 2, 4, ... or 256 colours (clauses 19 and 21); empty where the flags announce none. */
function readColorTable(bytes: Uint8Array, from: number, flags: number): Uint8Array {
  const length = (flags & hasColorTable) > 0 ? 3 << ((flags & 7) + 1) : 0;
  return bytes.subarray(from, from + length);
}

/**
 * Passes over extensions up to the first frame. Of several Graphic Control
 * Extensions the last one counts.
 */
function findFrame(
  bytes: Uint8Array,
  from: number,
): { descriptorStart: number; transparentIndex: number | undefined } {
  let transparentIndex: number | undefined;
  let at = from;
  while (bytes[at] === introducer.extension) {
    // Its size, then flags, of which the lowest says whether the fourth byte is an index (clause 23).
    if (bytes[at + 1] === graphicControlLabel && bytes[at + 2] >= 4) {
      transparentIndex = (bytes[at + 3] & 1) > 0 ? bytes[at + 6] : undefined;
    }
    at = endOfSubBlocks(bytes, at + 2);
  }
  if (bytes[at] !== introducer.image) {
    throw gifProblem(
      'This GIF holds no picture: it ends, or is damaged, before its first frame. It may be cut short; send the whole file.',
    );
  }
  return { descriptorStart: at + 1, transparentIndex };
}
