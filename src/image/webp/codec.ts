import { BoxReducer } from '../box-reducer.ts';
import type { ImageCodec, OpenImage } from '../codec.ts';
import { type Orientation, readExifOrientation } from '../orientation.ts';
import type { PictureTarget } from '../picture-target.ts';
import type { HonestWork, Work } from '../work-budget.ts';
import { AlphaPlane, alphaMemoryBytes } from './alpha.ts';
import { readWebpFile, type WebpFile, type WebpFrame } from './container.ts';
import { keepsContainerRules } from './container-rules.ts';
import { FrameRows } from './frame-rows.ts';
import { decodeLossless } from './lossless-rows.ts';
import { webpProblem } from './problem.ts';
import { decodeVp8, vp8MemoryBytes } from './vp8/decoder.ts';
import { losslessMemoryBytes } from './vp8l/decoder.ts';

/** A picture of which less is there is refused. */
const minDecodedShare = 0.5;

/** Lossless photos take 50 to 250 units a byte, lossy ones 200, and enlarged ones of few bytes up to 2,000; all take 5 to 45 a pixel. */
const losslessWork: HonestWork = { unitsPerByte: 1200, usualUnitsPerByte: 250, unitsPerPixel: 60 };
const lossyWork: HonestWork = { unitsPerByte: 2200, usualUnitsPerByte: 250, unitsPerPixel: 60 };

/** WebP through the decoder of our own; of animations, the first frame. */
export const webpCodec: ImageCodec = {
  open(bytes: Uint8Array): OpenImage {
    const file = readWebpFile(bytes);
    return {
      width: file.width,
      height: file.height,
      orientation: orientationOf(file),
      honestWork: file.frame.isLossless ? losslessWork : lossyWork,
      memoryBytes: (target) => webpMemoryBytes(file, target),
      decode: (target, work) => {
        const { truncated } = decodeWebp(file, target, work);
        return { truncated: truncated || !keepsContainerRules(bytes, work) };
      },
    };
  },
};

/** What some writers put in front of EXIF data, as it is in a JPEG. */
const exifPrefix = [0x45, 0x78, 0x69, 0x66, 0, 0];

function orientationOf({ exif }: WebpFile): Orientation {
  if (exif === undefined) return 1;
  const hasPrefix = exifPrefix.every((byte, i) => exif[i] === byte);
  return readExifOrientation(hasPrefix ? exif.subarray(exifPrefix.length) : exif);
}

function webpMemoryBytes({ width, height, frame }: WebpFile, target: PictureTarget): number {
  return (
    BoxReducer.memoryBytes(width, height, target) +
    FrameRows.memoryBytes(width) +
    frameMemoryBytes(frame)
  );
}

function frameMemoryBytes({ place, isLossless, data, alpha }: WebpFrame): number {
  const { width, height } = place;
  if (isLossless) return losslessMemoryBytes(data.length, width, height);
  const alphaBytes = alpha === undefined ? 0 : alphaMemoryBytes(alpha, width, height);
  return vp8MemoryBytes(width) + alphaBytes;
}

function decodeWebp(file: WebpFile, target: PictureTarget, work: Work): { truncated: boolean } {
  const { width, height, frame } = file;
  const reducer = new BoxReducer(width, height, target, work);
  const rows = new FrameRows(reducer, frame.place);
  // What may be cut short is read to its end, to find out where that is.
  const endRow = frame.isWhole ? rows.endRow : frame.place.height;
  const decodedRows = decodeFrame(frame, rows, endRow, work);
  const truncated = decodedRows < endRow;
  if (truncated && decodedRows < minDecodedShare * frame.place.height) {
    throw webpProblem(
      'Less than half of the picture of this WebP is there: it is cut short or damaged. Send the whole file, or save it again.',
    );
  }
  rows.addSurroundings();
  reducer.finish();
  return { truncated };
}

/**
 * @param endRow of the frame, up to which it is decoded
 * @returns how many of its rows were decoded
 */
function decodeFrame(
  { data, alpha, isLossless, place }: WebpFrame,
  rows: FrameRows,
  endRow: number,
  work: Work,
): number {
  const { width, height } = place;
  if (isLossless) return decodeLossless(data, place, { rows, endRow, work });
  const plane = alpha === undefined ? undefined : new AlphaPlane(alpha, width, height, work);
  return decodeVp8(data, rows, plane, { endRow, work });
}
