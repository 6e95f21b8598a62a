/** What the tests encode, and files that are committed. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import sharp, { type WebpOptions } from 'sharp';
import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { drawNoise } from '../jpeg/pictures.ts';

const variantsFolder = join(import.meta.dirname, '../../fixtures/webp-variants');

/** A file of test/fixtures/webp-variants; its README says how each was made. */
export function readVariant(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(variantsFolder, name)));
}

export const variants = globSync('*.webp', { cwd: variantsFolder })
  .map((path) => basename(path))
  .sort();

export async function encode(picture: RgbImage, options: WebpOptions): Promise<Uint8Array> {
  const { width, height, pixels } = picture;
  const raw = { width, height, channels: 3 } as const;
  return new Uint8Array(await sharp(pixels, { raw }).webp(options).toBuffer());
}

/** The picture with alpha of all levels: flat, soft and hard by columns. */
export async function encodeTransparent(
  picture: RgbImage,
  options: WebpOptions,
): Promise<Uint8Array> {
  const { width, height, pixels } = picture;
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const soft = Math.round((255 * (x + y)) / (width + height));
      const noise = pixels[at * 3];
      rgba.set(pixels.subarray(at * 3, at * 3 + 3), at * 4);
      rgba[at * 4 + 3] = [0, 255, soft, soft, noise][Math.floor((5 * x) / width)];
    }
  }
  const raw = { width, height, channels: 4 } as const;
  return new Uint8Array(await sharp(rgba, { raw }).webp(options).toBuffer());
}

/** Every kind of file that sharp writes, of a small picture. */
export async function encodeAllKinds(): Promise<{ name: string; bytes: Uint8Array }[]> {
  const picture = drawNoise(45, 38);
  return [
    { name: 'lossy', bytes: await encode(picture, { quality: 50 }) },
    { name: 'lossless', bytes: await encode(picture, { lossless: true }) },
    { name: 'lossy with alpha', bytes: await encodeTransparent(picture, { quality: 50 }) },
    { name: 'lossless with alpha', bytes: await encodeTransparent(picture, { lossless: true }) },
  ];
}
