/** The decoder on files that end early, hold other bytes than they should, or claim more than they hold. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { bmpCodec } from '../../../src/image/bmp/codec.ts';
import { looksLikeBmp } from '../../../src/image/bmp/header.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { allocatedBytes } from '../allocated-bytes.ts';
import { type DecodedPicture, decodeStored } from '../decoded.ts';
import { drawPalette } from '../gif/pictures.ts';
import { RegionTarget } from '../region-target.ts';
import { drawValues, picture } from './pictures.ts';
import { encodeRunLengths } from './run-length-encoder.ts';
import { type Bmp, writeBmp } from './writer.ts';

/** Seeds of the random damage; every run sees the same files. */
const seed = 20_261_123;

const size = { width: 20, height: 16 };
const values = drawValues(20 * 16, 8);
const plain: Bmp = { ...size, bitsPerPixel: 8, palette: drawPalette(256), values };

/** The same picture in other ways. */
const runLengths: Bmp = {
  ...plain,
  compression: 1,
  data: encodeRunLengths(
    Array.from({ length: 16 }, (_, y) => values.slice(20 * (15 - y), 20 * (16 - y))),
    8,
  ),
};
const topDown: Bmp = { ...plain, topDown: true };
const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
const colors: Bmp = { ...size, bitsPerPixel: 32, values: drawValues(20 * 16, 32) };
const fields: Bmp = { ...colors, compression: 3, headerBytes: 124, masks };
const core: Bmp = { ...plain, headerBytes: 12, bitsPerPixel: 4, values: values.map((v) => v >> 4) };

/** The picture, or the sentence of the refusal; lets anything else through. */
function attempt(bytes: Uint8Array): DecodedPicture | string {
  try {
    const image = decodeStored(bmpCodec, bytes);
    expect(image.pixels).toHaveLength(image.width * image.height * 3);
    return image;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error).toMatchObject({ code: 'image-decode-failed', facts: { format: 'bmp' } });
    return error.message;
  }
}

/** The file with other bytes at some places. */
function patched(bytes: Uint8Array, changes: Readonly<Record<number, readonly number[]>>) {
  const result = bytes.slice();
  for (const [at, replacement] of Object.entries(changes)) result.set(replacement, Number(at));
  return result;
}

/** Expects gray rows, and all others to be as in the whole picture. */
function expectGrayRows(image: DecodedPicture | string, gray: readonly number[]): void {
  if (typeof image === 'string') throw new Error(image);
  const { pixels } = picture(plain);
  for (const y of gray) pixels.fill(128, y * 60, (y + 1) * 60);
  expect(image.truncated).toBe(gray.length > 0);
  expect(Buffer.compare(image.pixels, pixels)).toBe(0);
}

describe('the BMP decoder, on a file that ends early', () => {
  const upTo = (rows: number): number[] => Array.from({ length: rows }, (_, y) => y);

  test('makes rows at the top gray, where the last rows of the file belong', () => {
    const bytes = writeBmp(plain);
    for (const missing of [0, 1, 5, 8]) {
      expectGrayRows(attempt(bytes.subarray(0, bytes.length - 20 * missing)), upTo(missing));
    }
    expectGrayRows(attempt(bytes.subarray(0, -41)), upTo(3));
  });

  test('makes rows at the bottom gray where rows are stored from the top', () => {
    const bytes = writeBmp(topDown);
    expectGrayRows(attempt(bytes.subarray(0, -60)), [13, 14, 15]);
  });

  test('refuses less than half of its rows', () => {
    for (const bmp of [plain, topDown, colors, core]) {
      const bytes = writeBmp(bmp);
      const rowBytes = (20 * bmp.bitsPerPixel) / 8;
      expect(attempt(bytes.subarray(0, bytes.length - 9 * Math.ceil(rowBytes / 4) * 4))).toContain(
        'Less than half',
      );
    }
  });

  test('makes rows gray that run-lengths do not reach before the file ends', () => {
    const bytes = writeBmp(runLengths);
    // Without the end of the picture, and with one index less than the top row has.
    expectGrayRows(attempt(bytes.subarray(0, -2)), []);
    expectGrayRows(attempt(bytes.subarray(0, -5)), [0]);
  });

  test('says so, too, where what is missing is not wanted', () => {
    const bytes = writeBmp(plain);
    const target = new RegionTarget({ left: 0, right: 1, top: 0.8, bottom: 1 });
    const image = bmpCodec.open(bytes.subarray(0, bytes.length - 20 * 6));
    expect(image.decode(target, unlimitedWork)).toEqual({ truncated: true });
    const { rows, expected } = target.compared(picture(plain));
    expect(rows).toEqual(expected);
  });

  test('decodes or refuses what is left after any byte', () => {
    for (const bmp of [plain, runLengths, topDown, fields, core]) {
      const bytes = writeBmp(bmp);
      const outcomes = Array.from({ length: bytes.length - 17 }, (_, cut) => {
        const outcome = attempt(bytes.subarray(0, cut + 18));
        return typeof outcome === 'string' ? 'refused' : outcome.truncated;
      });
      // Once there is enough of it, there is enough.
      const order = ['refused', true, false];
      const ranks = outcomes.map((outcome) => order.indexOf(outcome as string));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      expect(new Set(outcomes)).toEqual(new Set(order));
    }
  });
});

