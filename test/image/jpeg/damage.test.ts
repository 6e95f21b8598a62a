/** The decoder on files that end early or hold other bytes than they should. */
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import type { Denominator } from '../../../src/image/jpeg/frame.ts';
import type { DecodedPicture } from '../decoded.ts';
import { decodeJpeg } from './decoded.ts';
import { drawNoise, encode, fixturePixels, readVariant } from './pictures.ts';
import { decodeWithJpegJs, expectAlike } from './reference.ts';
import { code, joinBytes, rewrite, segmentsOf } from './segments.ts';

const denominators = [1, 2, 4, 8] as const satisfies Denominator[];

/** Seeds of the random damage; every run sees the same files. */
const seed = 20_261_123;

/** The picture, or the code of the refusal; lets anything else through. */
function attempt(bytes: Uint8Array, denominator: Denominator): DecodedPicture | string {
  try {
    const image = decodeJpeg(bytes, denominator);
    expect(image.pixels).toHaveLength(image.width * image.height * 3);
    return image;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

/** The bytes of all scans up to a share of them. */
function cut(bytes: Uint8Array, share: number): Uint8Array {
  const [start] = segmentsOf(bytes).reduce<[number, boolean]>(
    ([at, found], segment) => {
      if (found || segment.code === code.sos) return [at, true];
      return [at + segment.bytes.length, false];
    },
    [2, false],
  );
  return bytes.subarray(0, Math.round(start + (bytes.length - start) * share));
}

const encodings = {
  '4:4:4': { chromaSubsampling: '4:4:4', quality: 90 },
  '4:2:0': { chromaSubsampling: '4:2:0', quality: 90 },
  gray: { space: 'b-w', quality: 90 },
} as const;

describe.for(Object.entries(encodings))(
  'decodeJpeg on a file that ends early (%s)',
  ([, encoding]) => {
    /** Noise, so that every row of blocks takes about as many bytes. */
    const file = encode(drawNoise(240, 240), encoding);

    test('decodes all of it where only the EOI marker is missing, and says that it is', async () => {
      const bytes = await file;
      const whole = decodeJpeg(bytes, 1);
      const image = decodeJpeg(bytes.subarray(0, bytes.length - 2), 1);
      expect([whole.truncated, image.truncated]).toEqual([false, true]);
      expect(Buffer.compare(image.pixels, whole.pixels)).toBe(0);
    });

    test.for(denominators)(
      'keeps what four fifths of the data hold, at 1/%i',
      async (denominator) => {
        const bytes = await file;
        const whole = decodeJpeg(bytes, denominator);
        const image = decodeJpeg(cut(bytes, 0.8), denominator);
        expect(image).toMatchObject({ width: whole.width, height: whole.height, truncated: true });
        const kept = Math.floor(whole.height * 0.6) * whole.width * 3;
        expect(Buffer.compare(image.pixels.subarray(0, kept), whole.pixels.subarray(0, kept))).toBe(
          0,
        );
      },
    );

    test.for(denominators)('refuses three tenths of the data, at 1/%i', async (denominator) => {
      expect(attempt(cut(await file, 0.3), denominator)).toBe('image-decode-failed');
    });

    test('decodes or refuses what is left after any byte', async () => {
      const bytes = await encode(drawNoise(40, 36), encoding);
      const outcomes = Array.from({ length: bytes.length + 1 }, (_, length) => {
        const outcome = attempt(bytes.subarray(0, length), 1);
        return typeof outcome === 'string' ? outcome : outcome.truncated;
      });
      // Once there is enough of it, there is enough.
      const order = ['image-decode-failed', true, false];
      const ranks = outcomes.map((outcome) => order.indexOf(outcome));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      expect(new Set(outcomes)).toEqual(new Set(order));
    });
  },
);

describe('decodeJpeg on a progressive file that ends early', () => {
  test.for(denominators)(
    'is close to the picture without its last scans, at 1/%i',
    async (denominator) => {
      const picture = await fixturePixels('daisy.jpg');
      const bytes = await encode(picture, { progressive: true, quality: 85 });
      const whole = decodeJpeg(bytes, denominator);
      const image = decodeJpeg(cut(bytes, 0.8), denominator);
      expect(image).toMatchObject({ width: whole.width, height: whole.height });
      expectAlike(image.pixels, whole.pixels, { mean: 6, psnr: 26 });
    },
  );

  test('says so', async () => {
    const bytes = await encode(drawNoise(120, 90), { progressive: true });
    expect(decodeJpeg(bytes, 1).truncated).toBe(false);
    expect(decodeJpeg(cut(bytes, 0.8), 1).truncated).toBe(true);
  });

  test('refuses one without data', async () => {
    const bytes = await encode(drawNoise(120, 90), { progressive: true });
    expect(attempt(cut(bytes, 0.01), 1)).toBe('image-decode-failed');
  });
});

describe('decodeJpeg on damaged data', () => {
  /** Files of every mode, small enough to be decoded some hundred times. */
  const files = [
    '4-2-2.jpg',
    '4-1-0.jpg',
    '4-2-0-restart-5-blocks.jpg',
    'gray-2x2-restart.jpg',
    'progressive-restart.jpg',
    'progressive-4-1-1-refined.jpg',
    'one-scan-per-component.jpg',
    'adobe-rgb.jpg',
    'sixteen-bit-tables.jpg',
  ].map((name) => ({ name, bytes: readVariant(name) }));

  test.for(files)('decodes or refuses $name after flips of bits in its scans', ({ bytes }) => {
    const scan = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === code.sos);
    const flips = fc.array(
      fc.tuple(fc.integer({ min: scan + 14, max: bytes.length - 3 }), fc.nat(7)),
      { minLength: 1, maxLength: 4 },
    );
    const pictures = { count: 0 };
    fc.assert(
      fc.property(flips, fc.constantFrom(...denominators), (changes, denominator) => {
        const damaged = bytes.slice();
        for (const [at, bit] of changes) damaged[at] ^= 1 << bit;
        if (typeof attempt(damaged, denominator) !== 'string') pictures.count += 1;
      }),
      { numRuns: 100, seed },
    );
    // A flipped bit is no reason to give up on a photo.
    expect(pictures.count).toBeGreaterThan(50);
  });

  test.for(files)('decodes or refuses $name however it is changed', ({ bytes }) => {
    const at = fc.nat(bytes.length - 1);
    const anyChange = fc.oneof(
      fc.record({ kind: fc.constant('set'), at, value: fc.nat(255) }),
      fc.record({ kind: fc.constant('marker'), at, value: fc.integer({ min: 0xc0, max: 0xfe }) }),
      fc.record({ kind: fc.constant('cut'), at, value: fc.nat(255) }),
      fc.record({ kind: fc.constant('repeat'), at, value: fc.nat(255) }),
    );
    const changes = fc.array(anyChange, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(changes, fc.constantFrom(...denominators), (list, denominator) => {
        let damaged: Uint8Array = bytes.slice();
        for (const { kind, at: where, value } of list) {
          if (kind === 'set') damaged[where] = value;
          if (kind === 'marker' && where + 2 <= damaged.length) damaged.set([0xff, value], where);
          if (kind === 'cut') damaged = withoutRange(damaged, where, value);
          if (kind === 'repeat') damaged = withRepeatedRange(damaged, where, value);
        }
        // A size of 65535 x 65535 is refused before this, by whoever sets the limits.
        if (claimedPixels(damaged) < 1e6) attempt(damaged, denominator);
      }),
      { numRuns: 60, seed },
    );
  });

  test('loses no more than a restart interval to damage within it', () => {
    const bytes = readVariant('4-2-0-restart-rows.jpg');
    const whole = decodeJpeg(bytes, 1);
    const restart = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === code.rst0 + 1);
    const damaged = bytes.slice();
    // No Huffman code is all ones (C.2).
    for (let at = restart + 2; at < restart + 42; at += 2) damaged.set([0xff, 0], at);
    const image = decodeJpeg(damaged, 1);
    const rowBytes = whole.width * 3;
    // The third row of MCUs; chroma is interpolated across a row's ends.
    for (const [from, to] of [
      [0, 31],
      [49, whole.height],
    ]) {
      const range = [from * rowBytes, to * rowBytes] as const;
      expect(Buffer.compare(image.pixels.subarray(...range), whole.pixels.subarray(...range))).toBe(
        0,
      );
    }
  });
});

