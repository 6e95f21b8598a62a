import type { ImageCodec, OpenImage } from '../codec.ts';
import { bmpMemoryBytes, decodeBmp } from './decoder.ts';
import { readBmpHeader } from './header.ts';

/** BMP through the decoder of our own. */
export const bmpCodec: ImageCodec = {
  // Run lengths of drawings: whole rows in a few bytes.
  unitsPerByte: 300,
  open(bytes: Uint8Array): OpenImage {
    const header = readBmpHeader(bytes);
    return {
      width: header.width,
      height: header.height,
      orientation: 1,
      memoryBytes: (target) => bmpMemoryBytes(header, target),
      decode: (target, work) => decodeBmp(bytes, header, target, work),
    };
  },
};
