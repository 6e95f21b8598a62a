/**
 * The decoder on files that are damaged outside of their pictures, or in a part of them: it goes on as
 * libjpeg does, and says that something is wrong. Clauses are those of ITU-T T.81.
 */
import { describe, expect, test } from 'vitest';
import { formatOf } from '../../../src/image/formats.ts';
import type { DecodedPicture } from '../decoded.ts';
import { decodeJpeg } from './decoded.ts';
import { drawNoise, encode, readVariant } from './pictures.ts';
import { decodeWithSharp, expectAlike, rounding } from './reference.ts';
import { code, joinBytes, makeSegment, rewrite, type Segment, segmentsOf } from './segments.ts';

/** Files of each mode. */
const originals = [
  '4-2-2.jpg',
  '4-2-0-restart-rows.jpg',
  'progressive-restart.jpg',
  'one-scan-per-component.jpg',
  'gray-2x2-restart.jpg',
];

const app3 = 0xe3;

/** Before the first segment of a kind. */
function insert(
  file: Uint8Array,
  before: number,
  bytes: Uint8Array | readonly number[],
): Uint8Array {
  let isDone = false;
  return rewrite(file, (segment) => {
    if (isDone || segment.code !== before) return [segment];
    isDone = true;
    return [{ ...segment, bytes: joinBytes(bytes, segment.bytes) }];
  });
}

/** An APP3 segment whose length field says this; two bytes of it follow. */
function withLength(length: number): number[] {
  return [0xff, app3, 0, length, 0x12, 0x34];
}

/** Ways to damage a file that leave its picture as it was. */
const harmless: Readonly<Record<string, (file: Uint8Array) => Uint8Array>> = {
  'bytes behind SOI': (file) => joinBytes([0xff, code.soi, 0x12, 0x34], file.subarray(2)),
  'bytes between segments': (file) =>
    rewrite(file, (segment) => [
      { ...segment, bytes: joinBytes([0, 0x12, 0x34, 0xff, 0], segment.bytes) },
    ]),
  'a segment whose length is 0': (file) => insert(file, code.dht, withLength(0)),
  'a segment whose length is 1': (file) => insert(file, code.dht, withLength(1)),
  'a segment that is longer than its length says': (file) => insert(file, code.dht, withLength(3)),
  'a second SOI': (file) => insert(file, code.dqt, [0xff, code.soi]),
  'a marker that no JPEG has': (file) => insert(file, code.dqt, [0xff, 0x50, 0, 2]),
  'a version of JFIF that does not exist': (file) =>
    insert(
      file,
      code.dqt,
      makeSegment(0xe0, [...Buffer.from('JFIF\0'), 9, 1, 0, 0, 1, 0, 1, 0, 0]).bytes,
    ),
  'a restart interval of three bytes': (file) =>
    insert(file, code.dqt, makeSegment(0xdd, [0, 0, 0]).bytes),
  'no EOI': (file) => file.subarray(0, -2),
};

describe.for(originals)('decodeJpeg on %s', (name) => {
  const original = readVariant(name);
  const whole = decodeJpeg(original, 1);

  test.for(Object.keys(harmless))('shows the whole picture, and flags it: %s', (damage) => {
    const damaged = harmless[damage](original);
    expect(formatOf(damaged)).toBe('jpeg');
    expectPicture(decodeJpeg(damaged, 1), whole, true);
  });

  test('takes a table for harmless that has too many codes and is never used', () => {
    const table = [3, 3, ...new Array(15).fill(0), 1, 2, 3];
    const bytes = insert(original, code.dht, makeSegment(code.dht, table).bytes);
    expectPicture(decodeJpeg(bytes, 1), whole, false);
  });
});

test("flags a transform that Adobe's marker doesn't have, and takes YCbCr", () => {
  const original = readVariant('4-2-2.jpg');
  const content = [...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, 7];
  const bytes = insert(original, code.dqt, makeSegment(0xee, content).bytes);
  expectPicture(decodeJpeg(bytes, 1), decodeJpeg(original, 1), true);
});

