/** What libwebp makes of a WebP, by way of sharp. */
import sharp from 'sharp';
import { expect } from 'vitest';
import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { webpCodec } from '../../../src/image/webp/codec.ts';
import { decodeStored } from '../decoded.ts';

/** The first frame, in front of white: rounded, as it is said in the common rule for transparency. */
export async function decodeWithSharp(bytes: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 3) return { width, height, pixels: new Uint8Array(data) };
  const pixels = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = data[pixel * 4 + 3];
    for (let channel = 0; channel < 3; channel++) {
      const sum = data[pixel * 4 + channel] * alpha + 255 * (255 - alpha);
      pixels[pixel * 3 + channel] = Math.round(sum / 255);
    }
  }
  return { width, height, pixels };
}

/** @throws AssertionError where the picture isn't complete, or differs by as much as a bit */
export function expectPicture(bytes: Uint8Array, expected: RgbImage, what?: string): void {
  const { width, height, pixels, truncated } = decodeStored(webpCodec, bytes);
  expect({ width, height, truncated }, what).toEqual({
    width: expected.width,
    height: expected.height,
    truncated: false,
  });
  expect(Buffer.compare(pixels, expected.pixels), what).toBe(0);
}

/** @throws AssertionError where ours and libwebp's pictures are not the same */
export async function expectLikeSharp(bytes: Uint8Array, what?: string): Promise<void> {
  expectPicture(bytes, await decodeWithSharp(bytes), what);
}

/** Whether libwebp takes a file for whole. */
export async function isReadByLibwebp(bytes: Uint8Array): Promise<boolean> {
  try {
    await sharp(bytes).raw().toBuffer();
    return true;
  } catch (error) {
    if (error instanceof Error && /webp/.test(error.message)) return false;
    throw error;
  }
}
