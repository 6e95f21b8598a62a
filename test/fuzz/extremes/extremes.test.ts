import { expect, test } from 'vitest';
import { openPhoto } from '../../../src/image/decode-image.ts';
import { fits } from '../../../src/image/fit.ts';
import { formatOf, formats } from '../../../src/image/formats.ts';
import { measureWork } from '../costly/work-meter.ts';
import { extremes } from './extremes.ts';

/** Of each format one that is small, and takes the most work that any file of it is known to take. */
const worst = [
  'bmp: RLE8 of 65,535 x 762, no data',
  'gif: 7071 x 7071, longest strings of two indices',
  'jpeg: 65,500 x 716, flat, 4:4:4',
  'png: RGBA16 of 7071 x 7071, Paeth',
  'webp: lossless, 16,383 x 3051, all transforms',
];

/** Units that any photo may take, and somewhat more: work is charged in steps, of which the last may go beyond the limit. */
const smallFileUnits = 125e6;
const lastStep = 1.25;

test('extremes are of every format, and each has a name of its own', () => {
  expect(new Set(extremes.map(({ format }) => format))).toEqual(new Set(Object.keys(formats)));
  expect(new Set(extremes.map(({ name }) => name)).size).toBe(extremes.length);
});

test.for(worst)(
  'is a file of its format whose work is bounded whatever is asked: %s',
  {
    timeout: 240_000,
  },
  (name) => {
    const [extreme] = extremes.filter((each) => each.name === name);
    const bytes = extreme.make();
    expect(formatOf(bytes)).toBe(extreme.format);
    expect(extreme.make()).toEqual(bytes);
    const { unitsPerByte } = openPhoto(bytes).stored.honestWork;
    const mostUnits = lastStep * Math.max(smallFileUnits, bytes.length * unitsPerByte);
    for (const fit of fits) {
      const { outcome, units } = measureWork(bytes, fit);
      expect(['decoded', 'too-much-work'], `${fit}: ${outcome}`).toContain(outcome);
      expect(units).toBeLessThan(mostUnits);
    }
  },
);
