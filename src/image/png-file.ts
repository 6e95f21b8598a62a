import { encode } from 'fast-png';
import type { RgbImage } from './rgb-image.ts';

/** A picture as a PNG file: 8-bit RGB, without an alpha channel. */
export function encodePng({ width, height, pixels }: RgbImage): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encode({ width, height, data: pixels, channels: 3, depth: 8 }));
}
