/** The decoder's pictures against libwebp's, on what sharp writes: they are the same to the bit. */
import fc from 'fast-check';
import type { WebpOptions } from 'sharp';
import { describe, test } from 'vitest';
import { drawNoise, fixturePixels } from '../jpeg/pictures.ts';
import { encode, encodeTransparent } from './pictures.ts';
import { expectLikeSharp } from './reference.ts';

const seed = 20_261_124;

/** Every option of sharp's that changes what is in the file. */
const lossyEncodings: Readonly<Record<string, WebpOptions>> = {
  'quality 1': { quality: 1 },
  'quality 20': { quality: 20, effort: 6 },
  'quality 80': { quality: 80 },
  'quality 100': { quality: 100 },
  'smart subsampling': { quality: 90, smartSubsample: true },
  'smart deblocking': { quality: 40, smartDeblock: true },
  'preset photo': { preset: 'photo' },
  'preset picture': { preset: 'picture' },
  'preset drawing': { preset: 'drawing' },
  'preset icon': { preset: 'icon' },
  'preset text': { preset: 'text' },
  'effort 0': { effort: 0 },
  'effort 6': { effort: 6 },
};

const losslessEncodings: Readonly<Record<string, WebpOptions>> = {
  'lossless, effort 0': { lossless: true, effort: 0 },
  'lossless, effort 1': { lossless: true, effort: 1 },
  'lossless, effort 4': { lossless: true, effort: 4 },
  'lossless, effort 6': { lossless: true, effort: 6, quality: 100 },
  'near-lossless': { nearLossless: true, quality: 1 },
  'near-lossless, quality 60': { nearLossless: true, quality: 60 },
};

const encodings = { ...lossyEncodings, ...losslessEncodings };

const alphaEncodings: Readonly<Record<string, WebpOptions>> = {
  'lossy alpha of quality 100': { quality: 60, alphaQuality: 100 },
  'lossy alpha of quality 50': { quality: 60, alphaQuality: 50 },
  'lossy alpha of quality 0': { quality: 60, alphaQuality: 0 },
  'lossy, effort 0': { effort: 0 },
  'lossy, effort 6': { effort: 6 },
  lossless: { lossless: true },
  'lossless, effort 6': { lossless: true, effort: 6 },
  'near-lossless': { nearLossless: true, quality: 30 },
};

/** Parts of scenes, neither side of which is a whole number of macroblocks. */
const part = { width: 130, height: 93 };
const pictures = [
  { name: 'noise', read: async () => drawNoise(133, 101) },
  ...['daisy.jpg', 'spider-web.jpg', 'traffic-light.jpg'].map((name) => ({
    name,
    read: () => fixturePixels(name, part),
  })),
];

const anySide = fc.integer({ min: 1, max: 65 });

describe.for(pictures)('decodes as libwebp does: $name', ({ read }) => {
  test.for(Object.entries(encodings))('%s', async ([, options]) => {
    await expectLikeSharp(await encode(await read(), options));
  });

  test.for(Object.entries(alphaEncodings))('with alpha: %s', async ([, options]) => {
    await expectLikeSharp(await encodeTransparent(await read(), options));
  });
});

describe('decodes pictures of any size as libwebp does', () => {
  test.for(Object.entries({ ...encodings, ...alphaEncodings }))('%s', async ([name, options]) => {
    const write = name in alphaEncodings ? encodeTransparent : encode;
    await fc.assert(
      fc.asyncProperty(anySide, anySide, async (width, height) => {
        const bytes = await write(drawNoise(width, height, width), options);
        await expectLikeSharp(bytes, `${width} x ${height}`);
      }),
      { numRuns: 25, seed },
    );
  });

  test('1 x 1 to 18 x 18, in which each edge of blocks and pairs of pixels occurs', async () => {
    for (let width = 1; width <= 18; width++) {
      for (let height = 1; height <= 18; height++) {
        const bytes = await encode(drawNoise(width, height), { quality: 70, effort: 1 });
        await expectLikeSharp(bytes, `${width} x ${height}`);
      }
    }
  });

  test('any quality', async () => {
    const picture = drawNoise(50, 35);
    for (let quality = 1; quality <= 100; quality++) {
      await expectLikeSharp(await encode(picture, { quality }), `quality ${quality}`);
    }
  });
});
