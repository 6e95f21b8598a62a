import fc from 'fast-check';
import { encode } from 'jpeg-js';
import { describe, expect, inject, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { decodePhoto, openPhoto } from '../../src/image/decode-image.ts';
import { readJpegHeader } from '../../src/image/jpeg/header.ts';
import { Picture } from '../../src/image/picture.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';

const limits = { maxPixels: 50e6, maxDecodeBytes: 48e6 };

interface DecodedPhoto extends RgbImage {
  readonly format: string;
}

/** Decodes a photo at its full size. */
function decodeWhole(bytes: Uint8Array): DecodedPhoto {
  const picture = new Picture();
  const photo = openPhoto(bytes);
  decodePhoto(photo, picture, limits);
  return { format: photo.format, ...picture.image };
}

const photos = inject('validPhotos').map(({ base64, ...photo }) => ({
  ...photo,
  bytes: new Uint8Array(Buffer.from(base64, 'base64')),
}));

const jpegs = photos.filter(({ format }) => format === 'jpeg');

/** Decodes, or answers the code of the refusal; lets anything else through. */
function outcome(bytes: Uint8Array): string {
  try {
    const { width, height, pixels } = decodeWhole(bytes);
    expect(pixels).toHaveLength(width * height * 3);
    return 'decoded';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

describe('decodePhoto', () => {
  test.for(photos)('decodes $name to its size', ({ format, bytes, width, height }) => {
    expect(decodeWhole(bytes)).toMatchObject({ format, width, height });
  });

  test('decodes a gray photo to equal channels', () => {
    const gray = jpegs.find(({ bytes }) => readJpegHeader(bytes).components.length === 1);
    const { pixels } = decodeWhole(gray?.bytes ?? new Uint8Array(0));
    for (let i = 0; i < pixels.length; i += 3) {
      if (pixels[i] !== pixels[i + 1] || pixels[i] !== pixels[i + 2]) {
        expect.fail(`Pixel ${i / 3} has the channels ${pixels.subarray(i, i + 3).join(', ')}.`);
      }
    }
  });

  test('decodes a photo of any size', () => {
    const side = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const data = new Uint8Array(width * height * 4).fill(128);
        const { data: bytes } = encode({ width, height, data });
        expect(decodeWhole(bytes)).toMatchObject({ width, height });
      }),
      { numRuns: 60 },
    );
  });

  test('refuses a small file of very many scans, each of which would cost work', () => {
    const { bytes } = photos.find((photo) => photo.name === 'candle.jpg') ?? jpegs[0];
    const sos = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xda);
    const scan = bytes.subarray(sos, bytes.length - 2);
    const scans = Array.from({ length: 101 }, () => scan);
    const file = Buffer.concat([bytes.subarray(0, sos), ...scans, Uint8Array.of(0xff, 0xd9)]);
    expect(outcome(file)).toBe('too-much-work');
  });

  test('decodes or refuses a photo with damaged bytes, and never fails otherwise', () => {
    const { bytes } = jpegs.reduce((a, b) => (a.bytes.length < b.bytes.length ? a : b));
    const damages = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(damages, fc.nat(bytes.length), (changes, cut) => {
        const damaged = bytes.slice(0, cut % 3 === 0 ? cut : bytes.length);
        for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
        outcomes.add(outcome(damaged));
      }),
      { numRuns: 150 },
    );
    expect(outcomes).toContain('image-decode-failed');
  });

  test('refuses bytes at random behind any beginning, and never fails otherwise', () => {
    const beginnings = [
      [],
      [0xff, 0xd8, 0xff],
      [0xff, 0xd8, 0xff, 0xc0],
      [0x89, 0x50],
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
      [0x42, 0x4d],
      [...new TextEncoder().encode('GIF89a')],
      [...new TextEncoder().encode('RIFF\x40\0\0\0WEBPVP8 ')],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...beginnings),
        fc.uint8Array({ maxLength: 300 }),
        (beginning, rest) => {
          const code = outcome(Uint8Array.of(...beginning, ...rest));
          expect(['image-decode-failed', 'unsupported-media-type', 'image-too-large']).toContain(
            code,
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('readJpegHeader', () => {
  test.for(jpegs)('reads the size of $name without its data', ({ bytes, width, height }) => {
    const sos = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xda);
    expect(readJpegHeader(bytes.subarray(0, sos))).toMatchObject({ width, height });
  });

  test('tells progressive from baseline', () => {
    const kinds = jpegs.map(({ bytes }) => readJpegHeader(bytes).progressive);
    expect(new Set(kinds)).toEqual(new Set([true, false]));
  });

  test('skips fill bytes and bytes that belong to no segment', () => {
    const { bytes, width, height } = jpegs[0];
    const padded = Uint8Array.of(0xff, 0xd8, 0x12, 0x34, 0xff, 0xff, ...bytes.subarray(2));
    expect(readJpegHeader(padded)).toMatchObject({ width, height });
  });
});
