import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoxReducer } from '../../src/image/box-reducer.ts';
import { unlimitedWork } from '../../src/image/work-budget.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { allocatedBytes } from './allocated-bytes.ts';
import { type Part, RegionTarget } from './region-target.ts';

/** A picture of which any pixels may be missing. */
interface Sparse {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  readonly has: (x: number, y: number) => boolean;
}

/** The mean of each box's pixels as it is defined; gray where there are none. */
function means(
  { width, height, pixels, has }: Sparse,
  across: number,
  down: number,
): { width: number; height: number; pixels: Uint8Array } {
  const size = { width: Math.ceil(width / across), height: Math.ceil(height / down) };
  const sums = Array.from({ length: size.width * size.height }, () => ({
    rgb: [0, 0, 0],
    count: 0,
  }));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!has(x, y)) continue;
      const box = sums[Math.floor(y / down) * size.width + Math.floor(x / across)];
      box.count += 1;
      for (const channel of [0, 1, 2]) box.rgb[channel] += pixels[(y * width + x) * 3 + channel];
    }
  }
  const mean = (sum: number, count: number): number =>
    count === 0 ? 128 : Math.round(sum / count);
  return {
    ...size,
    pixels: Uint8Array.from(sums.flatMap(({ rgb, count }) => rgb.map((sum) => mean(sum, count)))),
  };
}

const side = fc.integer({ min: 1, max: 40 });

/** Shares of a picture's sides, of which the whole is one in two. */
const anyPart: fc.Arbitrary<Part> = fc.oneof(
  fc.constant({ left: 0, top: 0, right: 1, bottom: 1 }),
  fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100)).map(([x, width, y, height]) => ({
    left: x / 101,
    right: (x + 1 + (width * (100 - x)) / 100) / 101,
    top: y / 101,
    bottom: (y + 1 + (height * (100 - y)) / 100) / 101,
  })),
);

/** Most of the time the reduction is not a whole number, and differs across and down. */
const anyFactor = fc.oneof(fc.constant(1), fc.double({ min: 1, max: 50, noNaN: true }));

const anyCase = fc.record({
  width: side,
  height: side,
  seed: fc.nat(),
  across: anyFactor,
  down: anyFactor,
  part: anyPart,
  rowStep: fc.integer({ min: 1, max: 3 }),
});

function draw(width: number, height: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: width * height * 3 }, () => random() * 256);
}

/** The rows of a picture in an order at random. */
function shuffledRows(height: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: height }, (_, y) => ({ y, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ y }) => y);
}

/** @throws AssertionError where what came isn't the same part of the picture's means */
function expectMeans(
  target: RegionTarget,
  picture: Sparse,
  factors: { across: number; down: number },
): void {
  const across = Math.min(Math.floor(factors.across), picture.width);
  const down = Math.min(Math.floor(factors.down), picture.height);
  const { rows, expected } = target.compared(means(picture, across, down));
  expect(rows).toEqual(expected);
}

describe('BoxReducer', () => {
  test('sends the mean of each box, of rows in any order', () => {
    fc.assert(
      fc.property(anyCase, ({ width, height, seed, across, down, part, rowStep }) => {
        const pixels = draw(width, height, seed);
        const target = new RegionTarget(part, { across, down }, rowStep);
        const reducer = new BoxReducer(width, height, target, unlimitedWork);
        for (const y of shuffledRows(height, seed)) {
          const start = y * width;
          const { firstColumn, endColumn } = reducer;
          reducer.add(y, pixels.subarray((start + firstColumn) * 3, (start + endColumn) * 3));
        }
        reducer.finish();
        expectMeans(target, { width, height, pixels, has: () => true }, { across, down });
      }),
      { numRuns: 1000 },
    );
  });

  test('sends the mean of the pixels that were added, and gray where none were', () => {
    const anyStep = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        anyCase,
        anyStep,
        fc.nat(12),
        ({ width, height, seed, across, down, part, rowStep }, step, offset) => {
          const pixels = draw(width, height, seed);
          const target = new RegionTarget(part, { across, down }, rowStep);
          const reducer = new BoxReducer(width, height, target, unlimitedWork);
          const first = reducer.firstColumn + offset;
          const rows = new Set(shuffledRows(height, seed).slice(0, height / 2));
          for (const y of rows) {
            const row = pixels.subarray(y * width * 3, (y + 1) * width * 3);
            const columns = Array.from({ length: width }, (_, i) => first + i * step);
            const added = columns.flatMap((x) => [...row.subarray(x * 3, x * 3 + 3)]);
            reducer.addEvery(y, first, step, Uint8Array.from(added));
          }
          reducer.finish();
          const has = (x: number, y: number): boolean =>
            rows.has(y) && x >= first && (x - first) % step === 0;
          expectMeans(target, { width, height, pixels, has }, { across, down });
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('wants the rows and columns that the part depends on, and no others', () => {
    fc.assert(
      fc.property(anyCase, ({ width, height, across, down, part }) => {
        const target = new RegionTarget(part, { across, down });
        const reducer = new BoxReducer(width, height, target, unlimitedWork);
        const box = { across: Math.floor(across), down: Math.floor(down) };
        const reduction = { across: Math.min(box.across, width), down: Math.min(box.down, height) };
        const region = target.region({
          width: Math.ceil(width / reduction.across),
          height: Math.ceil(height / reduction.down),
          reduction,
        });
        const wanted = Array.from({ length: height + 2 }, (_, y) => reducer.wants(y - 1));
        const boxes = wanted.map((_, y) => Math.floor((y - 1) / reduction.down));
        const isThere = (y: number): boolean => y >= 1 && y <= height;
        expect(wanted).toEqual(
          boxes.map((row, y) => isThere(y) && row >= region.firstRow && row < region.endRow),
        );
        expect(reducer.firstColumn).toBe(region.firstColumn * reduction.across);
        expect(reducer.endColumn).toBe(Math.min(region.endColumn * reduction.across, width));
      }),
    );
  });

  test('allocates what it announces', () => {
    fc.assert(
      fc.property(anyCase, ({ width, height, across, down, part }) => {
        const reduction = { across, down };
        const announced = BoxReducer.memoryBytes(width, height, new RegionTarget(part, reduction));
        const silent = new RegionTarget(part, reduction, 1000);
        const allocated = allocatedBytes(() =>
          new BoxReducer(width, height, silent, unlimitedWork).finish(),
        );
        // The target of this test keeps the one row that it wants.
        expect(allocated).toBeGreaterThanOrEqual(announced);
        expect(allocated).toBeLessThanOrEqual(announced + width * 3);
      }),
    );
  });

  test('sums up boxes of sixteen million white pixels', () => {
    const side = 4096;
    const target = new RegionTarget(
      { left: 0, top: 0, right: 1, bottom: 1 },
      { across: side, down: side },
    );
    const reducer = new BoxReducer(side, side, target, unlimitedWork);
    const white = new Uint8Array(side * 3).fill(255);
    for (let y = 0; y < side; y++) reducer.add(y, white);
    reducer.finish();
    const { rows } = target.compared({ width: 1, height: 1, pixels: white.subarray(0, 3) });
    expect(rows).toEqual([Uint8Array.of(255, 255, 255)]);
  });
});
