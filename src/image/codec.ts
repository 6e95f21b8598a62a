import type { Orientation } from './orientation.ts';
import type { RgbImage } from './rgb-image.ts';

/** Pixels as they are stored, perhaps of a reduced picture, not yet turned upright. */
export interface DecodedPixels extends RgbImage {
  /** Whether some of the file's data was missing or damaged; that part is gray. */
  readonly truncated: boolean;
}

/** A photo whose header was read, and nothing more. */
export interface OpenImage {
  /** Pixels, as stored. */
  readonly width: number;
  readonly height: number;
  /** How the stored picture is to be turned. */
  readonly orientation: Orientation;
  /**
   * The most memory that decoding takes at once, in bytes, the pixels that
   * come out included.
   *
   * @param maxReduction how many times smaller than stored the picture may
   *   come out, at least 1; formats that can't reduce ignore it
   */
  memoryBytes(maxReduction: number): number;
  /** @throws AppError `image-decode-failed` */
  decode(maxReduction: number): DecodedPixels;
}

/** One way of storing photos. */
export interface ImageCodec {
  /**
   * Reads sizes only, in time and memory that don't depend on them.
   *
   * @param bytes the whole file, which stays as it is
   * @throws AppError `image-decode-failed`
   */
  open(bytes: Uint8Array): OpenImage;
}