test('flags a sequential scan whose header is that of a progressive one', () => {
  const original = readVariant('4-2-2.jpg');
  const bytes = rewrite(original, (segment) => [
    segment.code === code.sos
      ? { ...segment, bytes: segment.bytes.with(segment.bytes.length - 2, 5) }
      : segment,
  ]);
  expectPicture(decodeJpeg(bytes, 1), decodeJpeg(original, 1), true);
});

/** The same pixels to the last bit. */
function expectPicture(
  { width, height, pixels, truncated }: DecodedPicture,
  expected: DecodedPicture,
  isFlagged: boolean,
): void {
  expect([width, height, truncated]).toEqual([expected.width, expected.height, isFlagged]);
  expect(Buffer.compare(pixels, expected.pixels)).toBe(0);
}

describe('decodeJpeg on a file without Huffman tables', () => {
  const encodings = {
    '4:2:0': { optimiseCoding: false },
    '4:4:4': { optimiseCoding: false, chromaSubsampling: '4:4:4' },
    gray: { optimiseCoding: false, space: 'b-w' },
  } as const;

  test.for(Object.entries(encodings))(
    'takes the typical ones (K.3 to K.6), as Motion JPEG means it: %s',
    async ([, encoding]) => {
      const original = await encode(drawNoise(70, 50), encoding);
      const frame = rewrite(original, (segment) => (segment.code === code.dht ? [] : [segment]));
      expect(frame.length).toBeLessThan(original.length - 200);
      expectPicture(decodeJpeg(frame, 1), decodeJpeg(original, 1), false);
    },
  );
});

describe('decodeJpeg on a progressive file whose DC coefficients are missing', () => {
  const noise = drawNoise(160, 120);

  /** With the data of its first scan, which has the DC coefficients, cut to a share. */
  function cutFirstScan(file: Uint8Array, share: number): Uint8Array {
    const scan = segmentsOf(file).findIndex((segment) => segment.code === code.sos);
    return rewrite(file, (segment, i) => {
      if (i !== scan) return [segment];
      const { data } = segment;
      return share === 0 ? [] : [{ ...segment, data: data.subarray(0, data.length * share) }];
    });
  }

  test.for([0, 0.1, 0.4, 0.9])(
    'shows what libjpeg shows, and flags it: %s of them are there',
    async (share) => {
      const file = await encode(noise, { progressive: true, space: 'b-w', quality: 90 });
      const bytes = cutFirstScan(file, share);
      const image = decodeJpeg(bytes, 1);
      expect(image.truncated).toBe(true);
      expectAlike(image.pixels, (await decodeWithSharp(bytes)).pixels, rounding);
    },
  );

  test('shows the other components where one is missing, and flags it', async () => {
    const original = readVariant('one-scan-per-component.jpg');
    const scans = segmentsOf(original).filter((segment) => segment.code === code.sos);
    for (const missing of scans) {
      const bytes = rewrite(original, (segment) =>
        segment.code === code.sos && segment.bytes[5] === missing.bytes[5] ? [] : [segment],
      );
      const image = decodeJpeg(bytes, 1);
      expect(image.truncated).toBe(true);
      expectAlike(image.pixels, (await decodeWithSharp(bytes)).pixels, rounding);
    }
  });
});

