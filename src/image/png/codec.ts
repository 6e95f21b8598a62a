import type { ImageCodec, OpenImage } from '../codec.ts';
import { readExifOrientation } from '../orientation.ts';
import { decodeBytes, decodePng } from './decoder.ts';
import { readPngHeader } from './header.ts';

/** PNG through the decoder of our own, which keeps only what the target wants. Of an APNG, its default image. */
export const pngCodec: ImageCodec = {
  open(bytes: Uint8Array): OpenImage {
    const header = readPngHeader(bytes);
    const { width, height, exif } = header;
    return {
      width,
      height,
      orientation: exif === undefined ? 1 : readExifOrientation(exif),
      // Photos take 10 to 140 units a byte (screenshots, too), and 15 to 45 a pixel; those of 16 bits the most.
      honestWork: { unitsPerByte: 300, usualUnitsPerByte: 150, unitsPerPixel: 60 },
      memoryBytes: (target) => decodeBytes(header, target),
      decode: (target, work) => decodePng(bytes, header, target, work),
    };
  },
};
