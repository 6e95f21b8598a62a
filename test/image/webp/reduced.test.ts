/** What the decoder gives a target that wants a smaller picture, or a part of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { webpCodec } from '../../../src/image/webp/codec.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { decodeStored } from '../decoded.ts';
import { drawNoise } from '../jpeg/pictures.ts';
import { boxMeans, differenceOf } from '../jpeg/reference.ts';
import { type Part, RegionTarget } from '../region-target.ts';
import { encode, encodeAllKinds, readVariant } from './pictures.ts';

const seed = 20_261_124;

/** Shares of the picture's sides where a part begins and ends. */
const anyPart: fc.Arbitrary<Part> = fc
  .tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100))
  .map(([x, width, y, height]) => ({
    left: x / 101,
    right: (x + 1 + (width * (100 - x)) / 100) / 101,
    top: y / 101,
    bottom: (y + 1 + (height * (100 - y)) / 100) / 101,
  }));

const files = [
  ...(await encodeAllKinds()),
  ...[
    'simple-filter-strong.webp',
    'sharpness-7.webp',
    'partitions-8.webp',
    'alpha-filter-gradient.webp',
    'alpha-uncompressed.webp',
    'palette-4.webp',
    'animation-lossy.webp',
    'animation-lossless.webp',
  ].map((name) => ({ name, bytes: readVariant(name) })),
];

/** Opaque lossy pictures: from boxes of 4 x 4 on their planes are reduced, and no colours. */
const reducedByPlanes = new Set([
  'lossy',
  'simple-filter-strong.webp',
  'sharpness-7.webp',
  'partitions-8.webp',
]);
const planesSide = 4;

describe.for(files)('$name', ({ name, bytes }) => {
  const whole = decodeStored(webpCodec, bytes);

  test('is reduced to the means of boxes', () => {
    for (let side = 1; side <= 20; side++) {
      const boxes = Math.min(side, whole.width, whole.height);
      const { pixels, ...reduced } = decodeStored(webpCodec, bytes, boxes);
      const { pixels: expected, ...sides } = boxMeans(whole, boxes);
      expect(reduced).toEqual({ ...sides, truncated: false });
      const isExact = boxes < planesSide || !reducedByPlanes.has(name);
      const { psnr } = differenceOf(pixels, expected);
      expect(psnr, `boxes of ${boxes}`).toBeGreaterThanOrEqual(isExact ? Infinity : 36);
    }
  });

  test('gives a part as it is in the whole', () => {
    const factor = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(anyPart, factor, fc.integer({ min: 1, max: 3 }), (part, side, rowStep) => {
        const target = new RegionTarget(part, { across: side, down: side }, rowStep);
        expect(webpCodec.open(bytes).decode(target, unlimitedWork)).toEqual({ truncated: false });
        const { rows, expected } = target.compared(decodeStored(webpCodec, bytes, side));
        expect(rows).toEqual(expected);
      }),
      { numRuns: 60, seed },
    );
  });
});

describe.for([{ lossless: false }, { lossless: true }])(
  'below the last wanted row, %o',
  (options) => {
    const upper = { left: 0, top: 0, right: 1, bottom: 0.2 };

    test('damage does not matter', async () => {
      const bytes = await encode(drawNoise(64, 160), options);
      const whole = decodeStored(webpCodec, bytes);
      const target = new RegionTarget(upper);
      const damaged = bytes.slice().fill(0x55, bytes.length * 0.6);
      expect(webpCodec.open(damaged).decode(target, unlimitedWork)).toEqual({ truncated: false });
      const { rows, expected } = target.compared(whole);
      expect(rows).toEqual(expected);
    });

    test('it is found out whether a file is cut short', async () => {
      const bytes = await encode(drawNoise(64, 160), options);
      const decode = (share: number): { truncated: boolean } =>
        webpCodec
          .open(bytes.subarray(0, bytes.length * share))
          .decode(new RegionTarget(upper), unlimitedWork);
      expect(decode(1)).toEqual({ truncated: false });
      expect(decode(0.8)).toEqual({ truncated: true });
      expect(() => decode(0.4)).toThrow(/half/);
    });
  },
);
