import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../src/image/png-file.ts';
import { decodeUpright } from './decoded.ts';

const anyImage = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((pixels) => ({ width, height, pixels })),
  );

describe('encodePng', () => {
  test('loses nothing, as our own decoder reads it', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const { width, height, pixels } = decodeUpright(encodePng(image));
        expect([width, height]).toEqual([image.width, image.height]);
        expect(pixels).toEqual(image.pixels);
      }),
      { numRuns: 50 },
    );
  });

  test('writes 8-bit RGB without alpha, as libvips reads it', async () => {
    const image = { width: 3, height: 2, pixels: Uint8Array.from({ length: 18 }, (_, i) => i * 9) };
    const file = sharp(encodePng(image));
    expect(await file.metadata()).toMatchObject({ format: 'png', channels: 3, depth: 'uchar' });
    expect(new Uint8Array(await file.raw().toBuffer())).toEqual(image.pixels);
  });
});
