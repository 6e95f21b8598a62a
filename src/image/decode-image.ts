import { AppError } from '../errors.ts';
import { type FormatName, formatOf, formats, looksLike } from './formats.ts';
import type { RgbImage } from './rgb-image.ts';

/** A photo's format and its pixels. */
export interface DecodedImage extends RgbImage {
  readonly format: FormatName;
}

/**
 * From a file's bytes to pixels: tells the format from the bytes, reads the
 * sizes and refuses what would not fit, and only then decodes.
 *
 * @param maxDecodeBytes the most memory that decoding may take
 * @throws AppError `unsupported-media-type`, `image-too-large`, `image-decode-failed`
 */
export function decodeImage(bytes: Uint8Array, maxDecodeBytes: number): DecodedImage {
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
  const { codec } = formats[format];
  const header = codec.readHeader(bytes);
  const { width, height, decodeMemoryBytes } = header;
  if (decodeMemoryBytes > maxDecodeBytes) {
    const pixels = width * height;
    // Memory grows with the pixels, so the limit in pixels follows from this file's own need.
    const limitPixels = Math.floor((pixels / decodeMemoryBytes) * maxDecodeBytes);
    throw new AppError(
      'image-too-large',
      `The photo is ${width} x ${height} (${megapixels(pixels)} megapixels); photos of this kind may have up to ${megapixels(limitPixels)} megapixels here. Reduce it first: the network itself looks at 224 x 224 pixels.`,
      { facts: { width, height, limitPixels } },
    );
  }
  return { format, ...codec.decode(bytes, header) };
}

function megapixels(pixels: number): string {
  return (pixels / 1e6).toFixed(1);
}
