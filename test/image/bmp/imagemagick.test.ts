/** The decoder on files that ImageMagick wrote, against what these were made of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { bmpCodec } from '../../../src/image/bmp/codec.ts';
import { decodeStored } from '../decoded.ts';

describe('the BMP decoder, beside ImageMagick', () => {
  const folder = join(import.meta.dirname, '../../fixtures/bmp-variants');

  test.for([
    ['rgb-core.bmp', 'rgb.png', 0],
    ['rgb.bmp', 'rgb.png', 0],
    // libvips rounds down where it lays colours on white.
    ['rgba-v5.bmp', 'rgba.png', 1],
    // A channel that lost its lower four bits.
    ['rgba-4444-v5.bmp', 'rgba.png', 16],
    ['palette-256.bmp', 'palette-256.png', 0],
    ['palette-256-rle.bmp', 'palette-256.png', 0],
    ['palette-16.bmp', 'palette-16.png', 0],
    ['palette-16-core.bmp', 'palette-16.png', 0],
    ['palette-2.bmp', 'palette-2.png', 0],
    ['palette-2-core.bmp', 'palette-2.png', 0],
    ['palette-2-v4.bmp', 'palette-2.png', 0],
  ] as const)('decodes %s to the pixels of %s, give or take %i', async ([name, source, most]) => {
    const expected = await sharp(join(folder, source))
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .raw()
      .toBuffer();
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    const { width, height, pixels, truncated } = decodeStored(bmpCodec, bytes);
    expect({ width, height, truncated }).toEqual({ width: 33, height: 25, truncated: false });
    const differences = pixels.map((level, i) => Math.abs(level - expected[i]));
    expect(pixels).toHaveLength(expected.length);
    expect(Math.max(...differences)).toBeLessThanOrEqual(most);
  });
});
