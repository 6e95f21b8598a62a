import { expect, test } from 'vitest';
import { unfilter } from '../../../src/image/png/filters.ts';
import { paeth } from './writer.ts';

test('the Paeth filter predicts as it is defined, for all bytes to the left and above', () => {
  const filtered = new Uint8Array(256);
  const row = new Uint8Array(256 + 256);
  const above = new Uint8Array(256 + 256);
  const expected = new Uint8Array(256);
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) {
      // Pixels of 256 bytes: each has the same to its left and above, and another above left.
      row.fill(a, 0, 256);
      above.fill(b, 256);
      for (let c = 0; c < 256; c++) {
        above[c] = c;
        expected[c] = paeth(a, b, c);
      }
      unfilter(4, filtered, 0, row, above, 256, 256);
      if (Buffer.compare(row.subarray(256), expected) !== 0) {
        expect([...row.subarray(256)], `left ${a}, above ${b}`).toEqual([...expected]);
      }
    }
  }
});

test('refuses filter types that do not exist', () => {
  const row = new Uint8Array(4);
  for (let type = 0; type < 256; type++) {
    expect(unfilter(type, row, 0, row.slice(), row, 1, 3)).toBe(type < 5);
  }
});
