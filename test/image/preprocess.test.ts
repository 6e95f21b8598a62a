import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoxReducer } from '../../src/image/box-reducer.ts';
import { type Fit, fits } from '../../src/image/fit.ts';
import { orientations, turnUpright } from '../../src/image/orientation.ts';
import { NetworkInput, preprocess } from '../../src/image/preprocess.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';
import { unlimitedWork } from '../../src/image/work-budget.ts';
import { greatestDifference, interpolated, type Samples } from './interpolation.ts';

const anyImage = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((pixels): RgbImage => ({ width, height, pixels })),
  );

/** Of black and white too: there, means that are corrected overshoot most. */
const anyPixels = (bytes: number) =>
  fc.oneof(
    fc.uint8Array({ minLength: bytes, maxLength: bytes }),
    fc
      .array(fc.constantFrom(0, 255), { minLength: bytes, maxLength: bytes })
      .map((levels) => Uint8Array.from(levels)),
  );

const anySide = fc.integer({ min: 1, max: 40 });
const anyReduction = fc.constantFrom(1, 2, 3, 8, 2.5);

const anySamples = fc
  .record({ width: anySide, height: anySide, across: anyReduction, down: anyReduction })
  .chain(({ width, height, across, down }) =>
    fc.record({
      image: anyPixels(width * height * 3).map((pixels): RgbImage => ({ width, height, pixels })),
      reduction: fc.constant({ across, down }),
      orientation: fc.constantFrom(...orientations),
    }),
  );

/** The network's input out of the samples that a decoder gives. */
function inputOf({ image, reduction, orientation }: Samples, size: number, fit: Fit): Uint8Array {
  const { width, height, pixels } = image;
  const stored = { width: width * reduction.across, height: height * reduction.down, orientation };
  const input = new NetworkInput(stored, size, fit);
  const sink = input.open({ width, height, reduction });
  for (let y = sink.firstRow; y < sink.endRow; y++) {
    const [first, end] = [y * width + sink.firstColumn, y * width + sink.endColumn];
    if (sink.wants(y)) sink.write(y, pixels.subarray(first * 3, end * 3));
  }
  return input.values;
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
              expect(mirrored[mirror + channel]).toBe(expected[at + channel]);
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
    const [bar, photo] = [new Array(24).fill(127), new Array(24).fill(255)];
    expect(rows).toEqual([bar, bar, photo, photo, photo, photo, bar, bar]);
  });

  test('takes a photo of the right size as it is', () => {
    const pixels = Uint8Array.from({ length: 5 * 5 * 3 }, (_, i) => (i * 37) % 256);
    expect(preprocess({ width: 5, height: 5, pixels }, 5, 'crop')).toEqual(pixels);
  });
});

describe('NetworkInput', () => {
  test.for(fits)('is the nearest whole number to what lies between samples, with %s', (fit) => {
    fc.assert(
      fc.property(anySamples, fc.integer({ min: 1, max: 32 }), (samples, size) => {
        const definition = interpolated(samples, size, fit);
        const difference = greatestDifference(inputOf(samples, size, fit), definition);
        expect(difference).toBeLessThanOrEqual(0.5 + 1e-3);
      }),
      { numRuns: 150 },
    );
  });

  test('rounds halves to the even number', () => {
    const pixels = Uint8Array.of(1, 2, 254, 2, 3, 255);
    expect([...preprocess({ width: 2, height: 1, pixels }, 1, 'squash')]).toEqual([2, 2, 254]);
  });

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
          const reducer = new BoxReducer(width, height, input, unlimitedWork);
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
          expect(worst).toBeLessThanOrEqual(3);
        },
      ),
      { numRuns: 15, seed: 3 },
    );
  });
});
