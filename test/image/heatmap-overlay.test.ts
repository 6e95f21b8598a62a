import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rectangle } from '../../src/image/fit.ts';
import { paintHeatmap } from '../../src/image/heatmap-overlay.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';

const gray = 120;

function grayImage(width: number, height: number): RgbImage {
  return { width, height, pixels: new Uint8Array(width * height * 3).fill(gray) };
}

/** The colour of a pixel. */
function colorAt({ width, pixels }: RgbImage, x: number, y: number): number[] {
  return [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

/** A grid that is cold but for one cell. */
function hotCell(row: number, column: number): number[][] {
  return Array.from({ length: 7 }, (_, y) =>
    Array.from({ length: 7 }, (_, x) => (y === row && x === column ? 1 : 0)),
  );
}

function whole({ width, height }: RgbImage): Rectangle {
  return { x: 0, y: 0, width, height };
}

/** Red beyond what the other channels have: heat paints purple to yellow. */
function rednessAt(image: RgbImage, x: number, y: number): number {
  const [red, , blue] = colorAt(image, x, y);
  return red - blue;
}

describe('paintHeatmap', () => {
  test('leaves the photo as it is where there is no heat', () => {
    const image = grayImage(70, 70);
    paintHeatmap(image, hotCell(6, 6), { region: whole(image), gridRegion: whole(image) });
    expect(colorAt(image, 10, 10)).toEqual([gray, gray, gray]);
    expect(colorAt(image, 65, 65)).not.toEqual([gray, gray, gray]);
  });

  test('is hottest in the middle of the hot cell, wherever that is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 21, max: 90 }),
        fc.integer({ min: 21, max: 90 }),
        (row, column, width, height) => {
          const image = grayImage(width, height);
          const view = { region: whole(image), gridRegion: whole(image) };
          paintHeatmap(image, hotCell(row, column), view);
          const middle = [
            Math.floor(((column + 0.5) * width) / 7),
            Math.floor(((row + 0.5) * height) / 7),
          ];
          const hottest = rednessAt(image, middle[0], middle[1]);
          expect(hottest).toBeGreaterThan(20);
          for (const [x, y] of [
            [0, 0],
            [width - 1, 0],
            [0, height - 1],
            [width - 1, height - 1],
          ]) {
            const cornersCell = [Math.floor((x * 7) / width), Math.floor((y * 7) / height)];
            if (cornersCell[0] === column && cornersCell[1] === row) continue;
            expect(rednessAt(image, x, y)).toBeLessThan(hottest);
          }
        },
      ),
    );
  });

  test('dims what the network did not see, and keeps heat out of there', () => {
    const image = grayImage(140, 70);
    const region = { x: 35, y: 0, width: 70, height: 70 };
    paintHeatmap(image, hotCell(3, 0), { region, gridRegion: region });
    const [unseen] = colorAt(image, 34, 35);
    expect(colorAt(image, 34, 35)).toEqual([unseen, unseen, unseen]);
    expect(unseen).toBeLessThan(gray / 2);
    expect(rednessAt(image, 40, 35)).toBeGreaterThan(20);
    expect(colorAt(image, 104, 10)).toEqual([gray, gray, gray]);
    expect(colorAt(image, 105, 10)).toEqual([unseen, unseen, unseen]);
  });

  test('lays a grid that covers bars over the photo alone', () => {
    // A photo of 70 x 30 in a square with bars of 20 above and below.
    const image = grayImage(70, 30);
    const gridRegion = { x: 0, y: -20, width: 70, height: 70 };
    paintHeatmap(image, hotCell(2, 3), { region: whole(image), gridRegion });
    expect(rednessAt(image, 35, 5)).toBeGreaterThan(20);
    expect(colorAt(image, 35, 25)).toEqual([gray, gray, gray]);
  });
});
