import type { ImageCodec, OpenImage } from '../codec.ts';
import { bmpMemoryBytes, decodeBmp } from './decoder.ts';
import { readBmpHeader } from './header.ts';

/** BMP through the decoder of our own. */
export const bmpCodec: ImageCodec = {
  open(bytes: Uint8Array): OpenImage {
    const header = readBmpHeader(bytes);
    return {
      width: header.width,
      height: header.height,
      orientation: 1,
      // A photo of 8 bits takes 150 units a byte as run lengths, and 16 a pixel with alpha.
      honestWork: { unitsPerByte: 400, usualUnitsPerByte: 210, unitsPerPixel: 20 },
      memoryBytes: (target) => bmpMemoryBytes(header, target),
      decode: (target, work) => decodeBmp(bytes, header, target, work),
    };
  },
};
