/**
 * Decodes a GIF's first frame, row by row, without ever keeping it whole.
 * Clauses are those of GIF89a.
 */
import { BoxReducer } from '../box-reducer.ts';
import type { PictureTarget } from '../picture-target.ts';
import { gifProblem } from './blocks.ts';
import type { GifFrame, GifHeader } from './header.ts';
import { LzwDecoder } from './lzw.ts';

/** A frame of which less was decoded is refused. */
const minDecodedShare = 0.5;

/** What stands behind transparent pixels, and where the frame is not. */
const white = 255;

/** The colours of all indices that there can be, three bytes each. */
const paletteBytes = 3 * 256;

/** The most memory that decoding takes, in bytes, beside the file and the target's own. */
export function gifMemoryBytes({ width, height, frame }: GifHeader, target: PictureTarget): number {
  // An index for each pixel of a row, and its colours.
  const rowBytes = frame.width + 3 * width;
  const reducerBytes = BoxReducer.memoryBytes(width, height, target);
  return reducerBytes + rowBytes + paletteBytes + LzwDecoder.memoryBytes;
}

/**
 * @param bytes the file that the header was read from
 * @returns whether some of the frame's data was missing or damaged
 * @throws AppError `image-decode-failed` where less than half of it is there
 */
export function decodeGif(
  bytes: Uint8Array,
  header: GifHeader,
  target: PictureTarget,
): { truncated: boolean } {
  const { width, height, frame } = header;
  const rows = new BoxReducer(width, height, target);
  const row = new Uint8Array(3 * (rows.endColumn - rows.firstColumn)).fill(white);
  for (let y = rows.firstRow; y < rows.endRow; y++) {
    if (y < frame.top || y >= frame.top + frame.height) rows.add(y, row);
  }
  const { decodedRows, complete } = decodeFrame(bytes, header, rows, row);
  if (!complete && decodedRows < minDecodedShare * frame.height) {
    throw gifProblem(
      'Less than half of the picture of this GIF is there: it is cut short or damaged. Send the whole file, or save it again.',
    );
  }
  rows.finish();
  return { truncated: !complete };
}

/**
 * @param row the picture's wanted columns, white, three bytes each
 * @returns how many of the frame's rows were decoded, and whether these are all that there should be
 */
function decodeFrame(
  bytes: Uint8Array,
  header: GifHeader,
  rows: BoxReducer,
  row: Uint8Array,
): { decodedRows: number; complete: boolean } {
  const { frame, dataStart, minCodeSize } = header;
  const { left, top, width, height } = frame;
  const palette = paletteOf(header);
  const decoder = new LzwDecoder(bytes, dataStart, minCodeSize);
  const indices = new Uint8Array(width);
  const firstColumn = Math.max(rows.firstColumn, left);
  const endColumn = Math.min(rows.endColumn, left + width);
  let wanted = Math.min(rows.endRow, top + height) - Math.max(rows.firstRow, top);
  // Without the trailer, the file may be cut short, and where is to be found out.
  const mayStop = bytes.at(-1) === trailer;
  let decodedRows = 0;
  for (const y of storedRows(frame)) {
    if (wanted <= 0 && mayStop) break;
    if (!decoder.readRow(indices)) return { decodedRows, complete: false };
    decodedRows += 1;
    if (!rows.wants(y)) continue;
    wanted -= 1;
    let to = 3 * (firstColumn - rows.firstColumn);
    for (let x = firstColumn; x < endColumn; x++, to += 3) {
      const from = 3 * indices[x - left];
      row[to] = palette[from];
      row[to + 1] = palette[from + 1];
      row[to + 2] = palette[from + 2];
    }
    rows.add(y, row);
  }
  return { decodedRows, complete: true };
}

/** What a GIF ends with (section 27). */
const trailer = 0x3b;

/** An index without a colour of its own is black, as in browsers and libvips. */
function paletteOf({ colorTable, transparentIndex }: GifHeader): Uint8Array {
  const palette = new Uint8Array(paletteBytes);
  palette.set(colorTable);
  if (transparentIndex !== undefined) {
    palette.fill(white, 3 * transparentIndex, 3 * transparentIndex + 3);
  }
  return palette;
}

/** Interlaced rows come in four passes (appendix E). */
const passes = [
  { first: 0, step: 8 },
  { first: 4, step: 8 },
  { first: 2, step: 4 },
  { first: 1, step: 2 },
] as const;
const onePass = [{ first: 0, step: 1 }] as const;

/** The picture's rows that the frame covers, in the order in which they are stored. */
function* storedRows({ top, height, interlaced }: GifFrame): Generator<number> {
  for (const { first, step } of interlaced ? passes : onePass) {
    for (let y = first; y < height; y += step) yield top + y;
  }
}
