/** Rows that look like the one before them: decoded as any others, and for next to no work. */
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { bmpCodec } from '../../src/image/bmp/codec.ts';
import type { ImageCodec } from '../../src/image/codec.ts';
import { gifCodec } from '../../src/image/gif/codec.ts';
import { pngCodec } from '../../src/image/png/codec.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';
import { webpCodec } from '../../src/image/webp/codec.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { picture as bmpPicture } from './bmp/pictures.ts';
import { encodeRunLengths } from './bmp/run-length-encoder.ts';
import { compression, writeBmp } from './bmp/writer.ts';
import { drawPalette, firstFrame } from './gif/pictures.ts';
import { writeGif } from './gif/writer.ts';
import { boxMeans } from './jpeg/reference.ts';
import { drawPicture, onWhite } from './png/pictures.ts';
import { writePng } from './png/writer.ts';
import { RegionTarget } from './region-target.ts';

/** Which row each row of a picture is a copy of: often the one above. */
function drawSources(height: number, seed: number): number[] {
  const random = seededRandom(seed);
  const sources: number[] = [];
  for (let y = 0; y < height; y++) {
    const repeats = y > 0 && random() < 0.7;
    sources.push(repeats ? sources[y - 1] : Math.floor(random() * height));
  }
  return sources;
}

/** Copies rows of as many values as `width` times `each`. */
function repeatRows<Values extends Uint8Array | Uint16Array | number[]>(
  values: Values,
  rowLength: number,
  sources: readonly number[],
): Values {
  const repeated = values.slice() as Values;
  for (const [y, source] of sources.entries()) {
    for (let i = 0; i < rowLength; i++)
      repeated[y * rowLength + i] = values[source * rowLength + i];
  }
  return repeated;
}

interface Decoded {
  readonly rows: Uint8Array[];
  readonly expected: Uint8Array[];
  readonly units: number;
}

/** Decodes a part of a file at a scale, beside the same part of what was written. */
function decode(codec: ImageCodec, bytes: Uint8Array, whole: RgbImage, seed: number): Decoded {
  const random = seededRandom(seed);
  const boxes = Math.min(1 + Math.floor(random() * 4), whole.width, whole.height);
  const [left, top] = [random() / 2, random() / 2];
  const part = { left, top, right: 1 - random() / 3, bottom: 1 - random() / 3 };
  const target = new RegionTarget(part, { across: boxes, down: boxes });
  let units = 0;
  const work = {
    charge(more: number): void {
      units += more;
    },
  };
  expect(codec.open(bytes).decode(target, work)).toEqual({ truncated: false });
  return { ...target.compared(boxMeans(whole, boxes)), units };
}

const anyPicture = fc.record({
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(1e6),
});

describe('a row that repeats the one before', () => {
  test.for([0, 1, 2, 3, 4].flatMap((filter) => [2, 6].map((colorType) => ({ filter, colorType }))))(
    'is decoded in a PNG with the filter $filter and colour type $colorType',
    ({ filter, colorType }) => {
      const anyDepth = fc.constantFrom(8, 16);
      fc.assert(
        fc.property(anyPicture, anyDepth, ({ width, height, seed }, bitDepth) => {
          const drawn = drawPicture({ colorType, bitDepth }, width, height, seed);
          const rowLength = drawn.samples.length / height;
          const samples = repeatRows(drawn.samples, rowLength, drawSources(height, seed));
          const png = { ...drawn, samples };
          const bytes = writePng(png, { filterOf: () => filter });
          const { rows, expected } = decode(pngCodec, bytes, onWhite(png), seed);
          expect(rows).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    },
  );

  test('is decoded in a GIF, interlaced or not', () => {
    fc.assert(
      fc.property(anyPicture, fc.boolean(), ({ width, height, seed }, interlaced) => {
        const random = seededRandom(seed);
        // Runs of one index are long enough to be filled in.
        const index = (i: number): number =>
          i % width < width / 2 ? 3 : Math.floor(random() * 16);
        const drawn = Uint8Array.from({ length: width * height }, (_, i) => index(i));
        const indices = repeatRows(drawn, width, drawSources(height, seed));
        const frame = { width, height, indices, interlaced };
        const gif = { width, height, palette: drawPalette(16), frames: [frame] };
        const { rows, expected } = decode(gifCodec, writeGif(gif), firstFrame(gif), seed);
        expect(rows).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('is decoded in a BMP of run lengths, from the top or the bottom', () => {
    fc.assert(
      fc.property(anyPicture, fc.boolean(), ({ width, height, seed }, topDown) => {
        const random = seededRandom(seed);
        const drawn = Array.from({ length: width * height }, () => Math.floor(random() * 16));
        const values = repeatRows(drawn, width, drawSources(height, seed));
        const fromTop = Array.from({ length: height }, (_, y) =>
          values.slice(y * width, (y + 1) * width),
        );
        const stored = topDown ? fromTop : fromTop.toReversed();
        const palette = drawPalette(256);
        const bmp = { width, height, bitsPerPixel: 8, palette } as const;
        const bytes = writeBmp({
          ...bmp,
          topDown,
          compression: compression.rle8,
          values: [],
          data: Uint8Array.from(encodeRunLengths(stored, 8, seed)),
        });
        const { rows, expected } = decode(bmpCodec, bytes, bmpPicture({ ...bmp, values }), seed);
        expect(rows).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  test.for([
    ['png', pngCodec],
    ['gif', gifCodec],
    ['webp', webpCodec],
  ] as const)('costs next to nothing in a %s of one colour', async ([format, codec]) => {
    const [width, height] = [1600, 1200];
    const background = { r: 10, g: 200, b: 90 };
    const image = sharp({ create: { width, height, channels: 3, background } });
    const file = await image.toFormat(format, { lossless: true }).toBuffer();
    const pixel = Object.values(background);
    const pixels = new Uint8Array(3 * width * height).map((_, i) => pixel[i % 3]);
    const decoded = decode(codec, new Uint8Array(file), { width, height, pixels }, 3);
    expect(decoded.rows).toEqual(decoded.expected);
    // Elsewhere a pixel that is read and painted costs ten units or more.
    expect(decoded.units / (width * height)).toBeLessThan(9);
  });
});
