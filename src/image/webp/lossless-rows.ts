import { comparing } from '../same-bytes.ts';
import type { Work } from '../work-budget.ts';
import type { FramePlace, FrameRows } from './frame-rows.ts';
import { BitReader } from './vp8l/bit-reader.ts';
import { LosslessDecoder } from './vp8l/decoder.ts';
import { losslessHeaderBytes } from './vp8l/header.ts';
import { onWhite } from './white-background.ts';

/** Work for each byte of the chunk. */
const byteUnits = 12;

/** Work for each pixel that is made a colour on white. */
const pixelUnits = 4;

/** Where a frame's rows go. */
interface Destination {
  readonly rows: FrameRows;
  /** Of the frame, up to which it is decoded. */
  readonly endRow: number;
  readonly work: Work;
}

/**
 * Decodes a lossless frame.
 *
 * @param data of a `VP8L` chunk, as much of it as there is
 * @returns how many of the frame's rows were decoded
 * @throws AppError `image-decode-failed` where what stands in front of the pixels can't be read,
 *   `too-much-work`
 */
export function decodeLossless(
  data: Uint8Array,
  { width, height }: FramePlace,
  { rows, endRow, work }: Destination,
): number {
  work.charge(byteUnits * data.length);
  const reader = new BitReader(data.subarray(losslessHeaderBytes));
  const decoder = new LosslessDecoder(reader, width, height, work);
  const { firstColumn, endColumn, pixels } = rows;
  const { row } = decoder;
  const paintedRow = new Int32Array(width);
  const isPainted = comparing(new Uint8Array(row.buffer), new Uint8Array(paintedRow.buffer));
  // The rows that look like `pixels` and weren't added yet.
  let first = 0;
  let end = 0;
  let y = 0;
  while (y < endRow && decoder.readRow()) {
    const next = decoder.repeatsFirstRow ? endRow : y + 1;
    if (rows.wants(y) || next > y + 1) {
      if (end === 0 || !isPainted()) {
        rows.addRows(first, end);
        first = y;
        work.charge(pixelUnits * (endColumn - firstColumn));
        writePixels(row, firstColumn, endColumn, pixels);
        paintedRow.set(row);
      }
      end = next;
    }
    y = next;
  }
  rows.addRows(first, end);
  return y;
}

/** Whether all is opaque is only a hint in the header, which isn't looked at (RFC 9649, 3.4). */
function writePixels(
  row: Int32Array,
  firstColumn: number,
  endColumn: number,
  pixels: Uint8Array,
): void {
  for (let x = firstColumn, to = 0; x < endColumn; x++, to += 3) {
    const argb = row[x];
    const alpha = argb >>> 24;
    if (alpha === 255) {
      pixels[to] = argb >> 16;
      pixels[to + 1] = argb >> 8;
      pixels[to + 2] = argb;
    } else {
      pixels[to] = onWhite((argb >> 16) & 0xff, alpha);
      pixels[to + 1] = onWhite((argb >> 8) & 0xff, alpha);
      pixels[to + 2] = onWhite(argb & 0xff, alpha);
    }
  }
}
