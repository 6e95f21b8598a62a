/**
 * How a stored picture is to be turned so that it is upright: the values of
 * the Orientation tag (EXIF 2.32, 4.6.4, tag 0x0112), which name the place of
 * the stored picture's first row and first column.
 */
import type { RgbImage } from './rgb-image.ts';

export const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const;
export type Orientation = (typeof orientations)[number];

/** Whether the upright picture is as wide as the stored one is high. */
export function swapsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}

/**
 * Turns and mirrors a picture.
 *
 * @returns a new picture, or the same where it is upright already
 */
export function turnUpright(image: RgbImage, orientation: Orientation): RgbImage {
  if (orientation === 1) return image;
  const { width, height, pixels } = image;
  const swaps = swapsSides(orientation);
  const [uprightWidth, uprightHeight] = swaps ? [height, width] : [width, height];
  // Where the stored picture begins, seen from the upright one's first pixel.
  const fromRight =
    orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const fromBottom =
    orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  const stepX = fromRight ? -3 : 3;
  const stepY = fromBottom ? -width * 3 : width * 3;
  const start = (fromRight ? (width - 1) * 3 : 0) + (fromBottom ? (height - 1) * width * 3 : 0);
  const [across, down] = swaps ? [stepY, stepX] : [stepX, stepY];
  const turned = new Uint8Array(pixels.length);
  let out = 0;
  for (let y = 0; y < uprightHeight; y++) {
    let from = start + y * down;
    for (let x = 0; x < uprightWidth; x++, from += across) {
      turned[out++] = pixels[from];
      turned[out++] = pixels[from + 1];
      turned[out++] = pixels[from + 2];
    }
  }
  return { width: uprightWidth, height: uprightHeight, pixels: turned };
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
