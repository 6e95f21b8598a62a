import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, inject, test } from 'vitest';
import { openPhoto } from '../../src/image/decode-image.ts';
import { type Orientation, orientations, turnUpright } from '../../src/image/orientation.ts';
import { Picture } from '../../src/image/picture.ts';
import { ReducedPicture } from '../../src/image/reduced-picture.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';
import { unlimitedWork } from '../../src/image/work-budget.ts';
import { allocatedBytes } from './allocated-bytes.ts';

const anyImage = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((pixels) => ({ width, height, pixels })),
  );

/** Sends a stored picture at full size. */
function reduce(image: RgbImage, orientation: Orientation, maxSide: number): RgbImage {
  const { width, height, pixels } = image;
  const target = new ReducedPicture({ width, height, orientation }, maxSide);
  const sink = target.open({ width, height, reduction: { across: 1, down: 1 } });
  for (let y = 0; y < height; y++) {
    sink.write(y, pixels.subarray(y * width * 3, (y + 1) * width * 3));
  }
  return target.image;
}

/** The mean of the area that a pixel of the result stands for, in one channel. */
function meanOfArea(image: RgbImage, to: RgbImage, x: number, y: number, channel: number): number {
  const across = image.width / to.width;
  const down = image.height / to.height;
  let sum = 0;
  for (let row = 0; row < image.height; row++) {
    for (let column = 0; column < image.width; column++) {
      const shareAcross = Math.min(column + 1, (x + 1) * across) - Math.max(column, x * across);
      const shareDown = Math.min(row + 1, (y + 1) * down) - Math.max(row, y * down);
      if (shareAcross <= 0 || shareDown <= 0) continue;
      sum += image.pixels[(row * image.width + column) * 3 + channel] * shareAcross * shareDown;
    }
  }
  return sum / (across * down);
}

/** Mean of the absolute differences. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((total, value, i) => total + Math.abs(value - b[i]), 0) / a.length;
}

describe('ReducedPicture', () => {
  test('makes each pixel the mean of its area, no side over the most', () => {
    fc.assert(
      fc.property(anyImage, fc.integer({ min: 1, max: 45 }), (image, maxSide) => {
        const reduced = reduce(image, 1, maxSide);
        expect(Math.max(reduced.width, reduced.height)).toBe(
          Math.min(maxSide, Math.max(image.width, image.height)),
        );
        for (let y = 0, at = 0; y < reduced.height; y++) {
          for (let x = 0; x < reduced.width; x++) {
            for (let channel = 0; channel < 3; channel++, at++) {
              const expected = meanOfArea(image, reduced, x, y, channel);
              expect(Math.abs(reduced.pixels[at] - expected)).toBeLessThan(0.501);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('keeps what is small enough as it is', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        expect(reduce(image, 1, 40)).toEqual(image);
      }),
    );
  });

  test('comes out upright', () => {
    fc.assert(
      fc.property(
        anyImage,
        fc.constantFrom(...orientations),
        fc.integer({ min: 1, max: 40 }),
        (image, orientation, maxSide) => {
          expect(reduce(image, orientation, maxSide)).toEqual(
            turnUpright(reduce(image, 1, maxSide), orientation),
          );
        },
      ),
    );
  });

  test.for(inject('validPhotos'))('lies right on a decoder that reduces: $name', ({ base64 }) => {
    const { stored } = openPhoto(new Uint8Array(Buffer.from(base64, 'base64')));
    const whole = new Picture();
    stored.decode(whole, unlimitedWork);
    const expected = reduce(whole.image, stored.orientation, 80);
    const target = new ReducedPicture(stored, 80);
    stored.decode(target, unlimitedWork);
    const { width, height, pixels } = target.image;
    expect([width, height]).toEqual([expected.width, expected.height]);
    // Means of means are a little softer, which is much less than a pixel's shift makes.
    const shifted = expected.pixels.map((_, i) => expected.pixels[Math.max(0, i - 3)]);
    expect(difference(pixels, expected.pixels)).toBeLessThan(
      0.7 * difference(shifted, expected.pixels),
    );
  });

  describe.each(['jpeg', 'png', 'webp'] as const)('of a large %s', (format) => {
    async function filled(width: number, height: number): Promise<Uint8Array> {
      const create = { width, height, channels: 3, background: '#c63' } as const;
      return new Uint8Array(await sharp({ create }).toFormat(format, { effort: 1 }).toBuffer());
    }

    test('takes less than 16 MB at 12 megapixels', async () => {
      const { stored } = openPhoto(await filled(4000, 3000));
      expect(stored.memoryBytes(new ReducedPicture(stored, 800))).toBeLessThan(16e6);
    });

    test('takes no more than it said, and has the colour everywhere', async () => {
      const { stored } = openPhoto(await filled(2400, 1800));
      const target = new ReducedPicture(stored, 600);
      const allocated = allocatedBytes(() => {
        stored.decode(target, unlimitedWork);
      });
      expect(allocated).toBeLessThan(stored.memoryBytes(target) + 100_000);
      const { width, height, pixels } = target.image;
      expect([width, height]).toEqual([600, 450]);
      for (const at of [0, 599, 449 * 600, 450 * 600 - 1, 225 * 600 + 300]) {
        for (const [channel, expected] of [0xcc, 0x66, 0x33].entries()) {
          expect(Math.abs(pixels[at * 3 + channel] - expected)).toBeLessThanOrEqual(3);
        }
      }
    });
  });
});
