import type { ImageCodec, OpenImage } from '../codec.ts';
import { readExifOrientation } from '../orientation.ts';
import type { PictureTarget } from '../picture-target.ts';
import { decodeJpeg } from './decoder.ts';
import { type Denominator, type FramePlan, frameBytes } from './frame.ts';
import { countFirstScanComponents, readExif, readJpegHeader } from './header.ts';

/** What decoding takes beside the frame, at most: tables, a chunk of the data and two rows of 65,535 pixels. */
const workingBytes = 1e6;

const denominators: readonly Denominator[] = [8, 4, 2, 1];

/** The smallest scale that is allowed; a JPEG is reduced alike across and down. */
export function denominatorFor({ maxReduction: { across, down } }: PictureTarget): Denominator {
  return denominators.find((denominator) => denominator <= Math.min(across, down)) ?? 1;
}

/** JPEG through the decoder of our own, which reduces while it decodes. */
export const jpegCodec: ImageCodec = {
  open(bytes: Uint8Array): OpenImage {
    const header = readJpegHeader(bytes);
    const exif = readExif(bytes);
    const isBanded =
      header.progressive || countFirstScanComponents(bytes) === header.components.length;
    const planFor = (target: PictureTarget): FramePlan => ({
      denominator: denominatorFor(target),
      isBanded,
    });
    return {
      width: header.width,
      height: header.height,
      orientation: exif === undefined ? 1 : readExifOrientation(exif),
      // Photos take 12 units a byte and 3 a pixel; what can't be reduced while it is decoded takes 60
      // to 200, and up to 100.
      honestWork: { unitsPerByte: 300, usualUnitsPerByte: 20, unitsPerPixel: 100 },
      memoryBytes: (target) => frameBytes(header, planFor(target)) + workingBytes,
      decode: (target, work) => decodeJpeg(bytes, header, planFor(target), target, work),
    };
  },
};
