/**
 * A PNG decoder that holds two rows of the picture at once, written from the
 * W3C PNG Third Edition: all colour types and bit depths, interlaced or not.
 */
import { BoxReducer } from '../box-reducer.ts';
import type { PictureTarget } from '../picture-target.ts';
import { RepeatedRows } from '../repeated-rows.ts';
import type { Work } from '../work-budget.ts';
import { pngProblem } from './chunks.ts';
import { areDecisiveChunksSound } from './decisive-chunks.ts';
import type { PngHeader } from './header.ts';
import { type Pass, passesOf } from './passes.ts';
import { createExpansion, type Expansion, expansionBytes } from './pixels.ts';
import { RowReader } from './rows.ts';

/** A picture of which less was decoded is refused. */
const minDecodedShare = 0.5;

/** Work for each pixel that is made 8-bit RGB, of samples of up to 8 bits and of 16. */
const pixelUnits = 4;
const pixelUnits16 = 12;

/** The most memory that {@link decodePng} takes, in bytes. */
export function decodeBytes(header: PngHeader, target: PictureTarget): number {
  const { width, height } = header;
  return (
    BoxReducer.memoryBytes(width, height, target) +
    RowReader.memoryBytes(header) +
    expansionBytes(width) +
    RepeatedRows.memoryBytes(width)
  );
}

/**
 * @param bytes the whole file; read only
 * @param header what was read of it
 * @returns whether the file is cut short, some of the wanted picture's data is damaged, or what
 *   stands in front of it is
 * @throws AppError `image-decode-failed` where less than half of the picture is there,
 *   `too-much-work`
 */
export function decodePng(
  bytes: Uint8Array,
  header: PngHeader,
  target: PictureTarget,
  work: Work,
): { truncated: boolean } {
  const { width, height, interlaced, hasEnd } = header;
  const reducer = new BoxReducer(width, height, target, work);
  const rows = new RowReader(bytes, header, work);
  const expansion = createExpansion(header, reducer.endColumn - reducer.firstColumn);
  const passes = passesOf(width, height, interlaced);
  const destination = {
    reducer,
    repeated: new RepeatedRows(reducer),
    expansion,
    expansionUnits: header.bitDepth === 16 ? pixelUnits16 : pixelUnits,
    work,
  };
  let decodedPixels = 0;
  let isWhole = true;
  for (const pass of passes) {
    const passWidth = pass.columnsBefore(width);
    // The last pass needn't be decoded below what is wanted. But where the file may be cut short,
    // that is to be found out.
    const isLast = pass === passes.at(-1);
    const allRows = pass.rowsBefore(height);
    const needed = hasEnd && isLast ? pass.rowsBefore(reducer.endRow) : allRows;
    const { decoded, reached } = decodePass(pass, passWidth, needed, rows, destination);
    decodedPixels += decoded * passWidth;
    if (decoded < needed) isWhole = false;
    if (reached < needed) break;
    // What stands behind the last row says whether the rows are right.
    if (isLast && needed === allRows && !rows.isSound()) isWhole = false;
  }
  if (!isWhole && decodedPixels < minDecodedShare * width * height) {
    throw pngProblem(
      'Less than half of the picture of this PNG is there: it is cut short or damaged. Send the whole file, or save it again.',
    );
  }
  reducer.finish();
  return { truncated: !isWhole || !areDecisiveChunksSound(bytes, header) };
}

/** What rows are made colours of, and where they go. */
interface Destination {
  readonly reducer: BoxReducer;
  readonly repeated: RepeatedRows;
  readonly expansion: Expansion;
  /** For each pixel. */
  readonly expansionUnits: number;
  readonly work: Work;
}

/** Rows of a pass. */
interface PassRows {
  /** Those that could be decoded. */
  readonly decoded: number;
  /** Those before the data ends, or is damaged for good; some may be damaged on their own. */
  readonly reached: number;
}

/** Decodes the needed rows of a pass, as far as they are there. */
function decodePass(
  pass: Pass,
  passWidth: number,
  neededRows: number,
  rows: RowReader,
  { reducer, repeated, expansion, expansionUnits, work }: Destination,
): PassRows {
  const { firstColumn, firstRow, stepAcross, stepDown } = pass;
  const first = pass.columnsBefore(reducer.firstColumn);
  const end = pass.columnsBefore(reducer.endColumn);
  let hasRow = false;
  rows.beginPass();
  let decoded = 0;
  let row = 0;
  for (; row < neededRows; row++) {
    const outcome = rows.next(passWidth, end);
    if (outcome === 'missing') break;
    if (outcome === 'damaged') continue;
    decoded += 1;
    const y = firstRow + row * stepDown;
    if (!reducer.wants(y)) continue;
    if (stepAcross === 1 && hasRow && rows.isRepeated) {
      repeated.repeat(y);
      continue;
    }
    work.charge(expansionUnits * (end - first));
    const rgb = expansion.expand(rows.row, rows.start, first, end);
    if (stepAcross === 1) {
      repeated.begin(y);
      repeated.row.set(rgb);
      hasRow = true;
    } else {
      reducer.addEvery(y, firstColumn + first * stepAcross, stepAcross, rgb);
    }
  }
  repeated.finish();
  return { decoded, reached: row };
}
