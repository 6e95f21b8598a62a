/** What the decoder's pictures are held to. */
import { expect } from 'vitest';
import { readJpegHeader } from '../../../src/image/jpeg/header.ts';
import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { decodeJpeg } from './decoded.ts';
import {
  decodeWithJpegJs,
  decodeWithSharp,
  expectAlike,
  lumaOf,
  rounding,
  sampleScaledWithSharp,
  samplesOf,
} from './reference.ts';

/** Denominators of the scales below full size. */
export const reduced = [2, 4, 8] as const;

/**
 * Complete, of the size in its header, and as libjpeg-turbo decodes it.
 *
 * @returns the picture
 */
export async function expectConformance(bytes: Uint8Array, what?: string): Promise<RgbImage> {
  const picture = decodeJpeg(bytes, 1);
  const { width, height, pixels, truncated } = picture;
  expect({ width, height, truncated }, what).toEqual({ ...sizeOf(bytes), truncated: false });
  expectAlike(pixels, (await decodeWithSharp(bytes)).pixels, rounding, what);
  return picture;
}

/** @param ours the file's picture as Petal decodes it */
export function expectLikeJpegJs(ours: RgbImage, bytes: Uint8Array): void {
  const theirs = decodeWithJpegJs(bytes);
  if (isUpsampled(bytes)) {
    // Colours that leave 0..255 are cut, and then brightness depends on chroma.
    expectAlike(lumaOf(ours.pixels), lumaOf(theirs.pixels), { mean: 1.5, psnr: 33 });
  } else {
    expectAlike(ours.pixels, theirs.pixels, rounding);
  }
}

/** {@link expectConformance} and {@link expectLikeJpegJs} */
export async function expectLikeOthers(bytes: Uint8Array): Promise<void> {
  expectLikeJpegJs(await expectConformance(bytes), bytes);
}

/** Fails where pixels that sharp picks of the scaled picture differ by more than rounding. */
export async function expectLikeSharp(bytes: Uint8Array, denominator: 2 | 4 | 8): Promise<void> {
  const sampled = await sampleScaledWithSharp(bytes, sizeOf(bytes), denominator);
  if (sampled === null) throw new Error('The picture is too small to be compared.');
  const scaled = decodeJpeg(bytes, denominator);
  expectAlike(samplesOf(scaled, sampled), sampled.pixels, rounding, `At 1/${denominator}, it`);
}

function sizeOf(bytes: Uint8Array): { width: number; height: number } {
  const { width, height } = readJpegHeader(bytes);
  return { width, height };
}

/** Whether a component has fewer samples than pixels. */
function isUpsampled(bytes: Uint8Array): boolean {
  const { components } = readJpegHeader(bytes);
  const [first] = components;
  return components.some(
    ({ horizontal, vertical }) => horizontal !== first.horizontal || vertical !== first.vertical,
  );
}
