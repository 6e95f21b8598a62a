import type { Rectangle } from './fit.ts';

/**
 * One variation of a photo that training sees beside the photo as it is, which
 * shows the same to us: a smaller part of it, or its mirror image.
 */
export interface Augmentation {
  /** Sides of the part, as a share of the sides that the fit takes of the photo, above 0 and at most 1. */
  readonly scale: number;
  /** Where the part lies in the photo: 0 at its left, 0.5 in the middle, 1 at its right. */
  readonly x: number;
  /** 0 at the photo's top, 1 at its bottom. */
  readonly y: number;
  /** Left for right. */
  readonly mirrored: boolean;
}

/** The photo as answers see it. */
export const unaugmented: Augmentation = { scale: 1, x: 0.5, y: 0.5, mirrored: false };

/**
 * The part of a photo that an augmentation takes.
 *
 * @param whole what the fit takes of the photo, in pixels
 * @param width sides of the photo in pixels
 * @param height
 */
export function cropOf(
  { scale, x, y }: Augmentation,
  whole: Rectangle,
  width: number,
  height: number,
): Rectangle {
  const crop = { width: whole.width * scale, height: whole.height * scale };
  return { ...crop, x: (width - crop.width) * x, y: (height - crop.height) * y };
}

/** The least of a photo that a random augmentation shows, as a share of its area. */
const leastArea = 0.35;

/**
 * Variations of one photo, the photo as it is first: random crops that keep
 * the shape, every other one mirrored on average (the "scale and flip" of
 * https://arxiv.org/abs/1409.4842, section 6, with larger crops, which small
 * sets of photos need).
 *
 * @param count how many in all, at least 1
 * @param random numbers from 0 up to 1
 */
export function randomAugmentations(count: number, random: () => number): Augmentation[] {
  const varied = Array.from({ length: count - 1 }, () => ({
    scale: Math.sqrt(leastArea + (1 - leastArea) * random()),
    x: random(),
    y: random(),
    mirrored: random() < 0.5,
  }));
  return [unaugmented, ...varied];
}
