/**
 * The decoder's scaled pictures against libjpeg-turbo's of the same factor, and against the means of
 * boxes of the full-size picture, which are what a scaled picture is about: a DC coefficient is the
 * mean of its block (T.81, A.3.3).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, inject, test } from 'vitest';
import type { Denominator } from '../../../src/image/jpeg/frame.ts';
import { sharedPhotos } from '../../support/photos.ts';
import { expectLikeSharp, reduced } from './conformance.ts';
import { decodeJpeg } from './decoded.ts';
import { drawNoise, type Encoding, encode, readVariant, variants } from './pictures.ts';
import { boxMeans, expectAlike } from './reference.ts';

const photos = inject('validPhotos')
  .filter(({ format }) => format === 'jpeg')
  .map(({ name, base64 }) => ({
    name,
    bytes: new Uint8Array(Buffer.from(base64, 'base64')),
  }));

describe.for(reduced)('decodeJpeg at 1/%i', (denominator) => {
  test.for(photos)('agrees with libjpeg-turbo on $name', async ({ bytes }) => {
    await expectLikeSharp(bytes, denominator);
  });

  test.for(variants)('agrees with libjpeg-turbo on %s', async (name) => {
    await expectLikeSharp(readVariant(`${name}.jpg`), denominator);
  });

  const encodings: Readonly<Record<string, Encoding>> = {
    '4:4:4': { chromaSubsampling: '4:4:4', quality: 95 },
    '4:2:0': { chromaSubsampling: '4:2:0', quality: 95 },
    'progressive 4:4:4': { chromaSubsampling: '4:4:4', progressive: true },
    'progressive 4:2:0': { chromaSubsampling: '4:2:0', progressive: true },
    'with split scans': { optimiseScans: true, progressive: true },
    gray: { space: 'b-w' },
    'progressive gray': { space: 'b-w', progressive: true },
    'quality 1': { quality: 1 },
    'quality 100': { quality: 100 },
  };

  test.for(Object.entries(encodings))(
    'agrees with libjpeg-turbo on noise: %s',
    async ([, encoding]) => {
      await expectLikeSharp(await encode(drawNoise(203, 149), encoding), denominator);
    },
  );

  test.for(photos)('is about the mean of boxes, edges included: $name', ({ bytes }) => {
    const means = boxMeans(decodeJpeg(bytes, 1), denominator);
    const scaled = decodeJpeg(bytes, denominator);
    expect([scaled.width, scaled.height]).toEqual([means.width, means.height]);
    expectAlike(scaled.pixels, means.pixels, { mean: 2.5, psnr: 30 });
  });
});

describe('decodeJpeg', () => {
  test.for([
    ['4:4:4', { chromaSubsampling: '4:4:4' }],
    ['4:2:0', { chromaSubsampling: '4:2:0' }],
    ['progressive 4:2:0', { progressive: true }],
    ['gray', { space: 'b-w' }],
    ['CMYK', { space: 'cmyk' }],
  ] as const)(
    'rounds sides up at every scale, for pictures of 1 to 33 pixels: %s',
    async ([, encoding]) => {
      for (let width = 1; width <= 33; width++) {
        const height = ((width * 23) % 33) + 1;
        const bytes = await encode(drawNoise(width, height), encoding);
        for (const denominator of [1, 2, 4, 8] satisfies Denominator[]) {
          const scaled = decodeJpeg(bytes, denominator);
          expect(scaled).toMatchObject({
            width: Math.ceil(width / denominator),
            height: Math.ceil(height / denominator),
            truncated: false,
          });
          expect(scaled.pixels).toHaveLength(scaled.width * scaled.height * 3);
        }
      }
    },
  );
});

// `npm run test:more` takes many more.
test.for(sharedPhotos('camera/canon*', 'exif-orientation/Portrait_8.jpg', 'imagenet/n0153*'))(
  'decodeJpeg, scaled, agrees with libjpeg-turbo on $name',
  async ({ path }) => {
    const bytes = new Uint8Array(readFileSync(path));
    for (const denominator of reduced) await expectLikeSharp(bytes, denominator);
  },
);
