/** What the network takes: pixels, and the real numbers that they stand for. */

/** Levels of a pixel that make 1: 0..255 stand for -1..1. */
const halfRange = 127.5;

/**
 * The numbers that the float32 layers calculate with.
 *
 * @param pixels uint8, 0..255
 * @returns float32 of the same length, -1..1: `value / 127.5 - 1`
 */
export function realValues(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < values.length; i++) values[i] = pixels[i] / halfRange - 1;
  return values;
}

/**
 * The pixels nearest to real numbers: those that {@link realValues} came from,
 * even where each was rounded to 32 bits.
 *
 * @param values what lies beyond -1..1 becomes 0 or 255
 * @returns uint8 of the same length
 */
export function nearestPixels(values: Float32Array): Uint8Array {
  const pixels = new Uint8ClampedArray(values.length);
  for (let i = 0; i < values.length; i++) pixels[i] = (values[i] + 1) * halfRange;
  return new Uint8Array(pixels.buffer);
}
