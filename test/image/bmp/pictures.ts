/** What the tests encode as BMP, and what has to come out. */

import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { seededRandom } from '../../../src/seeded-random.ts';
import type { Bmp } from './writer.ts';

/** What is stored of each pixel: anything that its bits can hold. */
export function drawValues(pixels: number, bitsPerPixel: number, seed = 1): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: pixels }, () => Math.floor(random() * 2 ** bitsPerPixel));
}

/** A level that a mask selects, as a share of the most that it can be. */
function share(value: number, mask: number): number {
  return mask === 0 ? 0 : ((value & mask) >>> 0) / mask;
}

const defaultMasks: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x03e0, 0x001f],
  24: [0xff0000, 0xff00, 0xff],
  32: [0xff0000, 0xff00, 0xff],
};

/** The colours that a file means, on white. */
export function picture({
  width,
  height,
  bitsPerPixel,
  palette = [],
  values,
  ...bmp
}: Bmp): RgbImage {
  const isPlain = (bmp.compression ?? 0) === 0;
  const masks = (isPlain ? undefined : bmp.masks) ?? defaultMasks[bitsPerPixel];
  const pixels = Array.from(values).flatMap((value): readonly number[] => {
    if (masks === undefined) return palette[value] ?? [0, 0, 0];
    const opacity = masks[3] ? share(value, masks[3]) : 1;
    return masks.slice(0, 3).map((mask) => {
      const level = Math.round(255 * share(value, mask));
      return Math.round(level * opacity + 255 * (1 - opacity));
    });
  });
  return { width, height, pixels: Uint8Array.from(pixels) };
}
