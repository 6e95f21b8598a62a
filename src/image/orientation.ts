/**
 * How a stored picture is to be turned so that it is upright: the values of
 * the Orientation tag (EXIF 2.32, 4.6.4, tag 0x0112), which name the place of
 * the stored picture's first row and first column.
 */
import type { Rectangle } from './fit.ts';
import type { RgbImage } from './rgb-image.ts';

export const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const;
export type Orientation = (typeof orientations)[number];

/** Whether the upright picture is as wide as the stored one is high. */
export function swapsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}

/** Places of the stored picture's first row and first column in the upright one. */
function startOf(orientation: Orientation): { fromRight: boolean; fromBottom: boolean } {
  return {
    fromRight: orientation === 2 || orientation === 3 || orientation === 6 || orientation === 7,
    fromBottom: orientation === 3 || orientation === 4 || orientation === 7 || orientation === 8,
  };
}

/** The orientation that gives the mirror image, left for right, of what another gives. */
export function mirrored(orientation: Orientation): Orientation {
  const pairs = { 1: 2, 2: 1, 3: 4, 4: 3, 5: 6, 6: 5, 7: 8, 8: 7 } as const;
  return pairs[orientation];
}

/**
 * Where a rectangle of the upright picture lies in the stored one.
 *
 * @param width sides of the stored picture in pixels
 * @param height
 */
export function storedRectangle(
  orientation: Orientation,
  upright: Rectangle,
  width: number,
  height: number,
): Rectangle {
  const { fromRight, fromBottom } = startOf(orientation);
  const [uprightWidth, uprightHeight] = swapsSides(orientation) ? [height, width] : [width, height];
  const x = fromRight ? uprightWidth - upright.width - upright.x : upright.x;
  const y = fromBottom ? uprightHeight - upright.height - upright.y : upright.y;
  return swapsSides(orientation)
    ? { x: y, y: x, width: upright.height, height: upright.width }
    : { x, y, width: upright.width, height: upright.height };
}

/** The way through an upright picture's pixels in the order in which they are stored. */
export interface TurningSteps {
  /** Pixels from the upright picture's top left to where the first stored pixel belongs. */
  readonly first: number;
  /** Pixels to where the next stored column and the next stored row belong; negative for backwards. */
  readonly across: number;
  readonly down: number;
}

/**
 * @param width sides of the upright picture in pixels
 * @param height
 * @param pitch pixels from one row of where it goes to the next
 */
export function turningSteps(
  orientation: Orientation,
  width: number,
  height: number,
  pitch: number,
): TurningSteps {
  const { fromRight, fromBottom } = startOf(orientation);
  const first = (fromRight ? width - 1 : 0) + (fromBottom ? (height - 1) * pitch : 0);
  const alongRow = fromRight ? -1 : 1;
  const alongColumn = fromBottom ? -pitch : pitch;
  return swapsSides(orientation)
    ? { first, across: alongColumn, down: alongRow }
    : { first, across: alongRow, down: alongColumn };
}

/**
 * Turns and mirrors a picture.
 *
 * @returns a new picture, or the same where it is upright already
 */
export function turnUpright(image: RgbImage, orientation: Orientation): RgbImage {
  if (orientation === 1) return image;
  const { pixels } = image;
  const [width, height] = swapsSides(orientation)
    ? [image.height, image.width]
    : [image.width, image.height];
  const { first, across, down } = turningSteps(orientation, width, height, width);
  const turned = new Uint8Array(pixels.length);
  let from = 0;
  for (let y = 0; y < image.height; y++) {
    let to = (first + y * down) * 3;
    for (let x = 0; x < image.width; x++, to += across * 3) {
      turned[to] = pixels[from++];
      turned[to + 1] = pixels[from++];
      turned[to + 2] = pixels[from++];
    }
  }
  return { width, height, pixels: turned };
}

const orientationTag = 0x0112;
const shortType = 3;

/**
 * Reads the orientation out of EXIF data: a TIFF file whose first directory
 * has the tag (TIFF 6.0, section 2).
 *
 * @param tiff from the byte order on, without the "Exif" in front of it
 * @returns 1 where there is none, or none that makes sense
 */
export function readExifOrientation(tiff: Uint8Array): Orientation {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  if (tiff.length < 8) return 1;
  const littleEndian = tiff[0] === 0x49;
  const directory = view.getUint32(4, littleEndian);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, littleEndian);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, littleEndian) !== orientationTag) continue;
    const value = view.getUint16(entry + 8, littleEndian);
    const isShort = view.getUint16(entry + 2, littleEndian) === shortType;
    return (isShort && orientations.find((orientation) => orientation === value)) || 1;
  }
  return 1;
}
