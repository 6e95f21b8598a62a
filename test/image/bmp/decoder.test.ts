/** The decoder's pictures against what was written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bmpCodec } from '../../../src/image/bmp/codec.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { decodeStored } from '../decoded.ts';
import { drawPalette } from '../gif/pictures.ts';
import { boxMeans } from '../jpeg/reference.ts';
import { RegionTarget } from '../region-target.ts';
import { expectPicture } from './decoded.ts';
import { drawValues, picture } from './pictures.ts';
import { encodeRunLengths } from './run-length-encoder.ts';
import { type Bmp, compression, joinBytes, writeBmp } from './writer.ts';

/** A picture of 19 x 13 pixels: no row of less than 32 bits a pixel is whole words. */
function drawn(bitsPerPixel: number, changes: Partial<Bmp> = {}): Bmp {
  const [width, height] = [19, 13];
  const values = drawValues(width * height, bitsPerPixel);
  const palette = bitsPerPixel <= 8 ? drawPalette(2 ** bitsPerPixel) : [];
  return { width, height, bitsPerPixel, values, palette, ...changes };
}

const os2Headers = [12, 16, 20, 24, 32, 36, 44, 48, 60, 64] as const;
const windowsHeaders = [40, 52, 56, 108, 124] as const;
const bits = fc.constantFrom(1, 2, 4, 8, 16, 24, 32);

/** Masks of channels that lie in any order, with any number of bits. */
function anyMasks(bitsPerPixel: 16 | 32): fc.Arbitrary<number[]> {
  const most = bitsPerPixel === 16 ? 5 : 10;
  const counts = fc.tuple(
    fc.integer({ min: 1, max: most }),
    fc.integer({ min: 0, max: most }),
    fc.integer({ min: 0, max: most }),
    fc.integer({ min: 0, max: bitsPerPixel === 16 ? 1 : 2 }),
  );
  const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
  return fc.tuple(counts, order).map(([channelBits, channels]) => {
    const masks = [0, 0, 0, 0];
    let lowest = 0;
    for (const channel of channels) {
      masks[channel] = (2 ** channelBits[channel] - 1) * 2 ** lowest;
      lowest += channelBits[channel];
    }
    return masks;
  });
}

const anyColors = fc
  .record({
    bitsPerPixel: bits,
    headerBytes: fc.constantFrom(...os2Headers, ...windowsHeaders),
  })
  .map(({ bitsPerPixel, headerBytes }) => ({ bitsPerPixel, headerBytes }));

const anyFields = fc.constantFrom(16 as const, 32 as const).chain((bitsPerPixel) =>
  fc
    .record({
      bitsPerPixel: fc.constant(bitsPerPixel),
      masks: anyMasks(bitsPerPixel),
      headerBytes: fc.constantFrom(...windowsHeaders),
      compression: fc.constantFrom(compression.bitFields, compression.alphaBitFields),
    })
    // Where there is no room for a fourth mask, there is none.
    .map((bmp) =>
      bmp.compression === compression.bitFields && bmp.headerBytes < 56
        ? { ...bmp, masks: bmp.masks.slice(0, 3) }
        : bmp,
    ),
);

/** Files of any size and depth that aren't compressed. */
const anyBmp: fc.Arbitrary<Bmp> = fc
  .record({
    kind: fc.oneof(anyColors, anyFields),
    width: fc.integer({ min: 1, max: 33 }),
    height: fc.integer({ min: 1, max: 33 }),
    topDown: fc.boolean(),
    gap: fc.oneof(fc.constant(0), fc.nat(20)),
    seed: fc.nat(1000),
  })
  .map(({ kind, width, height, topDown, gap, seed }) => {
    const { bitsPerPixel, headerBytes } = kind;
    return {
      ...kind,
      width,
      height,
      // The header of OS/2 1.x has no sign.
      topDown: topDown && headerBytes > 12,
      gap,
      values: drawValues(width * height, bitsPerPixel, seed),
      palette: bitsPerPixel <= 8 ? drawPalette(2 ** bitsPerPixel, seed) : [],
    };
  });

