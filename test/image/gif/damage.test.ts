/** The decoder on files that end early, hold other bytes than they should, or claim more than they hold. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { gifCodec } from '../../../src/image/gif/codec.ts';
import { looksLikeGif } from '../../../src/image/gif/header.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { allocatedBytes } from '../allocated-bytes.ts';
import { type DecodedPicture, decodeStored } from '../decoded.ts';
import { RegionTarget } from '../region-target.ts';
import { flatCodes } from './lzw-encoder.ts';
import { changeFrame, drawIndices, drawPalette, firstFrame } from './pictures.ts';
import {
  extension,
  type Gif,
  type GifFrame,
  interlacedRows,
  joinBytes,
  writeGif,
} from './writer.ts';

/** Seeds of the random damage; every run sees the same files. */
const seed = 20_261_123;

const frame: GifFrame = { width: 20, height: 16, indices: drawIndices(20, 16, 16) };
const plain: Gif = { width: 20, height: 16, palette: drawPalette(16), frames: [frame] };

function withFrame(changes: Partial<GifFrame>): Gif {
  return changeFrame(plain, changes);
}

/** The picture, or the sentence of the refusal; lets anything else through. */
function attempt(bytes: Uint8Array): DecodedPicture | string {
  try {
    const image = decodeStored(gifCodec, bytes);
    expect(image.pixels).toHaveLength(image.width * image.height * 3);
    return image;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error).toMatchObject({ code: 'image-decode-failed', facts: { format: 'gif' } });
    return error.message;
  }
}

/** The file with the first of its frame's rows, as they are stored, and no end. */
function firstRows(rows: number, interlaced = false): Uint8Array {
  const order = interlaced ? interlacedRows(16) : Array.from({ length: 16 }, (_, y) => y);
  const indices = order
    .slice(0, rows)
    .flatMap((y) => [...frame.indices.subarray(y * 20, y * 20 + 20)]);
  const coding = { endCode: false } as const;
  // Other rows than those that its header announces.
  const written = writeGif(withFrame({ height: rows, indices: Uint8Array.from(indices), coding }));
  const descriptor = 13 + 48;
  written[descriptor + 7] = 16;
  if (interlaced) written[descriptor + 9] |= 0x40;
  return written;
}

/** Numbers of rows that are gray all over. */
function grayRows({ width, height, pixels }: DecodedPicture): number[] {
  const rows = Array.from({ length: height }, (_, y) => y);
  return rows.filter((y) =>
    pixels.subarray(y * width * 3, (y + 1) * width * 3).every((level) => level === 128),
  );
}

