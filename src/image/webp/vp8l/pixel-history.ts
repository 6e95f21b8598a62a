/** The farthest that a copy reaches back: the greatest distance (RFC 9649, 3.6.2.2) is less. */
const maxDistance = 1 << 20;

/** Palettes are pictures of up to so many pixels, however small the picture itself is. */
const maxPaletteColors = 256;

function lengthFor(pixels: number): number {
  const wanted = Math.min(Math.max(pixels, maxPaletteColors), maxDistance);
  return 1 << Math.ceil(Math.log2(wanted));
}

/** The last pixels that were decoded, as many as a copy can reach. For one picture after another. */
export class PixelHistory {
  /** ARGB, 8 bits each; a power of two of them, so that the place of a pixel is some of its number's bits. */
  readonly pixels: Int32Array;

  /** @param pixels of the largest picture that is decoded with it */
  constructor(pixels: number) {
    this.pixels = new Int32Array(lengthFor(pixels));
  }

  static memoryBytes(pixels: number): number {
    return 4 * lengthFor(pixels);
  }
}
