import { type Augmentation, cropOf, unaugmented } from '../../src/image/augmentation.ts';
import { type Fit, place } from '../../src/image/fit.ts';
import { type Orientation, swapsSides, turnUpright } from '../../src/image/orientation.ts';
import type { Reduction } from '../../src/image/picture-target.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';

/** A picture as a decoder gives it: samples, each the mean of `reduction` stored pixels. */
export interface Samples {
  readonly image: RgbImage;
  readonly reduction: Reduction;
  readonly orientation: Orientation;
}

/** What a mean over a box says of the value in its middle, by its neighbours; itself where it is of one. */
function middle(before: number, mean: number, after: number, reduction: number): number {
  return reduction === 1 ? mean : mean - (before - 2 * mean + after) / 24;
}

/** The value between two neighbours at a position, which is held inside. */
function interpolate(valueAt: (index: number) => number, position: number, count: number): number {
  const held = Math.min(Math.max(position, 0), count - 1);
  const below = Math.floor(held);
  const share = held - below;
  return share === 0 ? valueAt(below) : valueAt(below) * (1 - share) + valueAt(below + 1) * share;
}

/**
 * The network's input by its definition, one value after another and in 64 bits:
 * half-pixel centres, edges held, bilinear, means taken for what they are.
 *
 * @returns [size, size, 3]; undefined in bars
 */
export function interpolated(
  { image, reduction, orientation }: Samples,
  size: number,
  fit: Fit,
  augmentation: Augmentation = unaugmented,
): (number | undefined)[] {
  const { width, height, pixels } = turnUpright(image, orientation);
  const { across, down } = swapsSides(orientation)
    ? { across: reduction.down, down: reduction.across }
    : reduction;
  const [uprightWidth, uprightHeight] = [width * across, height * down];
  const { source: whole, target } = place(uprightWidth, uprightHeight, size, fit);
  const source = cropOf(augmentation, whole, uprightWidth, uprightHeight);
  const hold = (index: number, count: number): number => Math.min(Math.max(index, 0), count - 1);
  return Array.from({ length: size * size * 3 }, (_, i) => {
    const column = (Math.floor(i / 3) % size) - target.x;
    const row = Math.floor(i / 3 / size) - target.y;
    if (column < 0 || column >= target.width || row < 0 || row >= target.height) return undefined;
    const sampleAt = (x: number, y: number): number =>
      pixels[(hold(y, height) * width + hold(x, width)) * 3 + (i % 3)];
    const acrossAt = (x: number, y: number): number =>
      middle(sampleAt(x - 1, y), sampleAt(x, y), sampleAt(x + 1, y), across);
    const valueAt = (x: number, y: number): number =>
      middle(acrossAt(x, y - 1), acrossAt(x, y), acrossAt(x, y + 1), down);
    const seen = augmentation.mirrored ? target.width - 1 - column : column;
    const x = (source.x + ((seen + 0.5) * source.width) / target.width) / across - 0.5;
    const y = (source.y + ((row + 0.5) * source.height) / target.height) / down - 0.5;
    return interpolate((sy) => interpolate((sx) => valueAt(sx, sy), x, width), y, height);
  });
}

/** How far an input is from its definition: bars are 127, and what overshoots is held inside. */
export function greatestDifference(
  values: Uint8Array,
  definition: readonly (number | undefined)[],
): number {
  const differences = definition.map((value, i) =>
    Math.abs(values[i] - Math.min(Math.max(value ?? 127, 0), 255)),
  );
  return Math.max(...differences);
}
