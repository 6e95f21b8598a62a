/** The decoder's pictures against libvips's (libnsgif), on what the tests and libvips itself write. */
import fc from 'fast-check';
import sharp, { type GifOptions } from 'sharp';
import { describe, expect, test } from 'vitest';
import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { drawNoise, fixturePixels } from '../jpeg/pictures.ts';
import { anyGif } from './any-gif.ts';
import { expectPicture } from './decoded.ts';
import { changeFrame, drawIndices, drawPalette, firstFrame } from './pictures.ts';
import { type Gif, writeGif } from './writer.ts';

/** With a transparent index, without which libvips makes black what a frame doesn't cover. */
const plain: Gif = {
  width: 23,
  height: 19,
  palette: drawPalette(16),
  frames: [{ width: 23, height: 19, indices: drawIndices(23, 19, 16), transparent: 200 }],
};

/** The first frame as libvips decodes it, on white. */
async function decodeWithSharp(bytes: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(bytes, { page: 0 })
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: new Uint8Array(data) };
}

describe('the GIF decoder, beside libvips', () => {
  test.for([
    ['reaches beyond the screen', { left: 3, top: 2 }, 23, 19],
    ['lies outside of the screen', { left: 50, top: 40 }, 23, 19],
    ['is larger than the screen', {}, 1, 1],
    ['comes with a screen of 0 x 0', {}, 0, 0],
  ] as const)(
    'enlarges the picture where its frame %s, as libvips does',
    async ([, changes, width, height]) => {
      const gif = changeFrame({ ...plain, width, height }, changes);
      const bytes = writeGif(gif);
      expectPicture(bytes, firstFrame(gif));
      expectPicture(bytes, await decodeWithSharp(bytes));
    },
  );

  test('decodes what the tests write to the same pixels', async () => {
    // libvips takes a screen with one side of 0 for none.
    const comparable = anyGif.filter(({ width, height }) => width > 0 === height > 0);
    for (const gif of fc.sample(comparable, { numRuns: 200, seed: 20_261_123 })) {
      const [{ transparent = 255 }] = gif.frames;
      const bytes = writeGif(changeFrame(gif, { transparent }));
      expectPicture(bytes, await decodeWithSharp(bytes));
    }
  });

  const encodings: Readonly<Record<string, GifOptions>> = {
    '256 colours': {},
    interlaced: { progressive: true },
    'two colours': { colours: 2 },
    'five colours': { colours: 5, dither: 0 },
    'no dither': { dither: 0, effort: 10 },
  };

  test.for(Object.entries(encodings))('decodes what libvips writes: %s', async ([, options]) => {
    for (const picture of [
      drawNoise(133, 101),
      drawNoise(1, 1),
      drawNoise(7, 300),
      await fixturePixels('daisy.jpg'),
    ]) {
      const { width, height, pixels } = picture;
      const file = await sharp(pixels, { raw: { width, height, channels: 3 } })
        .gif(options)
        .toBuffer();
      const bytes = new Uint8Array(file);
      expectPicture(bytes, await decodeWithSharp(bytes));
    }
  });

  test('decodes what libvips writes with transparent pixels', async () => {
    const { width, height, pixels } = drawNoise(61, 47);
    const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) =>
      i % 4 < 3 ? pixels[(i >> 2) * 3 + (i % 4)] : (i >> 2) % 5 === 0 ? 0 : 255,
    );
    const file = await sharp(rgba, { raw: { width, height, channels: 4 } })
      .gif()
      .toBuffer();
    const bytes = new Uint8Array(file);
    expectPicture(bytes, await decodeWithSharp(bytes));
  });

  test('decodes the first frame of an animation that libvips writes', async () => {
    const { width, pixels } = drawNoise(64, 96);
    const file = await sharp(pixels, { raw: { width, height: 96, channels: 3, pageHeight: 32 } })
      .gif({ delay: [100, 100, 100] })
      .toBuffer();
    const bytes = new Uint8Array(file);
    expect(await sharp(bytes).metadata()).toMatchObject({ pages: 3 });
    expectPicture(bytes, await decodeWithSharp(bytes));
  });
});
