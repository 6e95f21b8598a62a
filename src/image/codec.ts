import type { RgbImage } from './rgb-image.ts';

/** What is known of a photo before it is decoded. */
export interface ImageHeader {
  /** Pixels, as stored. */
  readonly width: number;
  readonly height: number;
  /** The most memory that decoding takes at once, in bytes, the pixels that come out included. */
  readonly decodeMemoryBytes: number;
}

/** One way of storing photos: how its header is read and its pixels decoded. */
export interface ImageCodec {
  /**
   * Reads sizes only, in time and memory that don't depend on them.
   * @throws AppError `image-decode-failed`
   */
  readHeader(bytes: Uint8Array): ImageHeader;
  /**
   * @param header what {@link ImageCodec.readHeader} said of the same bytes
   * @throws AppError `image-decode-failed`
   */
  decode(bytes: Uint8Array, header: ImageHeader): RgbImage;
}
