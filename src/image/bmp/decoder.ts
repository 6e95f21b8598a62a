/** Decodes a BMP, row by row in the order in which they are stored. */
import { BoxReducer } from '../box-reducer.ts';
import type { PictureTarget } from '../picture-target.ts';
import { RepeatedRows } from '../repeated-rows.ts';
import { comparing } from '../same-bytes.ts';
import type { Work } from '../work-budget.ts';
import type { BmpHeader } from './header.ts';
import { Palette } from './palette.ts';
import { bmpProblem } from './problem.ts';
import { rowReader, rowSizes } from './rows.ts';
import { RunLengthDecoder } from './run-lengths.ts';

/** A picture of which less is there is refused. */
const minDecodedShare = 0.5;

/** Work for each byte of run lengths, each pixel of a row of indices, and each that is painted or put together from its channels. */
const byteUnits = 15;
const indexUnits = 0.5;
const paintUnits = 6;
const channelsUnits = 14;

/** The most memory that decoding takes, in bytes, beside the file and the target's own. */
export function bmpMemoryBytes({ width, height }: BmpHeader, target: PictureTarget): number {
  // Two indices for each pixel of a row, and its colours.
  const rowBytes = 2 * width + 3 * width;
  return BoxReducer.memoryBytes(width, height, target) + rowBytes + Palette.memoryBytes;
}

/**
 * @param bytes the file that the header was read from
 * @returns whether some of the wanted rows are missing
 * @throws AppError `image-decode-failed` where they are, and less than half of the picture is
 *   there; `too-much-work`
 */
export function decodeBmp(
  bytes: Uint8Array,
  header: BmpHeader,
  target: PictureTarget,
  work: Work,
): { truncated: boolean } {
  const { width, height, topDown, runLengths } = header;
  const rows = new BoxReducer(width, height, target, work);
  const wanted = topDown
    ? { first: rows.firstRow, end: rows.endRow }
    : { first: height - rows.endRow, end: height - rows.firstRow };
  const decode = runLengths ? decodeRunLengths : decodeRows;
  const thereRows = decode(bytes, header, rows, wanted, work);
  const truncated = thereRows < (runLengths ? wanted.end : height);
  if (truncated && thereRows < minDecodedShare * height) {
    throw bmpProblem(
      'Less than half of the picture of this BMP is there: it is cut short. Send the whole file.',
    );
  }
  rows.finish();
  return { truncated };
}

/** Rows in the order in which they are stored: the first one is in it, the end is not. */
interface StoredRows {
  readonly first: number;
  readonly end: number;
}

/** Which of the picture's rows a stored one is. */
function pictureRow({ topDown, height }: BmpHeader, storedRow: number): number {
  return topDown ? storedRow : height - 1 - storedRow;
}

/** @returns how many rows the file has */
function decodeRows(
  bytes: Uint8Array,
  header: BmpHeader,
  rows: BoxReducer,
  wanted: StoredRows,
  work: Work,
): number {
  const { firstColumn, endColumn } = rows;
  const { pixelStart } = header;
  const { rowBytes, pitch } = rowSizes(header);
  // The last row may be without what fills up its last word.
  const thereRows = Math.floor((bytes.length - pixelStart + pitch - rowBytes) / pitch);
  const end = Math.min(wanted.end, thereRows);
  const read = rowReader(bytes, header);
  const row = new Uint8Array(3 * (endColumn - firstColumn));
  const pixelUnits = header.channels === undefined ? paintUnits : channelsUnits;
  for (let storedRow = wanted.first; storedRow < end; storedRow++) {
    work.charge(pixelUnits * (endColumn - firstColumn));
    read({ start: pixelStart + storedRow * pitch, firstColumn, endColumn, row });
    rows.add(pictureRow(header, storedRow), row);
  }
  return thereRows;
}

/** @returns how many rows the file has, as far as they are wanted */
function decodeRunLengths(
  bytes: Uint8Array,
  header: BmpHeader,
  reducer: BoxReducer,
  wanted: StoredRows,
  work: Work,
): number {
  const { firstColumn, endColumn } = reducer;
  const { width, pixelStart } = header;
  work.charge(byteUnits * (bytes.length - pixelStart));
  const decoder = new RunLengthDecoder(bytes, header);
  const palette = new Palette(header);
  const rows = new RepeatedRows(reducer);
  const indices = new Uint8Array(width);
  const paintedIndices = new Uint8Array(width);
  const isPainted = comparing(indices, paintedIndices);
  let storedRow = 0;
  while (storedRow < wanted.end) {
    work.charge(indexUnits * width);
    const count = decoder.readRows(indices, wanted.end - storedRow);
    if (count === 0) break;
    const end = storedRow + count;
    for (let at = Math.max(storedRow, wanted.first); at < end; at++) {
      const y = pictureRow(header, at);
      if (at > wanted.first && (at > storedRow || isPainted())) {
        rows.repeat(y);
        continue;
      }
      work.charge(paintUnits * (endColumn - firstColumn));
      rows.begin(y);
      palette.paint(indices, firstColumn, endColumn, rows.row);
      paintedIndices.set(indices);
    }
    storedRow = end;
  }
  rows.finish();
  return storedRow;
}
