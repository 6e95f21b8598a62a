import type { ImageCodec, OpenImage } from '../codec.ts';
import { decodeGif, gifMemoryBytes } from './decoder.ts';
import { readGifHeader } from './header.ts';

/** GIF through the decoder of our own; of animations, the first frame. */
export const gifCodec: ImageCodec = {
  // Photos take 60 to 210: a code of a dozen bits stands for up to 4,096 pixels.
  unitsPerByte: 400,
  open(bytes: Uint8Array): OpenImage {
    const header = readGifHeader(bytes);
    return {
      width: header.width,
      height: header.height,
      orientation: 1,
      memoryBytes: (target) => gifMemoryBytes(header, target),
      decode: (target, work) => decodeGif(bytes, header, target, work),
    };
  },
};
