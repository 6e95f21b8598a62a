import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fits, viewOf } from '../../src/image/fit.ts';

const side = fc.integer({ min: 1, max: 10_000 });

describe('viewOf', () => {
  test.for([
    ['crop', { x: 100, y: 0, width: 200, height: 200 }, { x: 100, y: 0, width: 200, height: 200 }],
    ['squash', { x: 0, y: 0, width: 400, height: 200 }, { x: 0, y: 0, width: 400, height: 200 }],
    ['pad', { x: 0, y: 0, width: 400, height: 200 }, { x: 0, y: -100, width: 400, height: 400 }],
  ] as const)('says what "%s" shows of a wide photo', ([fit, region, gridRegion]) => {
    expect(viewOf(400, 200, 224, fit)).toEqual({ region, gridRegion });
  });

  test('moves the grid by its share of the side', () => {
    const { region, gridRegion } = viewOf(400, 200, 224, 'crop', 0.1);
    expect(region).toEqual({ x: 100, y: 0, width: 200, height: 200 });
    expect(gridRegion.x).toBeCloseTo(120, 9);
    expect(gridRegion.y).toBeCloseTo(20, 9);
  });

  test('has its region within the photo, and within the grid that is not moved', () => {
    fc.assert(
      fc.property(side, side, fc.constantFrom(...fits), (width, height, fit) => {
        const { region, gridRegion } = viewOf(width, height, 224, fit);
        const slack = 1e-6 * Math.max(width, height);
        for (const [start, length, gridStart, gridLength, photo] of [
          [region.x, region.width, gridRegion.x, gridRegion.width, width],
          [region.y, region.height, gridRegion.y, gridRegion.height, height],
        ]) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start + length).toBeLessThanOrEqual(photo);
          expect(gridStart).toBeLessThanOrEqual(start + slack);
          expect(gridStart + gridLength).toBeGreaterThanOrEqual(start + length - slack);
        }
      }),
    );
  });
});
