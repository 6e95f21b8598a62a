import type { ImageCodec, OpenImage } from '../codec.ts';
import { decodeGif, gifMemoryBytes } from './decoder.ts';
import { readGifHeader } from './header.ts';

/** GIF through the decoder of our own; of animations, the first frame. */
export const gifCodec: ImageCodec = {
  open(bytes: Uint8Array): OpenImage {
    const header = readGifHeader(bytes);
    return {
      width: header.width,
      height: header.height,
      orientation: 1,
      // Photos take 40 to 250 units a byte, and 8 to 32 a pixel.
      honestWork: { unitsPerByte: 400, usualUnitsPerByte: 200, unitsPerPixel: 40 },
      memoryBytes: (target) => gifMemoryBytes(header, target),
      decode: (target, work) => decodeGif(bytes, header, target, work),
    };
  },
};
