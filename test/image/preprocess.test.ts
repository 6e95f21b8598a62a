import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoxReducer } from '../../src/image/box-reducer.ts';
import { type Fit, fits } from '../../src/image/fit.ts';
import { orientations, turnUpright } from '../../src/image/orientation.ts';
import { NetworkInput, preprocess } from '../../src/image/preprocess.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';

const anyImage = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((pixels): RgbImage => ({ width, height, pixels })),
  );

/** One value of the input by the definition: half-pixel centres, edges held, bilinear. */
function sampleAt(image: RgbImage, x: number, y: number, channel: number): number {
  const clampedX = Math.min(Math.max(x, 0), image.width - 1);
  const clampedY = Math.min(Math.max(y, 0), image.height - 1);
  const [x0, y0] = [Math.floor(clampedX), Math.floor(clampedY)];
  let value = 0;
  for (const [dx, weightX] of [
    [0, 1 - (clampedX - x0)],
    [1, clampedX - x0],
  ]) {
    for (const [dy, weightY] of [
      [0, 1 - (clampedY - y0)],
      [1, clampedY - y0],
    ]) {
      const column = Math.min(x0 + dx, image.width - 1);
      const row = Math.min(y0 + dy, image.height - 1);
      value += image.pixels[(row * image.width + column) * 3 + channel] * weightX * weightY;
    }
  }
  return value / 127.5 - 1;
}

/** A photo whose sides differ by an even number of pixels, so that its centre is whole pixels. */
const evenlyCropped = anyImage.filter(({ width, height }) => (width - height) % 2 === 0);

/** The part of a photo that crop keeps. */
function cropped(image: RgbImage): RgbImage {
  const side = Math.min(image.width, image.height);
  const left = Math.floor((image.width - side) / 2);
  const top = Math.floor((image.height - side) / 2);
  const pixels = new Uint8Array(side * side * 3);
  for (let row = 0; row < side; row++) {
    const start = ((top + row) * image.width + left) * 3;
    pixels.set(image.pixels.subarray(start, start + side * 3), row * side * 3);
  }
  return { width: side, height: side, pixels };
}

describe('preprocess', () => {
  test('samples bilinearly at half-pixel centres over the whole photo with squash', () => {
    fc.assert(
      fc.property(anyImage, fc.integer({ min: 1, max: 32 }), (image, size) => {
        const input = preprocess(image, size, 'squash');
        for (let row = 0; row < size; row++) {
          for (let column = 0; column < size; column++) {
            const x = ((column + 0.5) * image.width) / size - 0.5;
            const y = ((row + 0.5) * image.height) / size - 0.5;
            for (let channel = 0; channel < 3; channel++) {
              const value = input[(row * size + column) * 3 + channel];
              expect(value).toBeCloseTo(sampleAt(image, x, y, channel), 4);
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('crops as if the centred square were all of the photo', () => {
    fc.assert(
      fc.property(evenlyCropped, (image) => {
        // Enlarging looks at pixels beyond the crop's edge, which the cropped photo lacks.
        fc.pre(Math.min(image.width, image.height) >= 16);
        expect(preprocess(image, 16, 'crop')).toEqual(preprocess(cropped(image), 16, 'squash'));
      }),
    );
  });

  test('crops a photo and its mirror image alike', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const mirrored = preprocess(turnUpright(image, 2), 16, 'crop');
        const expected = preprocess(image, 16, 'crop');
        for (let row = 0; row < 16; row++) {
          for (let column = 0; column < 16; column++) {
            const at = (row * 16 + column) * 3;
            const mirror = (row * 16 + 15 - column) * 3;
            for (let channel = 0; channel < 3; channel++) {
              expect(mirrored[mirror + channel]).toBeCloseTo(expected[at + channel], 4);
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('treats a square photo alike with every fit', () => {
    fc.assert(
      fc.property(anyImage.map(cropped), (image) => {
        const squashed = preprocess(image, 24, 'squash');
        expect(preprocess(image, 24, 'crop')).toEqual(squashed);
        expect(preprocess(image, 24, 'pad')).toEqual(squashed);
      }),
    );
  });

  test('pads with mid-gray bars beside the whole photo', () => {
    const white: RgbImage = { width: 20, height: 10, pixels: new Uint8Array(600).fill(255) };
    const input = preprocess(white, 8, 'pad');
    const rows = Array.from({ length: 8 }, (_, row) => [...input.slice(row * 24, row * 24 + 24)]);
    const [bar, photo] = [new Array(24).fill(0), new Array(24).fill(1)];
    expect(rows).toEqual([bar, bar, photo, photo, photo, photo, bar, bar]);
  });

  test('only scales a photo of the right size', () => {
    const pixels = Uint8Array.from({ length: 5 * 5 * 3 }, (_, i) => (i * 37) % 256);
    const input = preprocess({ width: 5, height: 5, pixels }, 5, 'crop');
    for (const [i, value] of input.entries()) expect(value).toBeCloseTo(pixels[i] / 127.5 - 1, 6);
  });

  test.for(fits)('stays within -1 and 1 with fit %s', (fit: Fit) => {
    fc.assert(
      fc.property(anyImage, (image) => {
        for (const value of preprocess(image, 9, fit)) {
          expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-6);
        }
      }),
    );
  });

  test('stays within -1 and 1 where the picture is reduced one way only', () => {
    const pixels = Uint8Array.from({ length: 2000 * 100 * 3 }, (_, i) =>
      Math.floor(i / 3 / 9) % 2 === 0 ? 0 : 255,
    );
    const input = new NetworkInput({ width: 2000, height: 100, orientation: 1 }, 224, 'squash');
    const reducer = new BoxReducer(2000, 100, input);
    for (let y = 0; y < 100; y++) reducer.add(y, pixels.subarray(y * 6000, (y + 1) * 6000));
    reducer.finish();
    expect(input.maxReduction.across).toBeGreaterThan(2);
    expect(input.maxReduction.down).toBe(1);
    for (const value of input.values) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-6);
  });
});

describe('NetworkInput', () => {
  /** A smooth picture, whose reduced samples say everything about it. */
  function drawWaves(width: number, height: number): RgbImage {
    const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return 128 + 60 * Math.sin((x * 9) / width + (i % 3)) + 60 * Math.cos((y * 7) / height);
    });
    return { width, height, pixels };
  }

  test.for(fits)('is the same from a reduced picture as from a whole one, with %s', (fit) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 600 }),
        fc.integer({ min: 300, max: 600 }),
        fc.constantFrom(...orientations),
        (width, height, orientation) => {
          const image = drawWaves(width, height);
          const whole = preprocess(turnUpright(image, orientation), 24, fit);
          const input = new NetworkInput({ width, height, orientation }, 24, fit);
          const reducer = new BoxReducer(width, height, input);
          const { firstColumn, endColumn, firstRow, endRow } = reducer;
          for (let y = firstRow; y < endRow; y++) {
            const row = image.pixels.subarray(y * width * 3, (y + 1) * width * 3);
            reducer.add(y, row.subarray(firstColumn * 3, endColumn * 3));
          }
          reducer.finish();
          expect(Math.min(input.maxReduction.across, input.maxReduction.down)).toBeGreaterThan(4);
          const worst = input.values.reduce(
            (most, value, i) => Math.max(most, Math.abs(value - whole[i])),
            0,
          );
          expect(worst * 127.5).toBeLessThan(3);
        },
      ),
      { numRuns: 15, seed: 3 },
    );
  });
});
