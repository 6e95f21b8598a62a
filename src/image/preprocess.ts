import type { RgbImage } from './rgb-image.ts';

/**
 * How a photo that is not square becomes the network's square:
 * `crop` takes the largest centred square, `squash` ignores the aspect ratio,
 * `pad` keeps all of the photo between bars of mid-gray.
 */
export const fits = ['crop', 'squash', 'pad'] as const;
export type Fit = (typeof fits)[number];

/** A rectangle of the photo and the rectangle of the input that it fills, in pixels. */
interface Placement {
  source: { x: number; y: number; width: number; height: number };
  target: { x: number; y: number; width: number; height: number };
}

function place(width: number, height: number, size: number, fit: Fit): Placement {
  const whole = { x: 0, y: 0, width, height };
  const square = { x: 0, y: 0, width: size, height: size };
  if (fit === 'squash') return { source: whole, target: square };
  if (fit === 'crop') {
    const side = Math.min(width, height);
    // Halves of a pixel are kept, so that a photo and its mirror image are cropped alike.
    const x = (width - side) / 2;
    const y = (height - side) / 2;
    return { source: { x, y, width: side, height: side }, target: square };
  }
  const scale = size / Math.max(width, height);
  const targetWidth = Math.max(1, Math.round(width * scale));
  const targetHeight = Math.max(1, Math.round(height * scale));
  return {
    source: whole,
    target: {
      x: Math.floor((size - targetWidth) / 2),
      y: Math.floor((size - targetHeight) / 2),
      width: targetWidth,
      height: targetHeight,
    },
  };
}

/**
 * Samples that a reduced photo keeps for each pixel of the input, across and
 * down. Fewer blur: of 100 ImageNet photos 87 are recognised with 1.0, 88 with
 * 1.5, and 89 with 1.6 or more and without reducing (`npm run evaluate`).
 */
const samplesPerPixel = 1.6;

/**
 * How many times smaller than it is a photo may be decoded before the network
 * gets less than it can use.
 *
 * @returns at least 1
 */
export function maxReduction(width: number, height: number, size: number, fit: Fit): number {
  const { source, target } = place(width, height, size, fit);
  const pixels = Math.min(source.width / target.width, source.height / target.height);
  return Math.max(1, pixels / samplesPerPixel);
}

/** The two samples that each output position lies between, and how near it is to the second. */
interface Taps {
  first: Uint32Array;
  second: Uint32Array;
  /** Weight of the second sample, 0..1. */
  weight: Float32Array;
}

/**
 * Half-pixel centres: output i of n, over `length` samples from `start`, lies
 * at start + (i + 0.5) * length / n - 0.5, held inside the `samples` that are.
 */
function linearTaps(
  start: number,
  length: number,
  samples: number,
  outputs: number,
  bytesPerStep: number,
): Taps {
  const first = new Uint32Array(outputs);
  const second = new Uint32Array(outputs);
  const weight = new Float32Array(outputs);
  const scale = length / outputs;
  for (let i = 0; i < outputs; i++) {
    const position = Math.min(Math.max(start + (i + 0.5) * scale - 0.5, 0), samples - 1);
    const below = Math.floor(position);
    first[i] = below * bytesPerStep;
    second[i] = Math.min(below + 1, samples - 1) * bytesPerStep;
    weight[i] = position - below;
  }
  return { first, second, weight };
}

/**
 * Turns a photo into the network's input: crop, squash or pad to a square,
 * bilinear resampling with half-pixel centres and no antialiasing (the best
 * last step for this network, see model/README.md), scaled by
 * `value / 127.5 - 1`. Classifying, evaluating and training all call this.
 *
 * @param size side of the square input in pixels
 * @returns float32 [size, size, 3], row-major RGB, -1..1; bars of `pad` are 0
 */
export function preprocess(image: RgbImage, size: number, fit: Fit): Float32Array {
  const { source, target } = place(image.width, image.height, size, fit);
  const columns = linearTaps(source.x, source.width, image.width, target.width, 3);
  const rows = linearTaps(source.y, source.height, image.height, target.height, image.width * 3);
  const pixels = image.pixels;
  const input = new Float32Array(size * size * 3);
  for (let row = 0; row < target.height; row++) {
    const upper = rows.first[row];
    const lower = rows.second[row];
    // The scaling to -1..1 is linear, so it can ride on the row weights.
    const lowerWeight = rows.weight[row] / 127.5;
    const upperWeight = 1 / 127.5 - lowerWeight;
    let out = ((target.y + row) * size + target.x) * 3;
    for (let column = 0; column < target.width; column++) {
      const left = columns.first[column];
      const right = columns.second[column];
      const rightWeight = columns.weight[column];
      for (let channel = 0; channel < 3; channel++) {
        const upperLeft = pixels[upper + left + channel];
        const upperRight = pixels[upper + right + channel];
        const lowerLeft = pixels[lower + left + channel];
        const lowerRight = pixels[lower + right + channel];
        input[out++] =
          (upperLeft + (upperRight - upperLeft) * rightWeight) * upperWeight +
          (lowerLeft + (lowerRight - lowerLeft) * rightWeight) * lowerWeight -
          1;
      }
    }
  }
  return input;
}
