/** The decoder's pictures against what was written, and against libvips's (libspng). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pngCodec } from '../../../src/image/png/codec.ts';
import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { decodeStored } from '../decoded.ts';
import {
  anyFiltering,
  anyPicture,
  decodeWithSharp,
  drawPicture,
  isRounded,
  onWhite,
} from './pictures.ts';
import { chunk, dataChunks, joinBytes, layouts, type PngPicture, writePng } from './writer.ts';

/** @throws AssertionError where the picture isn't complete, or differs by as much as a bit */
function expectPicture(bytes: Uint8Array, expected: RgbImage): void {
  const { width, height, pixels, truncated } = decodeStored(pngCodec, bytes);
  expect({ width, height, truncated }).toEqual({
    width: expected.width,
    height: expected.height,
    truncated: false,
  });
  expect(Buffer.compare(pixels, expected.pixels)).toBe(0);
}

function greatestDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

const stored = layouts.flatMap((layout) =>
  [false, true].map((interlaced) => ({ ...layout, interlaced })),
);

describe.for(stored)(
  'a PNG of colour type $colorType and $bitDepth bits, interlaced: $interlaced',
  ({ interlaced, ...layout }) => {
    test('is decoded to what was written, with any size, filters and transparency', () => {
      fc.assert(
        fc.property(anyPicture(layout), anyFiltering, (picture, filtering) => {
          expectPicture(writePng(picture, { ...filtering, interlaced }), onWhite(picture));
        }),
        { numRuns: 40 },
      );
    });

    test('is decoded to the same pixels as by libspng', async () => {
      await fc.assert(
        fc.asyncProperty(anyPicture(layout), anyFiltering, async (picture, filtering) => {
          const bytes = writePng(picture, { ...filtering, interlaced });
          const { pixels } = decodeStored(pngCodec, bytes);
          const libspng = await decodeWithSharp(bytes);
          const bound = isRounded(picture) ? 1 : 0;
          expect(greatestDifference(pixels, libspng.pixels)).toBeLessThanOrEqual(bound);
        }),
        { numRuns: 15 },
      );
    });
  },
);

test.for([false, true])(
  'every size from 1 x 1 to 17 x 17 is decoded, interlaced: %s',
  (interlaced) => {
    for (let width = 1; width <= 17; width++) {
      for (let height = 1; height <= 17; height++) {
        const picture = drawPicture({ colorType: 0, bitDepth: 4 }, width, height);
        expectPicture(writePng(picture, { interlaced }), onWhite(picture));
      }
    }
  },
);

const rgb = drawPicture({ colorType: 2, bitDepth: 8 }, 23, 19);
const palette = drawPicture({ colorType: 3, bitDepth: 4 }, 23, 19);

describe('chunks', () => {
  test('data in chunks of any sizes, empty ones among them, is one stream', () => {
    const bytes = fc.array(fc.nat(1500), { maxLength: 40 });
    fc.assert(
      fc.property(bytes, (splits) => {
        const file = writePng(rgb, { splits: splits.toSorted((a, b) => a - b) });
        expectPicture(file, onWhite(rgb));
      }),
    );
  });

  test('a million empty chunks are passed over', () => {
    const empty = chunk('IDAT');
    const many = new Uint8Array(empty.length * 1e6);
    for (let at = 0; at < many.length; at += empty.length) many.set(empty, at);
    expectPicture(writePng(rgb, { before: [many] }), onWhite(rgb));
  });

  test('checksums of chunks that no pixel depends on are not compared', () => {
    const other = chunk('gAMA', [0, 0, 177, 143]);
    other[other.length - 1] ^= 0x5a;
    const bytes = writePng(rgb, { before: [other], after: [other] });
    const behindLastData = bytes.length - 12 - other.length;
    bytes[behindLastData - 1] ^= 0x5a;
    expectPicture(bytes, onWhite(rgb));
  });

  test('ancillary chunks are skipped wherever they are and whatever they hold', () => {
    const noise = Uint8Array.from({ length: 999 }, (_, i) => i * 31);
    const types = ['iCCP', 'zTXt', 'gAMA', 'sRGB', 'tEXt', 'acTL', 'fcTL', 'prVt', 'hIST', 'cICP'];
    const chunks = types.map((type) => chunk(type, noise));
    expectPicture(writePng(rgb, { before: chunks, after: chunks }), onWhite(rgb));
  });

  test('of an animation the default image is decoded', () => {
    const other = drawPicture({ colorType: 2, bitDepth: 8 }, 23, 19, 2);
    const frame = dataChunks(writePng(other)).subarray(8, -4);
    const after = [
      chunk('fcTL', new Uint8Array(26)),
      chunk('fdAT', joinBytes([0, 0, 0, 1], frame)),
    ];
    const before = [chunk('acTL', [0, 0, 0, 2, 0, 0, 0, 0]), chunk('fcTL', new Uint8Array(26))];
    expectPicture(writePng(rgb, { before, after }), onWhite(rgb));
  });

  test('what follows the picture is not looked at', () => {
    const bytes = joinBytes(writePng(rgb), chunk('IHDR', new Uint8Array(13)), [1, 2, 3]);
    expectPicture(bytes, onWhite(rgb));
  });

  test('a file is decoded without its end chunk', () => {
    expectPicture(writePng(rgb).subarray(0, -12), onWhite(rgb));
  });

  test('a palette beside RGB is only a suggestion', () => {
    expectPicture(writePng({ ...rgb, palette: Uint8Array.of(1, 2, 3) }), onWhite(rgb));
  });

  test('tRNS of a wrong length is left out', () => {
    expectPicture(writePng({ ...rgb, transparency: Uint8Array.of(1, 2) }), onWhite(rgb));
    const gray = drawPicture({ colorType: 0, bitDepth: 8 }, 5, 5);
    expectPicture(writePng({ ...gray, transparency: Uint8Array.of(1) }), onWhite(gray));
  });

  test('tRNS beside an alpha channel is left out', () => {
    const rgba = drawPicture({ colorType: 6, bitDepth: 8 }, 5, 5);
    expectPicture(writePng({ ...rgba, transparency: new Uint8Array(6) }), onWhite(rgba));
  });

  test('indices beyond the palette are black', () => {
    const short: PngPicture = { ...palette, palette: Uint8Array.of(255, 0, 0, 0, 255, 0) };
    expectPicture(writePng(short), onWhite(short));
    expect(onWhite(short).pixels).toContain(255);
  });
});
