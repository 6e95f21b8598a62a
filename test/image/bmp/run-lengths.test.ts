/** Run-lengths against what was encoded, and what the format says of them. */
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { drawPalette } from '../gif/pictures.ts';
import { expectPicture } from './decoded.ts';
import { drawValues, picture } from './pictures.ts';
import { encodeRunLengths } from './run-length-encoder.ts';
import { compression, writeBmp } from './writer.ts';

describe('the BMP decoder, on run-lengths', () => {
  interface Encoded {
    readonly width: number;
    readonly height: number;
    readonly data: readonly number[];
    readonly bitsPerPixel?: 4 | 8;
    readonly topDown?: boolean;
  }

  function encoded({ data, bitsPerPixel = 8, ...rest }: Encoded): Uint8Array {
    return writeBmp({
      ...rest,
      bitsPerPixel,
      compression: bitsPerPixel === 8 ? compression.rle8 : compression.rle4,
      palette: drawPalette(2 ** bitsPerPixel),
      values: [],
      data: Uint8Array.from(data),
    });
  }

  /** Expects indices, row by row from the top. */
  function expectIndices(file: Encoded, indices: readonly (readonly number[])[]): void {
    const { width, height, bitsPerPixel = 8 } = file;
    const palette = drawPalette(2 ** bitsPerPixel);
    const expected = picture({ width, height, bitsPerPixel, palette, values: indices.flat() });
    expectPicture(encoded(file), expected);
  }

  test('decodes what was encoded in any way', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4 as const, 8 as const),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 33 }),
        fc.constantFrom(2, 3, 16),
        fc.boolean(),
        fc.nat(10_000),
        (bitsPerPixel, width, height, variety, topDown, seed) => {
          const noise = drawValues(width * height, 16, seed);
          const rows = Array.from({ length: height }, (_, y) =>
            noise.slice(y * width, (y + 1) * width).map((value) => value % variety),
          );
          const stored = topDown ? rows : rows.toReversed();
          const data = [...encodeRunLengths(stored, bitsPerPixel, seed)];
          expectIndices({ width, height, bitsPerPixel, topDown, data }, rows);
        },
      ),
      { numRuns: 500, seed: 20_261_123 },
    );
  });

  test('decodes runs of more than a row holds of bytes', () => {
    const data = [255, 7, 45, 7, 0, 0, 255, 9, 45, 8, 0, 1];
    const rows = [[...new Array(255).fill(9), ...new Array(45).fill(8)], new Array(300).fill(7)];
    expectIndices({ width: 300, height: 2, data }, rows);
  });

  test("decodes the example of Microsoft's documentation, of 8 bits", () => {
    const data = [
      3, 4, 5, 6, 0, 3, 0x45, 0x56, 0x67, 0, 2, 0x78, 0, 2, 5, 1, 2, 0x78, 0, 0, 9, 0x1e, 0, 1,
    ];
    const first = [4, 4, 4, 6, 6, 6, 6, 6, 0x45, 0x56, 0x67, 0x78, 0x78];
    expectIndices({ width: 20, height: 3, data }, [
      [...new Array(9).fill(0x1e), ...new Array(11).fill(0)],
      [...new Array(18).fill(0), 0x78, 0x78],
      [...first, ...new Array(7).fill(0)],
    ]);
  });

  test("decodes the example of Microsoft's documentation, of 4 bits", () => {
    const data = [
      3, 0x04, 5, 0x06, 0, 6, 0x45, 0x56, 0x67, 0, 4, 0x78, 0, 2, 5, 1, 4, 0x78, 0, 0, 9, 0x1e, 0,
      1,
    ];
    const first = [0, 4, 0, 0, 6, 0, 6, 0, 4, 5, 5, 6, 6, 7, 7, 8, 7, 8];
    expectIndices({ width: 27, height: 3, bitsPerPixel: 4, data }, [
      [1, 14, 1, 14, 1, 14, 1, 14, 1, ...new Array(18).fill(0)],
      [...new Array(23).fill(0), 7, 8, 7, 8],
      [...first, ...new Array(9).fill(0)],
    ]);
  });

  test.for([
    ['a run', [9, 1, 0, 0, 4, 2, 0, 1]],
    ['single indices', [0, 5, 1, 1, 1, 1, 1, 0, 0, 0, 4, 2, 0, 1]],
    ['what follows a move', [4, 1, 0, 2, 200, 0, 3, 9, 0, 0, 4, 2, 0, 1]],
  ] as const)('leaves out what %s has beyond the end of its row', ([, data]) => {
    expectIndices({ width: 4, height: 2, data }, [
      [2, 2, 2, 2],
      [1, 1, 1, 1],
    ]);
  });

  test.for([
    ['ends', [4, 1, 0, 1]],
    ['moves beyond the last row', [4, 1, 0, 2, 0, 250, 4, 2, 0, 1]],
  ] as const)('takes rows that the data has not reached when it %s for index 0', ([, data]) => {
    expectIndices({ width: 4, height: 3, data }, [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ]);
  });

  test('leaves out rows beyond the last', () => {
    const data = [2, 1, 0, 0, 2, 2, 0, 0, 2, 3, 0, 0, 2, 4, 0, 1];
    expectIndices({ width: 2, height: 2, data }, [
      [2, 2],
      [1, 1],
    ]);
  });

  test.for([
    ['the end of its last row', [2, 1, 0, 0, 2, 2]],
    ['the end of the picture', [2, 1, 0, 0, 2, 2, 0, 0]],
  ] as const)('decodes data without a mark at %s', ([, data]) => {
    expectIndices({ width: 2, height: 2, data }, [
      [2, 2],
      [1, 1],
    ]);
  });
});
