import { AppError } from '../errors.ts';
import { type FormatName, formatOf, formats, looksLike } from './formats.ts';
import { type Orientation, swapsSides, turnUpright } from './orientation.ts';
import type { RgbImage } from './rgb-image.ts';

/** What a photo may cost. */
export interface DecodeLimits {
  /** Width times height, as stored. */
  readonly maxPixels: number;
  /** The most memory that decoding may take, in bytes. */
  readonly maxDecodeBytes: number;
}

/** A photo, upright, perhaps reduced. */
export interface DecodedImage extends RgbImage {
  readonly format: FormatName;
  /** How it was stored; the pixels are upright. */
  readonly orientation: Orientation;
  /** The sides of the photo before it was reduced, in pixels, upright. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  /** Whether some of the file's data was missing or damaged; that part is gray. */
  readonly truncated: boolean;
}

/**
 * From a file's bytes to pixels: tells the format from the bytes, reads the
 * sizes and refuses what would not fit, and only then decodes.
 *
 * @param maxReduction how many times smaller a photo of these sides may come out, 1 or more
 * @throws AppError `unsupported-media-type`, `image-too-large`, `image-decode-failed`
 */
export function decodeImage(
  bytes: Uint8Array,
  limits: DecodeLimits,
  maxReduction: (width: number, height: number) => number,
): DecodedImage {
  const format = formatOf(bytes);
  if (format === undefined) {
    const supported = Object.values(formats).map(({ mediaType }) => mediaType);
    const looks = looksLike(bytes);
    throw new AppError(
      'unsupported-media-type',
      `The file looks like ${looks}. Send a photo as ${supported.join(' or ')}.`,
      { facts: { looksLike: looks, supported } },
    );
  }
  const image = formats[format].codec.open(bytes);
  const { orientation } = image;
  const [fullWidth, fullHeight] = swapsSides(orientation)
    ? [image.height, image.width]
    : [image.width, image.height];
  const reduction = maxReduction(fullWidth, fullHeight);
  const limitPixels = pixelLimit(image.width * image.height, image.memoryBytes(reduction), limits);
  if (image.width * image.height > limitPixels) {
    throw new AppError(
      'image-too-large',
      `The photo is ${fullWidth} x ${fullHeight} (${megapixels(fullWidth * fullHeight)} megapixels); photos of this kind may have up to ${megapixels(limitPixels)} megapixels here. Reduce it first: the network itself looks at 224 x 224 pixels.`,
      { facts: { width: fullWidth, height: fullHeight, limitPixels } },
    );
  }
  const { truncated, ...pixels } = image.decode(reduction);
  const upright = turnUpright(pixels, orientation);
  return { ...upright, format, orientation, fullWidth, fullHeight, truncated };
}

/** Memory grows with the pixels, so that its limit is one on pixels for photos of this kind. */
function pixelLimit(pixels: number, memoryBytes: number, limits: DecodeLimits): number {
  const { maxPixels, maxDecodeBytes } = limits;
  if (memoryBytes <= maxDecodeBytes) return maxPixels;
  return Math.min(maxPixels, Math.floor((pixels / memoryBytes) * maxDecodeBytes));
}

function megapixels(pixels: number): string {
  return (pixels / 1e6).toFixed(1);
}