describe('the BMP decoder, on damaged data', () => {
  test('decodes or refuses a file however it is changed', () => {
    const files = [plain, runLengths, topDown, fields, core].map(writeBmp);
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.oneof(fc.integer({ min: 10, max: 70 }), fc.nat(2000)), fc.nat(255)), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.option(fc.nat(2000), { nil: undefined }),
        (bytes, changes, cut) => {
          const damaged = bytes.slice(0, cut);
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          if (!looksLikeBmp(damaged)) return;
          const { width, height } = sizeOf(damaged);
          // A size of 30000 x 30000 is refused before this, by whoever sets the limits.
          if (width * height < 1e6) outcomes.add(typeof attempt(damaged));
        },
      ),
      { numRuns: 5000, seed },
    );
    expect(outcomes).toEqual(new Set(['string', 'object']));
  });

  test('decodes or refuses any run-lengths', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.constantFrom(4 as const, 8 as const),
        (data, bitsPerPixel) => {
          const compression = bitsPerPixel === 8 ? 1 : 2;
          attempt(writeBmp({ ...plain, bitsPerPixel, compression, data }));
        },
      ),
      { numRuns: 2000, seed },
    );
  });
});

/** 0 x 0 where the header can't be read. */
function sizeOf(bytes: Uint8Array): { width: number; height: number } {
  try {
    return bmpCodec.open(bytes);
  } catch (error) {
    if (error instanceof AppError) return { width: 0, height: 0 };
    throw error;
  }
}