function withoutRange(bytes: Uint8Array, at: number, length: number): Uint8Array {
  return joinBytes(bytes.subarray(0, at), bytes.subarray(at + length));
}

function withRepeatedRange(bytes: Uint8Array, at: number, length: number): Uint8Array {
  return joinBytes(bytes.subarray(0, at + length), bytes.subarray(at));
}

/** The most that anything like a frame header in the file claims. */
function claimedPixels(bytes: Uint8Array): number {
  let most = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] < 0xc0 || bytes[at + 1] > 0xcf || at + 9 > bytes.length) continue;
    const height = (bytes[at + 5] << 8) | bytes[at + 6];
    const width = (bytes[at + 7] << 8) | bytes[at + 8];
    most = Math.max(most, width * (height === 0 ? 65_535 : height));
  }
  return most;
}

describe('decodeJpeg on what it does not read', () => {
  const refused = inject('invalidPhotos')
    .filter(({ code: problem }) => problem === 'image-decode-failed')
    .map(({ name, base64 }) => ({ name, bytes: new Uint8Array(Buffer.from(base64, 'base64')) }));

  test.for(refused)('refuses $name at every scale', ({ bytes }) => {
    const outcomes = denominators.map((denominator) => attempt(bytes, denominator));
    expect(new Set(outcomes)).toEqual(new Set(['image-decode-failed']));
  });

  test.for([
    ['12-bit', /12 bits/],
    ['arithmetic', /arithmetic/],
    ['lossless', /lossless/],
    ['hierarchical-sof5', /hierarchical/],
  ] as const)('names what a file is that it does not read: %s', ([name, sentence]) => {
    const bytes = refused.find((file) => file.name === `${name}.jpg`)?.bytes ?? new Uint8Array(0);
    expect(() => decodeJpeg(bytes, 1)).toThrow(sentence);
  });

  test('refuses a real arithmetic-coded file', () => {
    expect(() => decodeJpeg(readVariant('arithmetic.jpg'), 1)).toThrow(/arithmetic/);
  });

  test('refuses 12 bits a sample, which jpeg-js decodes to something', () => {
    const bytes = rewrite(readVariant('sixteen-bit-tables.jpg'), (segment) => [
      segment.code === code.sof1 ? { ...segment, bytes: segment.bytes.with(4, 12) } : segment,
    ]);
    expect(attempt(bytes, 1)).toBe('image-decode-failed');
    expect(decodeWithJpegJs(bytes)).toMatchObject({ width: 125, height: 94 });
  });

  test('decodes where jpeg-js gives up: a missing EOI marker', () => {
    const bytes = readVariant('4-1-1.jpg');
    const shortened = bytes.subarray(0, bytes.length - 2);
    expect(decodeJpeg(shortened, 1).truncated).toBe(true);
    expect(() => decodeWithJpegJs(shortened)).toThrow();
  });
});
