import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { decodePhoto, openPhoto } from '../../src/image/decode-image.ts';
import { Picture } from '../../src/image/picture.ts';
import { WorkBudget, type WorkItem } from '../../src/image/work-budget.ts';
import { drawPicture } from './png/pictures.ts';
import { chunk, joinBytes } from './png/writer.ts';

const limits = { maxPixels: 50e6 };

/** Charges a photo step by step. */
function charge(budget: WorkBudget, item: WorkItem, units: number): AppError | undefined {
  const work = budget.open(item);
  try {
    for (let left = units; left > 0; left -= 1e6) work.charge(Math.min(left, 1e6));
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

const rates = { unitsPerByte: 300, usualUnitsPerByte: 200, unitsPerPixel: 60 };
const small = { ...rates, bytes: 1000, pixels: 50e6 };
const large = { ...rates, bytes: 1e6, pixels: 50e6 };

describe('WorkBudget', () => {
  test('lets a photo of any size take 115 million units', () => {
    expect(charge(new WorkBudget(limits), small, 115e6)).toBeUndefined();
  });

  test('refuses a small photo that takes more, and says how much it may take', () => {
    const refusal = charge(new WorkBudget(limits), small, 131e6);
    expect(refusal).toMatchObject({ code: 'too-much-work', facts: { limitUnits: 115e6 } });
    expect(refusal?.message).toContain('this photo');
  });

  test('lets a large photo take as much as its bytes earn', () => {
    expect(charge(new WorkBudget(limits), large, 300e6)).toBeUndefined();
    expect(charge(new WorkBudget(limits), large, 301e6)).toMatchObject({
      facts: { limitUnits: 300e6 },
    });
  });

  test('lets a large file of few pixels take no more than these earn', () => {
    const padded = { ...large, bytes: 20e6, pixels: 5e6 };
    expect(charge(new WorkBudget(limits), padded, 300e6)).toBeUndefined();
    expect(charge(new WorkBudget(limits), padded, 301e6)).toMatchObject({
      facts: { limitUnits: 300e6 },
    });
  });

  test('lets no photo take more than the most expensive one of the most pixels', () => {
    const huge = { ...large, bytes: 1e8 };
    expect(charge(new WorkBudget(limits), huge, 3001e6)).toMatchObject({
      facts: { limitUnits: 3000e6 },
    });
  });

  test('refuses the photos of a request once they took 420 million units together', () => {
    const budget = new WorkBudget(limits);
    const codes = Array.from({ length: 32 }, () => charge(budget, small, 100e6)?.code);
    expect(codes).toEqual([...Array(4).fill(undefined), ...Array(28).fill('too-much-work')]);
    expect(charge(budget, small, 1)).toMatchObject({ facts: { limitUnits: 420e6 } });
  });

  test('lets a request of large photos take what they usually take', () => {
    const budget = new WorkBudget(limits);
    const refusals = Array.from({ length: 9 }, () => charge(budget, large, 200e6));
    expect(refusals).toEqual(Array(9).fill(undefined));
  });

  test('refuses photos that take more than is usual, as soon as not only the last of them does', () => {
    const budget = new WorkBudget(limits);
    const codes = Array.from({ length: 5 }, () => charge(budget, large, 250e6)?.code);
    expect(codes).toEqual([undefined, undefined, ...Array(3).fill('too-much-work')]);
  });

  test('ends a request soon after its limit, whatever its photos charge', () => {
    const anyItem = fc.record({
      bytes: fc.integer({ min: 1, max: 20e6 }),
      pixels: fc.integer({ min: 1, max: 50e6 }),
      unitsPerByte: fc.constantFrom(300, 400, 1500),
      usualUnitsPerByte: fc.constantFrom(20, 200),
      unitsPerPixel: fc.constantFrom(15, 60),
      units: fc.integer({ min: 0, max: 4e9 }),
    });
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 32 }), (items) => {
        const budget = new WorkBudget(limits);
        const earned = items.reduce(
          (sum, { bytes, unitsPerByte }) => sum + bytes * unitsPerByte,
          0,
        );
        for (const { units, ...item } of items) charge(budget, item, units);
        const limit = Math.min(Math.max(earned, 420e6), 3000e6);
        // Each photo may take one step too many.
        expect(budget.chargedUnits).toBeLessThanOrEqual(limit + 1e6 * items.length);
      }),
    );
  });
});

describe('what stands beside the picture in its file', () => {
  const photo = drawPicture({ colorType: 2, bitDepth: 8 }, 200, 150);
  const rgb = { width: 200, height: 150, channels: 3 } as const;
  const pixels = sharp(Uint8Array.from(photo.samples), { raw: rgb });
  const megabytes = new Uint8Array(15e6).map((_, i) => (i * 7919) % 251);

  test.for([
    ['a video behind a JPEG', async () => [await pixels.jpeg().toBuffer(), megabytes]],
    [
      'frames behind the first one of a GIF',
      async () => {
        const file = await pixels.gif().toBuffer();
        return [file.subarray(0, -1), ...Array(400).fill(file.subarray(800, -1)), [0x3b]];
      },
    ],
    [
      'chunks behind the data of a PNG',
      async () => {
        const file = await pixels.png().toBuffer();
        return [file.subarray(0, -12), chunk('zzZz', megabytes), file.subarray(-12)];
      },
    ],
  ] as const)('costs no work: %s', async ([, parts]) => {
    const [first] = await parts();
    const bytes = joinBytes(...(await parts()));
    const spent = [joinBytes(first as Uint8Array), bytes].map((file) => {
      const budget = new WorkBudget(limits);
      decodePhoto(openPhoto(file), new Picture(), { ...limits, maxDecodeBytes: 48e6 }, budget);
      return budget.chargedUnits;
    });
    expect(spent[1]).toBeLessThan(spent[0] * 1.5);
  });
});