describe('the BMP decoder refuses', () => {
  const bytes = writeBmp(plain);
  const fieldBytes = writeBmp({ ...fields, headerBytes: 40, masks: masks.slice(0, 3) });

  test.for([
    ['a file that ends in its header', bytes.subarray(0, 40), 'before its pixels begin'],
    ['a file that ends in its palette', bytes.subarray(0, 500), 'before its pixels begin'],
    ['a file that ends in its masks', fieldBytes.subarray(0, 60), 'before its pixels begin'],
    ['a width of 0', patched(bytes, { 18: [0] }), '0 x 16'],
    ['a negative width', patched(bytes, { 18: [0xff, 0xff, 0xff, 0xff] }), '-1 x 16'],
    ['a height of 0', patched(bytes, { 22: [0] }), '20 x 0'],
    ['pixels that begin in the header', patched(bytes, { 10: [53, 0] }), 'inside of its header'],
    [
      'pixels that begin in the masks',
      patched(fieldBytes, { 10: [60, 0] }),
      'inside of its header',
    ],
    [
      'pixels that begin outside of the file',
      patched(bytes, { 10: [0xff, 0xff, 0xff, 0xff] }),
      'before its pixels begin',
    ],
    ['pixels that begin where the palette should', patched(bytes, { 10: [54, 0] }), 'no palette'],
    ['3 bits a pixel', patched(bytes, { 28: [3] }), '3 bits a pixel'],
    ['0 bits a pixel', patched(bytes, { 28: [0] }), '0 bits a pixel'],
    ['run-lengths of 8 bits for 4', patched(bytes, { 28: [4], 30: [1] }), '4 bits a pixel'],
    ['run-lengths of 4 bits for 8', patched(bytes, { 30: [2] }), '8 bits a pixel'],
    ['masks for 24 bits', patched(fieldBytes, { 28: [24] }), '24 bits a pixel'],
    ['an embedded JPEG', patched(bytes, { 28: [0], 30: [4] }), 'save it as a JPEG'],
    ['an embedded PNG', patched(bytes, { 28: [0], 30: [5] }), 'save it as a PNG'],
    ['an unknown compression', patched(bytes, { 30: [11] }), 'compressed in a way (11)'],
    [
      "OS/2's Huffman coding",
      writeBmp({ ...plain, headerBytes: 64, bitsPerPixel: 1, compression: 3 }),
      'compressed in a way (3)',
    ],
    [
      "OS/2's run-lengths of 24 bits",
      writeBmp({ ...colors, headerBytes: 64, bitsPerPixel: 24, compression: 4 }),
      'compressed in a way (4)',
    ],
    ['a mask with gaps', patched(fieldBytes, { 54: [0, 0, 0xf7, 0] }), 'has gaps'],
    ['masks without bits', patched(fieldBytes, { 54: new Array(12).fill(0) }), 'which bits'],
  ] as const)('%s', ([, damaged, sentence]) => {
    expect(attempt(damaged)).toContain(sentence);
  });

  test('no text that begins with BM, which is no BMP', () => {
    for (const text of ['BM', 'BMW is a maker of cars.', 'BM\n'.repeat(30)]) {
      expect(looksLikeBmp(Buffer.from(text))).toBe(false);
    }
    expect(looksLikeBmp(patched(bytes, { 14: [128] }))).toBe(false);
    expect(looksLikeBmp(bytes.subarray(0, 17))).toBe(false);
    expect(looksLikeBmp(bytes.subarray(0, 18))).toBe(true);
  });
});

describe('the work and memory of the BMP decoder', () => {
  const whole = { left: 0, right: 1, top: 0, bottom: 1 };

  test.for([
    ['30000 x 30000', [0x30, 0x75, 0, 0, 0x30, 0x75, 0, 0], 30000, 30000],
    ['the most there can be', [255, 255, 255, 127, 255, 255, 255, 127], 2147483647, 2147483647],
    ['a height of -2147483648', [1, 0, 0, 0, 0, 0, 0, 128], 1, 2147483648],
  ] as const)('are nothing for a header that claims %s', ([, sides, width, height]) => {
    const bytes = patched(writeBmp(plain), { 18: sides });
    const opened = { width: 0, height: 0, orientation: 0 };
    expect(allocatedBytes(() => Object.assign(opened, bmpCodec.open(bytes)))).toBe(0);
    expect(opened).toMatchObject({ width, height, orientation: 1 });
    const target = new RegionTarget(whole, { across: Math.max(1, width / 20), down: height / 20 });
    expect(bmpCodec.open(bytes).memoryBytes(target)).toBeGreaterThanOrEqual(width * 4);
  });

  test.for([
    [8000, 6000],
    [1, 40000],
    [40000, 1],
    [20, 16],
  ] as const)('stay within what is announced, which is little, for %i x %i', ([width, height]) => {
    const across = Math.max(1, width / 20);
    const down = Math.max(1, height / 20);
    const sides = { width, height, values: [] };
    const depths: Bmp[] = [
      { ...plain, ...sides, data: new Uint8Array(4 * Math.ceil(width / 4) * height) },
      { ...core, ...sides, data: new Uint8Array(4 * Math.ceil(width / 8) * height) },
      { ...plain, ...sides, compression: 1, data: Uint8Array.of(9, 9, 0, 1) },
    ];
    for (const bmp of depths) {
      const image = bmpCodec.open(writeBmp(bmp));
      const target = new RegionTarget(whole, { across, down });
      const announced = image.memoryBytes(target);
      const decoded = { truncated: true };
      const taken = allocatedBytes(() =>
        Object.assign(decoded, image.decode(target, unlimitedWork)),
      );
      expect(decoded).toEqual({ truncated: false });
      // The target's copies of its rows are its own.
      expect(taken).toBeLessThanOrEqual(announced + 3 * 21 * 21);
      expect(announced).toBeLessThan(500_000);
    }
  });
});
