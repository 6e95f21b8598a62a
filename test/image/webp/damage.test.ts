/** The decoder on files that end early or are damaged. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { webpCodec } from '../../../src/image/webp/codec.ts';
import { type DecodedPicture, decodeStored } from '../decoded.ts';
import { drawNoise } from '../jpeg/pictures.ts';
import { attempt, refusal } from './attempt.ts';
import { encode, encodeAllKinds, readVariant } from './pictures.ts';
import { isReadByLibwebp } from './reference.ts';
import {
  animationChunk,
  canvasChunk,
  canvasFlag,
  chunk,
  frameChunk,
  joinBytes,
  littleEndian,
  pictureChunk,
  webpFile,
} from './writer.ts';

/** Seed of the random damage; every run sees the same files. */
const seed = 20_261_124;

/** How many rows from the top are as they were, and how many there are before those that are all gray. */
function rowsThere(
  { pixels, width, height }: DecodedPicture,
  whole: Uint8Array,
): { intact: number; decoded: number } {
  const rowOf = (from: Uint8Array, y: number): Uint8Array =>
    from.subarray(y * width * 3, (y + 1) * width * 3);
  let intact = 0;
  while (intact < height && Buffer.compare(rowOf(pixels, intact), rowOf(whole, intact)) === 0) {
    intact += 1;
  }
  let decoded = height;
  while (decoded > 0 && rowOf(pixels, decoded - 1).every((level) => level === 128)) decoded -= 1;
  return { intact, decoded };
}

/**
 * Rows that the next row of macroblocks smooths: three of luma, and three of
 * chroma, which are six of the picture and next to one more.
 */
const smoothedRows = 7;

const kinds = await encodeAllKinds();
const variants = [
  'partitions-8.webp',
  'alpha-filter-gradient.webp',
  'alpha-uncompressed.webp',
  'lossless-copies.webp',
  'palette-4.webp',
  'animation-lossy.webp',
  'exif-prefix.webp',
].map((name) => ({ name, bytes: readVariant(name) }));
const files = [...kinds, ...variants];

describe('a file that ends early', () => {
  const smallFiles = files.filter(({ bytes }) => bytes.length < 6000);

  test.for(smallFiles)('is decoded or refused, after any byte: $name', ({ bytes }) => {
    const outcomes = Array.from({ length: bytes.length + 1 }, (_, length) => {
      const outcome = attempt(bytes.subarray(0, length));
      return typeof outcome === 'string' ? outcome : outcome.truncated;
    });
    // Once there is enough of it, there is enough.
    const order = ['image-decode-failed', true, false];
    const ranks = outcomes.map((outcome) => order.indexOf(outcome));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    expect(outcomes[0]).toBe('image-decode-failed');
    expect(outcomes.at(-1)).toBe(false);
  });

  test('keeps its rows, the rest gray, from half of them on: lossless', async () => {
    const bytes = await encode(drawNoise(40, 60), { lossless: true });
    const { pixels } = decodeStored(webpCodec, bytes);
    const found = new Set<number>();
    for (let length = 0; length < bytes.length; length += 7) {
      const outcome = attempt(bytes.subarray(0, length));
      if (typeof outcome === 'string') continue;
      const { intact, decoded } = rowsThere(outcome, pixels);
      expect(intact).toBe(decoded);
      expect(outcome.truncated).toBe(decoded < 60);
      found.add(decoded);
    }
    expect([...found]).toEqual(Array.from({ length: 30 }, (_, i) => 30 + i));
  });

  test('keeps its rows of macroblocks, the rest gray, from half of them on: lossy', async () => {
    const bytes = await encode(drawNoise(40, 200), { quality: 50 });
    const { pixels } = decodeStored(webpCodec, bytes);
    const found = new Set<number>();
    for (let length = 0; length < bytes.length; length += 7) {
      const outcome = attempt(bytes.subarray(0, length));
      if (typeof outcome === 'string') continue;
      const { intact, decoded } = rowsThere(outcome, pixels);
      expect(intact).toBeGreaterThanOrEqual(decoded - smoothedRows);
      found.add(decoded);
    }
    expect([...found]).toEqual([112, 128, 144, 160, 176, 192]);
  });

  test('keeps the rows whose alpha is there', async () => {
    const picture = drawNoise(40, 64);
    const lossy = pictureChunk(await encode(picture, { quality: 50 }));
    const write = (rows: number): Uint8Array =>
      webpFile(
        canvasChunk(40, 64, canvasFlag.alpha),
        chunk('ALPH', joinBytes([0], new Uint8Array(40 * rows).fill(200))),
        lossy,
      );
    const whole = decodeStored(webpCodec, write(64));
    expect(whole.truncated).toBe(false);
    for (const rows of [0, 1, 31]) expect(refusal(write(rows))).toMatch(/half/);
    for (const rows of [32, 47, 63]) {
      const outcome = decodeStored(webpCodec, write(rows));
      expect(outcome.truncated).toBe(true);
      expect(rowsThere(outcome, whole.pixels)).toEqual({ intact: rows, decoded: rows });
    }
  });

  test('has the rows up to the first whose partition is not there', () => {
    // The last of 8 partitions has the eighth of ten rows of macroblocks.
    const bytes = readVariant('partitions-8.webp');
    const outcome = attempt(bytes.subarray(0, -60));
    if (typeof outcome === 'string') throw new Error('It is refused.');
    expect(outcome.truncated).toBe(true);
    const { intact, decoded } = rowsThere(outcome, decodeStored(webpCodec, bytes).pixels);
    expect(decoded).toBe(7 * 16);
    expect(intact).toBeGreaterThanOrEqual(decoded - smoothedRows);
  });

  test('says that less than half of the picture is there', () => {
    expect(refusal(kinds[0].bytes.subarray(0, 300))).toMatch(/half of the picture/);
    expect(refusal(kinds[1].bytes.subarray(0, 1500))).toMatch(/half of the picture/);
  });
});