describe('the BMP decoder', () => {
  test('decodes files of any size and depth to the pixels that were written', () => {
    fc.assert(
      fc.property(anyBmp, (bmp) => expectPicture(writeBmp(bmp), picture(bmp))),
      { numRuns: 1000, seed: 20_261_123 },
    );
  });

  test.for([...os2Headers, ...windowsHeaders])('reads headers of %i bytes', (headerBytes) => {
    for (const bitsPerPixel of [1, 4, 8, 24]) {
      const bmp = drawn(bitsPerPixel, { headerBytes });
      expectPicture(writeBmp(bmp), picture(bmp));
    }
  });

  test.for([1, 2, 4, 8])(
    'takes colours that a palette of %i bits leaves out for black',
    (depth) => {
      const colors = 2 ** depth - 1;
      const palette = drawPalette(colors);
      const bmp = drawn(depth, { palette, colorsUsed: colors });
      expectPicture(writeBmp(bmp), picture(bmp));
    },
  );

  test('ends a palette that reaches into the pixels where they begin', () => {
    const bmp = drawn(8, { palette: drawPalette(100), colorsUsed: 0 });
    expectPicture(writeBmp(bmp), picture(bmp));
  });

  test.for([
    ['more colours than there are indices', 300],
    ['a palette of 4294967295 colours', 0xffffffff],
  ] as const)('reads a header that announces %s', ([, colorsUsed]) => {
    const bmp = drawn(4, { palette: drawPalette(300), colorsUsed });
    expectPicture(writeBmp(bmp), picture(bmp));
  });

  test('passes over a palette that pixels of 24 bits do not need', () => {
    const bmp = drawn(24, { palette: drawPalette(20), colorsUsed: 20 });
    expectPicture(writeBmp(bmp), picture(bmp));
  });

  test('leaves out bits of a mask that pixels of 16 bits do not have', () => {
    const masks = [0xf800, 0x07e0, 0x001f];
    const bmp = drawn(16, { compression: compression.bitFields, masks });
    const wide = { ...bmp, masks: [0xfffff800, ...masks.slice(1)] };
    expectPicture(writeBmp(wide), picture(bmp));
  });

  test('does not need what fills up the last row', () => {
    const bytes = writeBmp(drawn(24));
    expectPicture(bytes.subarray(0, -3), picture(drawn(24)));
  });

  test('decodes a file from the middle of a larger buffer', () => {
    for (const bmp of [drawn(32), drawn(16), drawn(8)]) {
      const bytes = writeBmp(bmp);
      const larger = joinBytes([1, 2, 3], bytes, Buffer.from('BM'));
      expectPicture(larger.subarray(3, 3 + bytes.length), picture(bmp));
    }
  });
});

describe('the BMP decoder, on alpha', () => {
  const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
  const transparent = drawn(32).values;
  const opaque = Array.from(transparent, (value) => value % 2 ** 24);

  test.for([40, 52])('ignores the fourth byte of plain pixels behind %i bytes', (headerBytes) => {
    const bmp = drawn(32, { headerBytes });
    expectPicture(writeBmp(bmp), picture(bmp));
  });

  test.for([56, 108, 124])(
    'lays plain pixels on white where a header of %i bytes has a mask for alpha',
    (headerBytes) => {
      const bmp = drawn(32, { headerBytes, masks });
      expectPicture(writeBmp(bmp), picture({ ...bmp, compression: compression.bitFields }));
    },
  );

  test('takes plain pixels for opaque where all of alpha is 0', () => {
    const bmp = drawn(32, { headerBytes: 108, masks, values: opaque });
    expectPicture(writeBmp(bmp), picture(drawn(32, { values: opaque })));
    const [first, ...others] = opaque;
    const almost = { ...bmp, values: [...others, first + 2 ** 24] };
    const expected = picture({ ...almost, compression: compression.bitFields });
    expectPicture(writeBmp(almost), expected);
  });

  test('takes pixels for transparent where their bits are named, even if all are', () => {
    const bmp = drawn(32, {
      headerBytes: 108,
      masks,
      values: opaque,
      compression: compression.bitFields,
    });
    const { pixels } = decodeStored(bmpCodec, writeBmp(bmp));
    expect(new Set(pixels)).toEqual(new Set([255]));
  });

  test('takes all four masks behind a header of 40 bytes', () => {
    const bmp = drawn(16, {
      masks: [0x0f00, 0x00f0, 0x000f, 0xf000],
      compression: compression.alphaBitFields,
    });
    expectPicture(writeBmp(bmp), picture(bmp));
  });
});

describe('the BMP decoder, for less than the whole picture', () => {
  const size = { width: 101, height: 83 };

  /** The values of 8 bits as they are, and run-length-encoded. */
  function files(topDown: boolean): Uint8Array[] {
    const values = drawValues(size.width * size.height, 8);
    const rows = Array.from({ length: size.height }, (_, y) =>
      values.slice(y * size.width, (y + 1) * size.width),
    );
    const bmp = { ...size, topDown, bitsPerPixel: 8, palette: drawPalette(256), values };
    const data = encodeRunLengths(topDown ? rows : rows.toReversed(), 8);
    return [writeBmp(bmp), writeBmp({ ...bmp, compression: compression.rle8, data })];
  }

  test.for([2, 3, 8, 30, 200])('reduces it to means of boxes of %i', (maxReduction) => {
    for (const bytes of [...files(false), ...files(true)]) {
      const { width, height, pixels } = decodeStored(bmpCodec, bytes, maxReduction);
      const means = boxMeans(decodeStored(bmpCodec, bytes), Math.min(maxReduction, 101));
      expect([width, height]).toEqual([means.width, means.height]);
      expect(Buffer.compare(pixels, means.pixels)).toBe(0);
    }
  });

  test('sends just the rows and columns that are wanted', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const part = fc.tuple(share, share, share, share).map(([a, b, c, d]) => ({
      left: Math.min(a, b),
      right: Math.max(a, b),
      top: Math.min(c, d),
      bottom: Math.max(c, d),
    }));
    const anyFile = fc.oneof(
      anyBmp.map(writeBmp),
      fc.constantFrom(...files(false), ...files(true)),
    );
    fc.assert(
      fc.property(
        anyFile,
        part,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        (bytes, wanted, by, step) => {
          const whole = decodeStored(bmpCodec, bytes, by);
          const target = new RegionTarget(wanted, { across: by + 0.5, down: by + 0.9 }, step);
          expect(bmpCodec.open(bytes).decode(target, unlimitedWork)).toEqual({ truncated: false });
          const { rows, expected } = target.compared(whole);
          expect(rows).toEqual(expected);
        },
      ),
      { numRuns: 300, seed: 20_261_123 },
    );
  });
});
