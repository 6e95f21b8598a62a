import { AppError } from '../errors.ts';
import type { OpenImage } from './codec.ts';
import { type FormatName, formatOf, formats } from './formats.ts';
import { swapsSides } from './orientation.ts';
import type { PictureTarget } from './picture-target.ts';
import { describeUnsupported } from './unsupported-formats.ts';
import { WorkBudget } from './work-budget.ts';

/** The longest side of a photo in any format, in pixels: JPEG's and GIF's own limit. */
const maxSide = 65_535;

/** What a photo may cost. */
export interface DecodeLimits {
  /** Width times height, as stored. */
  readonly maxPixels: number;
  /** The most memory that decoding may take, in bytes. */
  readonly maxDecodeBytes: number;
}

/** A photo of which the header was read. */
export interface Photo {
  readonly format: FormatName;
  /** Pixels, seen upright. */
  readonly width: number;
  readonly height: number;
  /** Of its file. */
  readonly bytes: number;
  /** As the file stores it. */
  readonly stored: OpenImage;
}

/**
 * Tells the format from the bytes, and reads the sizes; decodes nothing.
 *
 * @throws AppError `unsupported-media-type`, `image-decode-failed`
 */
export function openPhoto(bytes: Uint8Array): Photo {
  const format = formatOf(bytes);
  if (format === undefined) {
    const supported = Object.values(formats).map(({ mediaType }) => mediaType);
    const { name, advice } = describeUnsupported(bytes);
    const list = new Intl.ListFormat('en', { type: 'disjunction' }).format(supported);
    throw new AppError(
      'unsupported-media-type',
      `The file looks like ${name}; a photo can be sent as ${list}. ${advice}`,
      { facts: { looksLike: name, supported } },
    );
  }
  const stored = formats[format].codec.open(bytes);
  const { width, height, orientation } = stored;
  return swapsSides(orientation)
    ? { format, width: height, height: width, bytes: bytes.length, stored }
    : { format, width, height, bytes: bytes.length, stored };
}

/**
 * Decodes a photo into a target, after refusing what would not fit.
 *
 * @param budget of all photos that are decoded for the same request; this photo's own by default
 * @returns whether some of the photo's data was missing or damaged; that part is gray
 * @throws AppError `image-too-large`, `image-decode-failed`, `too-much-work`
 */
export function decodePhoto(
  { width, height, bytes, stored }: Photo,
  target: PictureTarget,
  limits: DecodeLimits,
  budget = new WorkBudget(limits),
): { readonly truncated: boolean } {
  if (Math.max(width, height) > maxSide) {
    throw new AppError(
      'image-too-large',
      `The photo is ${width} x ${height}; no side may be longer than ${maxSide} pixels. Reduce it first: the network itself looks at 224 x 224 pixels.`,
      { facts: { width, height, limitSide: maxSide } },
    );
  }
  const pixels = width * height;
  const limitPixels =
    pixels > limits.maxPixels
      ? limits.maxPixels
      : pixelLimit(pixels, stored.memoryBytes(target), limits);
  if (pixels > limitPixels) {
    throw new AppError(
      'image-too-large',
      `The photo is ${width} x ${height} (${megapixels(pixels)} megapixels); photos of this kind may have up to ${megapixels(limitPixels)} megapixels here. Reduce it first: the network itself looks at 224 x 224 pixels.`,
      { facts: { width, height, limitPixels } },
    );
  }
  return stored.decode(target, budget.open({ bytes, pixels, ...stored.honestWork }));
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
