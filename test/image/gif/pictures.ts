/** What the tests encode as GIF, and what has to come out. */

import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { seededRandom } from '../../../src/seeded-random.ts';
import type { Gif, GifFrame, Rgb } from './writer.ts';

/** Colours that have nothing to do with their indices. */
export function drawPalette(colors: number, seed = 1): Rgb[] {
  const random = seededRandom(seed);
  const level = (): number => Math.floor(random() * 256);
  return Array.from({ length: colors }, () => [level(), level(), level()] as const);
}

/** How a picture repeats itself, which is what decides on its codes. */
export const patterns = ['noise', 'flat', 'stripes', 'patches'] as const;
export type Pattern = (typeof patterns)[number];

/** Indices below `colors`, row by row. */
export function drawIndices(
  width: number,
  height: number,
  colors: number,
  pattern: Pattern = 'noise',
  seed = 1,
): Uint8Array {
  const random = seededRandom(seed);
  const noise = Uint8Array.from({ length: width * height }, () => Math.floor(random() * colors));
  if (pattern === 'noise') return noise;
  if (pattern === 'flat') return noise.fill(colors - 1);
  return noise.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return pattern === 'stripes' ? x % colors : ((x >> 2) + (y >> 2) * 3 + noise[y]) % colors;
  });
}

/** The file with another first frame, and no other. */
export function changeFrame(gif: Gif, changes: Partial<GifFrame>): Gif {
  return { ...gif, frames: [{ ...gif.frames[0], ...changes }] };
}

/** The first frame on a white screen that is as large as it takes. */
export function firstFrame({ width, height, palette = [], frames }: Gif): RgbImage {
  const [frame] = frames;
  const { left = 0, top = 0 } = frame;
  const colors = frame.palette ?? palette;
  const fullWidth = Math.max(width, left + frame.width);
  const fullHeight = Math.max(height, top + frame.height);
  const pixels = new Uint8Array(fullWidth * fullHeight * 3).fill(255);
  frame.indices.forEach((index, i) => {
    if (index === frame.transparent) return;
    const x = left + (i % frame.width);
    const y = top + Math.floor(i / frame.width);
    pixels.set(colors[index] ?? [0, 0, 0], (y * fullWidth + x) * 3);
  });
  return { width: fullWidth, height: fullHeight, pixels };
}
