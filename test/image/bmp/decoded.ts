import { expect } from 'vitest';
import { bmpCodec } from '../../../src/image/bmp/codec.ts';
import { looksLikeBmp } from '../../../src/image/bmp/header.ts';
import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { decodeStored } from '../decoded.ts';

/** @throws AssertionError where the picture isn't complete, or differs by as much as a bit */
export function expectPicture(bytes: Uint8Array, expected: RgbImage): void {
  expect(looksLikeBmp(bytes)).toBe(true);
  const { width, height, pixels, truncated } = decodeStored(bmpCodec, bytes);
  expect({ width, height, truncated }).toEqual({
    width: expected.width,
    height: expected.height,
    truncated: false,
  });
  expect(Buffer.compare(pixels, expected.pixels)).toBe(0);
}
