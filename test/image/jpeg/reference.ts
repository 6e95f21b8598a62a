/** What other decoders make of a JPEG, and how far apart two pictures are. */
import { decode } from 'jpeg-js';
import sharp, { type Sharp } from 'sharp';
import { expect } from 'vitest';
import type { RgbImage } from '../../../src/image/rgb-image.ts';

/**
 * libjpeg-turbo's idea of the file, by way of sharp and libvips: the accurate integer IDCT, and
 * triangle ("fancy") upsampling. Bytes that belong to no segment are warnings that
 * `failOn` would make errors of.
 */
function open(bytes: Uint8Array): Sharp {
  return sharp(bytes, { ignoreIcc: true, failOn: 'none' });
}

/** @returns the picture as libjpeg-turbo decodes it */
export async function decodeWithSharp(bytes: Uint8Array): Promise<RgbImage> {
  const { data, info } = await open(bytes)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: new Uint8Array(data) };
}

/**
 * A CMYK file's four components, 0 for no ink. libvips turns them to sRGB through a printer's profile
 * of its own where the file has none, so that only the ink can be compared.
 */
export async function decodeInksWithSharp(bytes: Uint8Array): Promise<Uint8Array> {
  const data = await open(bytes).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer();
  return new Uint8Array(data);
}

/** jpeg-js: a decoder that shares no code with libjpeg; it repeats chroma samples where libjpeg interpolates. */
export function decodeWithJpegJs(bytes: Uint8Array): RgbImage {
  const { width, height, data } = decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: true,
    maxMemoryUsageInMB: 4096,
  });
  return { width, height, pixels: data };
}

/** Some pixels of a picture: pixel `i` of `pixels` lies at `columns[i % columns.length]` of a row of `rows`. */
export interface Sampled {
  readonly pixels: Uint8Array;
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

/**
 * Pixels out of libjpeg-turbo's scaled decoding. sharp has no option to scale while loading and do
 * nothing else; but it scales by `denominator` before it resizes by a little more than that, and with
 * the kernel "nearest" resizing only picks pixels, all phases of a block among them.
 *
 * @returns null where the picture is too small for that
 */
export async function sampleScaledWithSharp(
  bytes: Uint8Array,
  { width, height }: { width: number; height: number },
  denominator: 2 | 4 | 8,
): Promise<Sampled | null> {
  // sharp does not use a factor that is the ratio's whole part: "known libjpeg rounding errors".
  const ratio = denominator + 1;
  const columns = pickNearest(Math.floor(width / denominator), Math.floor(width / ratio));
  const rows = pickNearest(Math.floor(height / denominator), Math.floor(height / ratio));
  if (columns.length === 0 || rows.length === 0) return null;
  const nearest = await open(bytes)
    .resize(columns.length, rows.length, { fit: 'fill', kernel: 'nearest' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer();
  return { columns, rows, pixels: new Uint8Array(nearest) };
}

/**
 * Which of `length` samples nearest-neighbour scaling takes for each output. libvips leaves out a last
 * sample that stands for fewer than `denominator` pixels. NaN where an output lies half-way between two
 * samples, and rounding decides.
 */
function pickNearest(length: number, outputs: number): readonly number[] {
  return Array.from({ length: outputs }, (_, i) => {
    const position = ((2 * i + 1) * length) / (2 * outputs);
    return Number.isInteger(position) ? Number.NaN : Math.floor(position);
  });
}

/** The same pixels of another picture; those between two samples are taken over. */
export function samplesOf(
  image: RgbImage,
  { columns, rows, pixels: sampled }: Sampled,
): Uint8Array {
  const pixels = sampled.slice();
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * image.width + column) * 3;
      if (!Number.isNaN(from)) pixels.set(image.pixels.subarray(from, from + 3), at);
      at += 3;
    }
  }
  return pixels;
}

/** The means of boxes of `side` x `side` pixels: what a scaled picture is about. */
export function boxMeans(image: RgbImage, side: number): RgbImage {
  const width = Math.ceil(image.width / side);
  const height = Math.ceil(image.height / side);
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const right = Math.min((x + 1) * side, image.width);
      const bottom = Math.min((y + 1) * side, image.height);
      const count = (right - x * side) * (bottom - y * side);
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let row = y * side; row < bottom; row++) {
          for (let column = x * side; column < right; column++) {
            sum += image.pixels[(row * image.width + column) * 3 + channel];
          }
        }
        pixels[(y * width + x) * 3 + channel] = Math.round(sum / count);
      }
    }
  }
  return { width, height, pixels };
}

/** Brightness alone (ITU-R BT.601), three equal channels, for comparing with decoders that upsample chroma otherwise. */
export function lumaOf(pixels: Uint8Array): Uint8Array {
  const luma = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    luma[at] = Math.round(0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2]);
    luma[at + 1] = luma[at];
    luma[at + 2] = luma[at];
  }
  return luma;
}

export interface Difference {
  /** Mean absolute difference of the channel where it is greatest, in levels of 255. */
  readonly mean: number;
  /** Peak signal-to-noise ratio over all channels, in decibels; infinite for equal pictures. */
  readonly psnr: number;
  /** The greatest difference of all. */
  readonly most: number;
}

export function differenceOf(actual: Uint8Array, expected: Uint8Array): Difference {
  const sums = [0, 0, 0];
  let squares = 0;
  let most = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    sums[i % 3] += difference;
    squares += difference * difference;
    if (difference > most) most = difference;
  }
  return {
    mean: Math.max(...sums) / (expected.length / 3),
    psnr: 10 * Math.log10((255 * 255 * expected.length) / squares),
    most,
  };
}

export interface Bounds {
  readonly mean: number;
  readonly psnr: number;
}

/** Between decoders whose arithmetic differs by rounding only. */
export const rounding: Bounds = { mean: 1.5, psnr: 40 };

/** Fails with the numbers where two pictures are farther apart than the bounds allow. */
export function expectAlike(
  actual: Uint8Array,
  expected: Uint8Array,
  { mean, psnr }: Bounds,
  what = 'The picture',
): void {
  expect(actual.length, what).toBe(expected.length);
  const difference = differenceOf(actual, expected);
  if (difference.mean <= mean && difference.psnr >= psnr) return;
  expect.fail(
    `${what} is off by ${difference.mean.toFixed(2)} in the mean, at most ${mean} expected; by ${difference.psnr.toFixed(1)} dB, at least ${psnr} expected; by ${difference.most} at most.`,
  );
}