describe('a damaged file', () => {
  /** Sides that a claim may have: what is larger is refused before, by whoever sets the limits. */
  function claimedPixels(bytes: Uint8Array): number {
    try {
      const { width, height } = webpCodec.open(bytes);
      return width * height;
    } catch {
      return 0;
    }
  }

  test.for(files)('is decoded or refused however it is changed: $name', ({ bytes }) => {
    const changes = fc.array(
      fc.record({
        at: fc.oneof(fc.nat(bytes.length - 1), fc.nat(Math.min(bytes.length - 1, 80))),
        kind: fc.constantFrom('set', 'flip', 'cut', 'repeat'),
        value: fc.nat(255),
      }),
      { minLength: 1, maxLength: 6 },
    );
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(changes, (list) => {
        let damaged: Uint8Array = bytes.slice();
        for (const { at, kind, value } of list) {
          const rest = damaged.subarray(at + value);
          if (kind === 'set') damaged[at] = value;
          if (kind === 'flip') damaged[at] ^= 1 << (value & 7);
          if (kind === 'cut') damaged = joinBytes(damaged.subarray(0, at), rest);
          if (kind === 'repeat')
            damaged = joinBytes(damaged.subarray(0, at + value), damaged.subarray(at));
        }
        if (claimedPixels(damaged) > 200_000) return;
        const outcome = attempt(damaged);
        outcomes.add(typeof outcome === 'string' ? outcome : 'decoded');
      }),
      { numRuns: 500, seed },
    );
    expect(outcomes).toEqual(new Set(['decoded', 'image-decode-failed']));
  });

  test('is refused or decoded where random bits stand for it', () => {
    const anyBits = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(anyBits, fc.constantFrom('VP8 ', 'VP8L'), (rest, name) => {
        const sides = [31, 0, 23, 0];
        const head =
          name === 'VP8 '
            ? [0x10 | ((rest.length & 7) << 5), rest.length >> 4, 0, 0x9d, 0x01, 0x2a, ...sides]
            : [0x2f, ...littleEndian(31 | (23 << 14), 4)];
        attempt(webpFile(chunk(name, joinBytes(head, rest))));
      }),
      { numRuns: 2000, seed },
    );
  });
});

describe('a file whose data is changed', () => {
  test.for(kinds)('is read where libwebp reads it: $name', async ({ bytes }) => {
    const at = fc.integer({ min: Math.min(60, bytes.length >> 1), max: bytes.length - 1 });
    const changes = fc.array(fc.tuple(at, fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const changed = bytes.slice();
        for (const [where, value] of list) changed[where] = value;
        const outcome = attempt(changed);
        const isRead = typeof outcome !== 'string' && !outcome.truncated;
        expect(isRead).toBe(await isReadByLibwebp(changed));
      }),
      { numRuns: 400, seed },
    );
  });
});

test('an animation whose chunks say that they are longer gives what there is', () => {
  const plain = readVariant('plain.webp');
  const whole = decodeStored(webpCodec, plain);
  const bytes = webpFile(
    canvasChunk(63, 47, canvasFlag.animation),
    animationChunk,
    frameChunk({ left: 0, top: 0, width: 63, height: 47 }, pictureChunk(plain)),
  );
  const frameStart = 12 + 18 + 14;
  for (const at of [frameStart + 4, frameStart + 8 + 16 + 4]) {
    const changed = bytes.slice();
    changed.set([255, 255, 255, 255], at);
    const { truncated, pixels } = decodeStored(webpCodec, changed);
    expect(truncated).toBe(true);
    expect(Buffer.compare(pixels, whole.pixels)).toBe(0);
  }
});