describe('decodeJpeg on restart markers that are not those expected', () => {
  const original = readVariant('4-2-0-restart-rows.jpg');
  const whole = decodeJpeg(original, 1);
  /** A row of MCUs each. */
  const intervals = splitIntervals();
  const mcuHeight = 16;

  function splitIntervals(): Uint8Array[] {
    const { data } = scanOf(original);
    const starts = [...data.keys()].filter((at) => data[at] === 0xff && data[at + 1] !== 0);
    return [0, ...starts.map((at) => at + 2)].map((start, i) => data.subarray(start, starts[i]));
  }

  function scanOf(file: Uint8Array): Segment {
    const scan = segmentsOf(file).find((segment) => segment.code === code.sos);
    if (scan === undefined) throw new Error('The file has no scan.');
    return scan;
  }

  /** Data of intervals, each but the first behind a marker of some number. */
  function withIntervals(parts: readonly { readonly number: number; readonly row: number }[]) {
    const data = parts.map(({ number, row }, i) =>
      joinBytes(i === 0 ? [] : [0xff, code.rst0 + number], intervals[row]),
    );
    return rewrite(original, (segment) => [
      segment.code === code.sos ? { ...segment, data: joinBytes(...data) } : segment,
    ]);
  }

  const asTheyAre = intervals.map((_, row) => ({ number: (row + 7) % 8, row }));

  /** But for a row of MCUs, and the rows beside it, into which chroma is interpolated. */
  function expectOtherRows(image: DecodedPicture, lost: number): void {
    const rowBytes = whole.width * 3;
    const end = (lost * mcuHeight - 1) * rowBytes;
    const start = ((lost + 1) * mcuHeight + 1) * rowBytes;
    expect(image.truncated).toBe(true);
    expect(Buffer.compare(image.pixels.subarray(0, end), whole.pixels.subarray(0, end))).toBe(0);
    expect(Buffer.compare(image.pixels.subarray(start), whole.pixels.subarray(start))).toBe(0);
  }

  test('is the picture where they are those expected', () => {
    expect(intervals).toHaveLength(6);
    expectPicture(decodeJpeg(withIntervals(asTheyAre), 1), whole, false);
  });

  test.for([1, 2, 3])('leaves a row out whose interval and marker are lost: %i', (lost) => {
    expectOtherRows(decodeJpeg(withIntervals(asTheyAre.toSpliced(lost, 1)), 1), lost);
  });

  test.for([2, 3, 4])('passes over an interval that comes once more: before %i', (row) => {
    const [repeated] = asTheyAre.slice(row - 1);
    expectPicture(decodeJpeg(withIntervals(asTheyAre.toSpliced(row, 0, repeated)), 1), whole, true);
  });

  test.for([1, 2, 3, 4, 5])('takes a number that is far off for the right one: %i', (row) => {
    const damaged = asTheyAre.with(row, { number: (asTheyAre[row].number + 4) % 8, row });
    expectPicture(decodeJpeg(withIntervals(damaged), 1), whole, true);
  });

  test('goes on behind a marker that no JPEG has', () => {
    const [first, ...others] = asTheyAre;
    const bytes = withIntervals([first, ...others]);
    const at = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === code.rst0);
    const damaged = joinBytes(bytes.subarray(0, at), [0xff, 0x50], bytes.subarray(at));
    expectPicture(decodeJpeg(damaged, 1), whole, true);
  });
});

describe('decodeJpeg on codes that no table has', () => {
  test.for(['4-2-2.jpg', 'gray-2x2-restart.jpg', 'progressive-restart.jpg'])(
    'goes on behind them, and flags it: %s',
    (name) => {
      const original = readVariant(name);
      const whole = decodeJpeg(original, 1);
      const scan = original.findIndex((byte, at) => byte === 0xff && original[at + 1] === code.sos);
      const damaged = original.slice();
      const middle = Math.floor((scan + original.length) / 2);
      // No Huffman code is all ones (C.2).
      for (let at = middle; at < middle + 8; at += 2) damaged.set([0xff, 0], at);
      const image = decodeJpeg(damaged, 1);
      expect(image.truncated).toBe(true);
      expect(image.pixels).toHaveLength(whole.pixels.length);
      // What lies below is not gray, as it would be had the decoder given up.
      const last = image.pixels.subarray(-3 * whole.width);
      expect(last.some((level) => level !== last[0])).toBe(true);
    },
  );
});