describe('the GIF decoder, on a file that ends early', () => {
  test.for([8, 9, 15])('keeps the first %i rows of 16 and makes the others gray', (rows) => {
    const image = attempt(firstRows(rows));
    if (typeof image === 'string') throw new Error(image);
    expect(image.truncated).toBe(true);
    expect(grayRows(image)).toEqual(Array.from({ length: 16 - rows }, (_, i) => rows + i));
    const kept = rows * 20 * 3;
    const whole = firstFrame(plain).pixels;
    expect(Buffer.compare(image.pixels.subarray(0, kept), whole.subarray(0, kept))).toBe(0);
  });

  test('refuses less than half of its rows', () => {
    expect(attempt(firstRows(7))).toContain('Less than half');
  });

  test('keeps every second row of an interlaced frame of which half is there', () => {
    const image = attempt(firstRows(8, true));
    if (typeof image === 'string') throw new Error(image);
    expect(image.truncated).toBe(true);
    expect(grayRows(image)).toEqual([1, 3, 5, 7, 9, 11, 13, 15]);
    expect(attempt(firstRows(7, true))).toContain('Less than half');
  });

  test('reduces what is there of an interlaced frame, without gray', () => {
    const image = decodeStored(gifCodec, firstRows(8, true), 2);
    expect(image).toMatchObject({ width: 10, height: 8, truncated: true });
    expect(grayRows(image)).toEqual([]);
  });

  test('leaves what the frame does not cover white', () => {
    const bytes = firstRows(9);
    bytes.set([40, 0, 30, 0], 6);
    const image = attempt(bytes);
    if (typeof image === 'string') throw new Error(image);
    expect(image).toMatchObject({ width: 40, height: 30, truncated: true });
    const rowBytes = 40 * 3;
    expect([...image.pixels.subarray(12 * rowBytes, 12 * rowBytes + 3)]).toEqual([128, 128, 128]);
    expect(new Set(image.pixels.subarray(16 * rowBytes))).toEqual(new Set([255]));
  });

  test('decodes all of it where what is missing is not wanted', () => {
    const target = new RegionTarget({ left: 0, right: 1, top: 0, bottom: 0.25 });
    expect(gifCodec.open(firstRows(4)).decode(target, unlimitedWork)).toEqual({ truncated: false });
    const { rows, expected } = target.compared(firstFrame(plain));
    expect(rows).toEqual(expected);
  });

  test('says that it may be cut short where its trailer is missing, whatever is wanted', () => {
    const upper = { left: 0, right: 1, top: 0, bottom: 0.25 };
    const withoutTrailer = (rows: number): Uint8Array => firstRows(rows).subarray(0, -1);
    const decode = (rows: number): { truncated: boolean } =>
      gifCodec.open(withoutTrailer(rows)).decode(new RegionTarget(upper), unlimitedWork);
    expect(decode(16)).toEqual({ truncated: false });
    expect(decode(12)).toEqual({ truncated: true });
    expect(() => decode(4)).toThrow(/half/);
  });

  test('decodes or refuses what is left after any byte', () => {
    for (const gif of [plain, withFrame({ interlaced: true, palette: drawPalette(16, 2) })]) {
      const bytes = writeGif(gif);
      const outcomes = Array.from({ length: bytes.length - 5 }, (_, cut) => {
        const outcome = attempt(bytes.subarray(0, cut + 6));
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

describe('the GIF decoder, on damaged data', () => {
  /** Codes of 5 bits after a clear code: roots, and what a test adds. */
  function withCodes(...codes: readonly number[]): Uint8Array {
    let bits = 0n;
    for (const [i, code] of [16, ...codes].entries()) bits |= BigInt(code) << BigInt(5 * i);
    const length = Math.ceil((5 * (codes.length + 1)) / 8);
    const data = Uint8Array.from({ length }, (_, i) => Number((bits >> BigInt(8 * i)) & 255n));
    return writeGif(withFrame({ width: 2, height: 2, indices: new Uint8Array(4), data }));
  }

  test.for([
    ['a code that does not exist yet', [1, 2, 30]],
    ['a code that needs one before it, at the beginning', [18]],
    ['a code that needs one before it, behind a clear code', [1, 2, 16, 18]],
    ['an end code', [1, 2, 17]],
  ] as const)('keeps the rows before %s', ([, codes]) => {
    const image = attempt(withCodes(...codes));
    if (codes.length < 3) {
      expect(image).toContain('Less than half');
      return;
    }
    if (typeof image === 'string') throw new Error(image);
    expect([image.width, image.height, image.truncated]).toEqual([20, 16, true]);
    const [red, green, blue] = drawPalette(16)[2];
    expect([...image.pixels.subarray(3, 6)]).toEqual([red, green, blue]);
    expect([...image.pixels.subarray(60, 66)]).toEqual([128, 128, 128, 128, 128, 128]);
  });

  test('does not look at what follows the end of the data', () => {
    const bytes = writeGif(withFrame({ data: new Uint8Array(0) }));
    // Were the trailer a sub-block's length, there would be enough of it.
    const followed = joinBytes(bytes, writeGif(plain).subarray(13 + 48 + 11));
    expect(attempt(followed)).toContain('Less than half');
  });

  test('decodes or refuses a file however it is changed', () => {
    const files = [
      plain,
      withFrame({
        interlaced: true,
        transparent: 3,
        palette: drawPalette(8, 2),
        coding: { minCodeSize: 4 },
      }),
      withFrame({ before: [extension(0xfe, Buffer.from('A comment'))], subBlockBytes: 7 }),
    ].map(writeGif);
    const kinds = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.option(fc.nat(400), { nil: undefined }),
        (bytes, changes, cut) => {
          const damaged = bytes.slice(0, cut);
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          if (!looksLikeGif(damaged)) return;
          const { width, height } = sizeOf(damaged);
          // A size of 65535 x 65535 is refused before this, by whoever sets the limits.
          if (width * height < 1e6) kinds.add(typeof attempt(damaged));
        },
      ),
      { numRuns: 3000, seed },
    );
    expect(kinds).toEqual(new Set(['string', 'object']));
  });

  test('refuses or decodes any bytes behind a signature', () => {
    const beginning = Buffer.from('GIF89a');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (rest) => {
        const bytes = joinBytes(beginning, rest);
        const { width, height } = sizeOf(bytes);
        if (width * height < 1e6) attempt(bytes);
      }),
      { numRuns: 2000, seed },
    );
  });
});

/** 0 x 0 where the header can't be read. */
function sizeOf(bytes: Uint8Array): { width: number; height: number } {
  try {
    return gifCodec.open(bytes);
  } catch (error) {
    if (error instanceof AppError) return { width: 0, height: 0 };
    throw error;
  }
}

describe('the GIF decoder refuses', () => {
  const noFrame = writeGif({ ...plain, frames: [] });

  test.for([
    ['a signature alone', Buffer.from('GIF89a'), 'holds no picture'],
    ['a file without a frame', noFrame, 'holds no picture'],
    [
      'bytes that begin no block',
      joinBytes(noFrame.subarray(0, -1), [0, 0, 0]),
      'holds no picture',
    ],
    ['a frame without data', writeGif(plain).subarray(0, 13 + 48 + 10), 'before its pixels begin'],
    [
      'a frame of no width',
      writeGif(withFrame({ width: 0, indices: new Uint8Array(0) })),
      '0 x 16 pixels',
    ],
    [
      'a frame of no height',
      writeGif(withFrame({ height: 0, indices: new Uint8Array(0) })),
      '20 x 0 pixels',
    ],
    [
      'a frame without a colour table',
      writeGif({ width: 20, height: 16, frames: [frame] }),
      'no colour table',
    ],
    [
      'indices of 0 bits',
      writeGif(withFrame({ data: new Uint8Array(9), coding: { minCodeSize: 0 } })),
      'LZW code size of 0',
    ],
    [
      'indices of 9 bits',
      writeGif(withFrame({ coding: { minCodeSize: 9 } })),
      'LZW code size of 9',
    ],
  ] as const)('%s', ([, bytes, sentence]) => {
    expect(attempt(bytes)).toContain(sentence);
  });

  test('no file by its version other than 87a and 89a, which is no GIF', () => {
    expect(looksLikeGif(writeGif({ ...plain, version: '87a' }))).toBe(true);
    expect(looksLikeGif(writeGif({ ...plain, version: '88a' }))).toBe(false);
    expect(looksLikeGif(Buffer.from('GIF89'))).toBe(false);
  });
});

describe('the work and memory of the GIF decoder', () => {
  const whole = { left: 0, right: 1, top: 0, bottom: 1 };

  test('are small for a header that claims 65535 x 65535 pixels', () => {
    const bytes = writeGif({ ...plain, width: 65535, height: 65535 });
    const sizes = { width: 0, height: 0 };
    const taken = allocatedBytes(() => Object.assign(sizes, gifCodec.open(bytes)));
    expect(sizes).toMatchObject({ width: 65535, height: 65535 });
    expect(taken).toBe(0);
  });

  test.for([
    [8000, 6000],
    [1, 40000],
    [40000, 1],
    [20, 16],
  ] as const)('stay within what is announced, which is little, for %i x %i', ([width, height]) => {
    const data = flatCodes(width * height, 4);
    for (const interlaced of [false, true]) {
      const flat = { width, height, interlaced, indices: new Uint8Array(0), data };
      const image = gifCodec.open(writeGif({ ...plain, width, height, frames: [flat] }));
      const across = Math.max(1, width / 20);
      const down = Math.max(1, height / 20);
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

  test('do not grow with extensions, which are passed over once', () => {
    const many = Array.from({ length: 20_000 }, () => extension(0xfe, new Uint8Array(0)));
    const bytes = writeGif(withFrame({ before: many }));
    let reads = 0;
    const counted = new Proxy(bytes, {
      get(target, key) {
        reads += 1;
        const value = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    gifCodec.open(counted);
    expect(reads).toBeLessThan(10 * bytes.length);
  });
});
