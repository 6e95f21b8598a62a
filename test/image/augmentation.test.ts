import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Augmentation,
  randomAugmentations,
  unaugmented,
} from '../../src/image/augmentation.ts';
import { BoxReducer } from '../../src/image/box-reducer.ts';
import { fits } from '../../src/image/fit.ts';
import { orientations } from '../../src/image/orientation.ts';
import { NetworkInput, preprocess } from '../../src/image/preprocess.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';
import { unlimitedWork } from '../../src/image/work-budget.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { greatestDifference, interpolated } from './interpolation.ts';

const size = 12;

const anyImage = fc
  .record({ width: fc.integer({ min: 13, max: 40 }), height: fc.integer({ min: 13, max: 40 }) })
  .chain(({ width, height }) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((pixels): RgbImage => ({ width, height, pixels })),
  );

const anyAugmentation = fc.record({
  scale: fc.double({ min: 0.3, max: 1, noNaN: true }),
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
  mirrored: fc.boolean(),
});

function mirroredInput(values: Uint8Array): Uint8Array {
  return values.map((_, i) => {
    const [x, y] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size)];
    return values[(y * size + (size - 1 - x)) * 3 + (i % 3)];
  });
}

describe('an augmented input', () => {
  test.for(fits)('is the input that is served where nothing is varied, with %s', (fit) => {
    fc.assert(
      fc.property(anyImage, (image) => {
        expect(preprocess(image, size, fit, unaugmented)).toEqual(preprocess(image, size, fit));
      }),
      { numRuns: 30 },
    );
  });

  // With bars, the photo may be half a pixel beside the middle.
  test.for(['crop', 'squash'] as const)('is the mirror image if mirrored, with %s', (fit) => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const mirrored = preprocess(image, size, fit, { ...unaugmented, mirrored: true });
        const expected = mirroredInput(preprocess(image, size, fit));
        // What lies half between two levels may become either, as weights are rounded to 32 bits.
        for (const [i, value] of mirrored.entries()) {
          expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('is what a crop of the photo gives', () => {
    const image: RgbImage = {
      width: 40,
      height: 30,
      pixels: Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7) % 251),
    };
    const crop: RgbImage = { width: 15, height: 15, pixels: new Uint8Array(15 * 15 * 3) };
    for (let y = 0; y < 15; y++) {
      const start = ((y + 3) * 40 + 20) * 3;
      crop.pixels.set(image.pixels.subarray(start, start + 45), y * 45);
    }
    // Half of the short side; 20 of 25 pixels of room to the left, 3 of 15 above.
    const part = { scale: 0.5, x: 0.8, y: 0.2, mirrored: false };
    const actual = preprocess(image, 15, 'crop', part);
    expect(actual).toEqual(preprocess(crop, 15, 'crop'));
  });

  test.for(fits)('is the same however the file stores the photo, with %s', (fit) => {
    fc.assert(
      fc.property(
        anyImage,
        anyAugmentation,
        fc.constantFrom(...orientations),
        (image, augmentation, orientation) => {
          const { width, height, pixels } = image;
          const input = new NetworkInput({ width, height, orientation }, size, fit, augmentation);
          // A decoder that doesn't reduce, as the photo is hardly larger than the input.
          const sink = input.open({ width, height, reduction: { across: 1, down: 1 } });
          const { firstRow, endRow, firstColumn, endColumn } = sink;
          for (let y = firstRow; y < endRow; y++) {
            const row = pixels.subarray((y * width + firstColumn) * 3, (y * width + endColumn) * 3);
            if (sink.wants(y)) sink.write(y, row);
          }
          const reduction = { across: 1, down: 1 };
          const samples = { image, reduction, orientation };
          expect(
            greatestDifference(input.values, interpolated(samples, size, fit, augmentation)),
          ).toBeLessThanOrEqual(0.5 + 1e-3);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is decoded at a finer scale the less of the photo it shows', () => {
    const photo = { width: 4000, height: 3000, orientation: 1 } as const;
    const part: Augmentation = { scale: 0.5, x: 0, y: 1, mirrored: false };
    const whole = new NetworkInput(photo, 224, 'crop');
    const half = new NetworkInput(photo, 224, 'crop', part);
    expect(half.maxReduction.across).toBeCloseTo(whole.maxReduction.across / 2, 9);
    const { firstColumn, endColumn, firstRow, endRow } = new BoxReducer(
      4000,
      3000,
      half,
      unlimitedWork,
    );
    expect(firstColumn).toBe(0);
    expect(endRow).toBe(3000);
    expect(endColumn - firstColumn).toBeLessThan(1600);
    expect(endRow - firstRow).toBeLessThan(1600);
  });
});

describe('randomAugmentations', () => {
  test('begins with the photo as it is, and stays inside the photo', () => {
    const augmentations = randomAugmentations(200, seededRandom(1));
    expect(augmentations).toHaveLength(200);
    expect(augmentations[0]).toEqual(unaugmented);
    for (const { scale, x, y } of augmentations) {
      expect(scale).toBeGreaterThan(0.5);
      expect(scale).toBeLessThanOrEqual(1);
      for (const place of [x, y]) expect(place).toBeGreaterThanOrEqual(0);
      for (const place of [x, y]) expect(place).toBeLessThanOrEqual(1);
    }
    const mirrored = augmentations.filter((augmentation) => augmentation.mirrored).length;
    expect(mirrored).toBeGreaterThan(70);
    expect(mirrored).toBeLessThan(130);
  });

  test('gives the same for the same seed, and other ones for another', () => {
    const first = randomAugmentations(5, seededRandom(1));
    expect(randomAugmentations(5, seededRandom(1))).toEqual(first);
    expect(randomAugmentations(5, seededRandom(2))).not.toEqual(first);
  });
});
