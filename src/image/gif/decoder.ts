/**
 * Decodes a GIF's first frame, row by row, without ever keeping it whole.
 * Clauses are those of GIF89a.
 */
import { BoxReducer } from '../box-reducer.ts';
import type { PictureTarget } from '../picture-target.ts';
import { RepeatedRows } from '../repeated-rows.ts';
import { comparing } from '../same-bytes.ts';
import type { Work } from '../work-budget.ts';
import { gifProblem } from './blocks.ts';
import type { GifFrame, GifHeader } from './header.ts';
import { LzwDecoder } from './lzw.ts';

/** A frame of which less was decoded is refused. */
const minDecodedShare = 0.5;

/** What stands behind transparent pixels, and where the frame is not. */
const white = 255;

/** The colours of all indices that there can be, three bytes each. */
const paletteBytes = 3 * 256;

/**
 * Work for each byte of codes, each row, each of its pixels, which is compared, each pixel that is
 * followed through the table of strings, and each that is painted.
 */
const byteUnits = 25;
const rowUnits = 300;
const indexUnits = 0.5;
const followUnits = 2.5;
const paintUnits = 3;

/** The most memory that decoding takes, in bytes, beside the file and the target's own. */
export function gifMemoryBytes({ width, height, frame }: GifHeader, target: PictureTarget): number {
  // Two indices for each pixel of a row, and its colours.
  const rowBytes = 2 * frame.width + 3 * width;
  const reducerBytes = BoxReducer.memoryBytes(width, height, target);
  return reducerBytes + rowBytes + paletteBytes + LzwDecoder.memoryBytes;
}

/**
 * @param bytes the file that the header was read from
 * @returns whether some of the frame's data was missing or damaged
 * @throws AppError `image-decode-failed` where less than half of it is there, `too-much-work`
 */
export function decodeGif(
  bytes: Uint8Array,
  header: GifHeader,
  target: PictureTarget,
  work: Work,
): { truncated: boolean } {
  const { width, height, frame } = header;
  const reducer = new BoxReducer(width, height, target, work);
  const rows = new RepeatedRows(reducer);
  rows.row.fill(white);
  reducer.addRows(0, frame.top, rows.row);
  reducer.addRows(frame.top + frame.height, height, rows.row);
  const { decodedRows, complete } = decodeFrame(bytes, header, { reducer, rows, work });
  if (!complete && decodedRows < minDecodedShare * frame.height) {
    throw gifProblem(
      'Less than half of the picture of this GIF is there: it is cut short or damaged. Send the whole file, or save it again.',
    );
  }
  reducer.finish();
  return { truncated: !complete };
}

/** What a frame is decoded into. */
interface Destination {
  readonly reducer: BoxReducer;
  /** On their way to the reducer; white where the frame is not. */
  readonly rows: RepeatedRows;
  readonly work: Work;
}

/**
 * @returns how many of the frame's rows were decoded, and whether these are all that there should be
 */
function decodeFrame(
  bytes: Uint8Array,
  header: GifHeader,
  { reducer, rows, work }: Destination,
): { decodedRows: number; complete: boolean } {
  const { frame, dataStart, minCodeSize } = header;
  const { left, top, width, height } = frame;
  const palette = paletteOf(header);
  const decoder = new LzwDecoder(bytes, dataStart, minCodeSize);
  const indices = new Uint8Array(width);
  const paintedIndices = new Uint8Array(width);
  const isPainted = comparing(indices, paintedIndices);
  let hasPainted = false;
  const firstColumn = Math.max(reducer.firstColumn, left);
  const endColumn = Math.min(reducer.endColumn, left + width);
  let wanted = Math.min(reducer.endRow, top + height) - Math.max(reducer.firstRow, top);
  // Without the trailer, the file may be cut short, and where is to be found out.
  const mayStop = bytes.at(-1) === trailer;
  let decodedRows = 0;
  let complete = true;
  for (const y of storedRows(frame)) {
    if (wanted <= 0 && mayStop) break;
    work.charge(rowUnits + indexUnits * width);
    complete = decoder.readRow(indices);
    work.charge(followUnits * decoder.followedPixels + byteUnits * decoder.readBytes);
    if (!complete) break;
    decodedRows += 1;
    if (!reducer.wants(y)) continue;
    wanted -= 1;
    if (hasPainted && isPainted()) {
      rows.repeat(y);
      continue;
    }
    work.charge(paintUnits * (endColumn - firstColumn));
    rows.begin(y);
    const { row } = rows;
    let to = 3 * (firstColumn - reducer.firstColumn);
    for (let x = firstColumn; x < endColumn; x++, to += 3) {
      const from = 3 * indices[x - left];
      row[to] = palette[from];
      row[to + 1] = palette[from + 1];
      row[to + 2] = palette[from + 2];
    }
    paintedIndices.set(indices);
    hasPainted = true;
  }
  rows.finish();
  return { decodedRows, complete };
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
