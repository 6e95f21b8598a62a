/**
 * Decoded pixels: 8-bit sRGB, three bytes a pixel, row-major from the top
 * left, without padding between rows.
 */
export interface RgbImage {
  /** Pixels, at least 1. */
  readonly width: number;
  /** Pixels, at least 1. */
  readonly height: number;
  /** `width * height * 3` bytes: R, G, B, R, G, B, ... */
  readonly pixels: Uint8Array;
}
