/** What the decoder gives a target that wants a smaller picture, or a part of it; and how it is turned. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orientations, turnUpright } from '../../../src/image/orientation.ts';
import { pngCodec } from '../../../src/image/png/codec.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { decodeStored, decodeUpright } from '../decoded.ts';
import { boxMeans } from '../jpeg/reference.ts';
import { type Part, RegionTarget } from '../region-target.ts';
import { anyFiltering, drawPicture, onWhite } from './pictures.ts';
import { chunk, layouts, type PngEncoding, writePng } from './writer.ts';

const stored = layouts.flatMap((layout) =>
  [false, true].map((interlaced) => ({ ...layout, interlaced })),
);

const anySize = fc.record({
  width: fc.integer({ min: 1, max: 40 }),
  height: fc.integer({ min: 1, max: 40 }),
});

/** Shares of the picture's sides where a part begins and ends. */
const anyPart: fc.Arbitrary<Part> = fc
  .tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100))
  .map(([x, width, y, height]) => ({
    left: x / 101,
    right: (x + 1 + (width * (100 - x)) / 100) / 101,
    top: y / 101,
    bottom: (y + 1 + (height * (100 - y)) / 100) / 101,
  }));

describe.for(stored)(
  'a PNG of colour type $colorType and $bitDepth bits, interlaced: $interlaced',
  ({ interlaced, ...layout }) => {
    test('is reduced to the means of boxes', () => {
      const factor = fc.integer({ min: 1, max: 12 });
      fc.assert(
        fc.property(anySize, factor, anyFiltering, ({ width, height }, side, filtering) => {
          const picture = drawPicture(layout, width, height);
          const bytes = writePng(picture, { interlaced, ...filtering });
          const boxes = Math.min(side, width, height);
          const reduced = decodeStored(pngCodec, bytes, boxes);
          expect(reduced).toEqual({ ...boxMeans(onWhite(picture), boxes), truncated: false });
        }),
        { numRuns: 20 },
      );
    });

    test('gives a part as it is in the whole', () => {
      const factor = fc.integer({ min: 1, max: 5 });
      fc.assert(
        fc.property(anySize, anyPart, factor, anyFiltering, (size, part, across, filtering) => {
          const picture = drawPicture(layout, size.width, size.height);
          const bytes = writePng(picture, { interlaced, ...filtering });
          const boxes = Math.min(across, size.width, size.height);
          const target = new RegionTarget(part, { across: boxes, down: boxes });
          expect(pngCodec.open(bytes).decode(target, unlimitedWork)).toEqual({ truncated: false });
          const { rows, expected } = target.compared(boxMeans(onWhite(picture), boxes));
          expect(rows).toEqual(expected);
        }),
        { numRuns: 20 },
      );
    });
  },
);

describe('what is below the last wanted row', () => {
  const picture = drawPicture({ colorType: 2, bitDepth: 8 }, 64, 100);
  // Noise can't be compressed, so that a share of the file is that share of the rows.
  const bytes = writePng(picture);
  const upper = { left: 0, top: 0, right: 1, bottom: 0.3 };

  test('is not decoded, so that damage there does not matter', () => {
    const damaged = bytes.slice();
    damaged.fill(0xff, bytes.length * 0.4, bytes.length - 20);
    const target = new RegionTarget(upper);
    expect(pngCodec.open(damaged).decode(target, unlimitedWork)).toEqual({ truncated: false });
    const { rows, expected } = target.compared(onWhite(picture));
    expect(rows).toEqual(expected);
  });

  test('is looked at where the file may be cut short, to say so', () => {
    const decode = (share: number): { truncated: boolean } =>
      pngCodec
        .open(bytes.subarray(0, bytes.length * share))
        .decode(new RegionTarget(upper), unlimitedWork);
    expect(decode(0.8)).toEqual({ truncated: true });
    expect(() => decode(0.45)).toThrow(/half/);
    // Nothing but the end chunk is missing.
    expect(decode(1 - 12 / bytes.length)).toEqual({ truncated: false });
  });
});

describe('the orientation in eXIf', () => {
  const picture = drawPicture({ colorType: 2, bitDepth: 8 }, 9, 6);

  /** A TIFF directory with nothing but the orientation. */
  function exif(value: number): Uint8Array {
    const tag = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0];
    return chunk('eXIf', [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, ...tag, 0, 0, 0, 0]);
  }

  const places: readonly { name: string; put: (exif: Uint8Array) => PngEncoding }[] = [
    { name: 'before the data', put: (found) => ({ before: [found] }) },
    { name: 'behind the data', put: (found) => ({ after: [found] }) },
    {
      name: 'behind data in many chunks',
      put: (found) => ({ splits: [1, 1, 40, 90], after: [chunk('tEXt', [65, 0, 66]), found] }),
    },
  ];

  describe.for(places)('$name', ({ put }) => {
    test.for(orientations)('turns the picture with %i', (value) => {
      const bytes = writePng(picture, put(exif(value)));
      expect(pngCodec.open(bytes).orientation).toBe(value);
      const { truncated, ...upright } = decodeUpright(bytes);
      expect(truncated).toBe(false);
      expect(upright).toEqual(turnUpright(onWhite(picture), value));
    });
  });

  test('is that of the first eXIf', () => {
    const files = [
      writePng(picture, { before: [exif(6), exif(3)] }),
      writePng(picture, { before: [exif(6)], after: [exif(3)] }),
      writePng(picture, { after: [exif(6), exif(3)] }),
    ];
    expect(files.map((bytes) => pngCodec.open(bytes).orientation)).toEqual([6, 6, 6]);
  });

  test('is 1 where there is none, or none that makes sense', () => {
    const files = [
      writePng(picture),
      writePng(picture, { before: [exif(9)] }),
      writePng(picture, { before: [chunk('eXIf', [1, 2, 3])] }),
      writePng(picture, { after: [exif(6).subarray(0, 20)] }).subarray(0, -12),
    ];
    expect(files.map((bytes) => pngCodec.open(bytes).orientation)).toEqual([1, 1, 1, 1]);
  });
});
