/** What the tests encode, and files that are committed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type JpegOptions } from 'sharp';
import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { seededRandom } from '../../../src/seeded-random.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');

/** A file of test/fixtures/jpeg-variants; its README says how each was made. */
export function readVariant(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(fixtures, 'jpeg-variants', name)));
}

/** The pixels of a valid fixture, or of its upper left corner. */
export async function fixturePixels(
  name: string,
  size?: { width: number; height: number },
): Promise<RgbImage> {
  const photo = sharp(join(fixtures, 'valid/jpeg', name))
    .toColourspace('srgb')
    .removeAlpha();
  if (size !== undefined) photo.extract({ left: 0, top: 0, ...size });
  const { data, info } = await photo.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: new Uint8Array(data) };
}

/** Gradients in three directions under noise from a seed: edges, flat areas and all that is between. */
export function drawNoise(width: number, height: number, seed = 1): RgbImage {
  const random = seededRandom(seed);
  const pixels = new Uint8Array(width * height * 3);
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [column / width, row / height];
      for (const level of [x, y, (2 - x - y) / 2]) pixels[at++] = level * 190 + random() * 65;
    }
  }
  return { width, height, pixels };
}

/** How a picture becomes a file. */
export interface Encoding extends JpegOptions {
  readonly space?: 'srgb' | 'b-w' | 'cmyk';
}

export async function encode(
  { width, height, pixels }: RgbImage,
  { space = 'srgb', ...options }: Encoding,
): Promise<Uint8Array> {
  const file = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .toColourspace(space)
    .jpeg(options)
    .toBuffer();
  return new Uint8Array(file);
}

/** The files of test/fixtures/jpeg-variants that hold a usable picture. */
export const variants = [
  '4-2-2',
  '4-4-0',
  '4-1-1',
  '4-1-0',
  'sampling-3x1',
  'sampling-3x2',
  'mixed-sampling',
  'chroma-finer',
  '4-2-0-restart-rows',
  '4-2-0-restart-5-blocks',
  'gray-2x2-restart',
  'progressive-restart',
  'progressive-4-2-2',
  'progressive-4-1-1-refined',
  'one-scan-per-component',
  'one-scan-per-component-4-1-0-restart',
  'adobe-rgb',
  'adobe-rgb-progressive-2x1',
  'sixteen-bit-tables',
] as const;
