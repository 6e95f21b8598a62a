/** What stands around a picture: chunks, animations, orientation (RFC 9649, section 2). */
import { describe, expect, test } from 'vitest';
import { orientations, turnUpright } from '../../../src/image/orientation.ts';
import { webpCodec } from '../../../src/image/webp/codec.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { decodeStored, decodeUpright } from '../decoded.ts';
import { drawNoise } from '../jpeg/pictures.ts';
import { encode, encodeAllKinds, encodeTransparent, readVariant, variants } from './pictures.ts';
import { decodeWithSharp, expectLikeSharp, expectPicture } from './reference.ts';
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

test.for(variants)('decodes the variant %s as libwebp does', async (name) => {
  await expectLikeSharp(readVariant(name));
});

const plain = readVariant('plain.webp');
const plainChunk = pictureChunk(plain);
const [width, height] = [63, 47];
const canvas = canvasChunk(width, height);
const comment = chunk('JUNK', Buffer.from('A daisy'));
const expected = decodeStored(webpCodec, plain);

describe('a file', () => {
  test.for<[string, Uint8Array]>([
    ['has unknown chunks on all sides', webpFile(comment, canvas, comment, plainChunk, comment)],
    ['has an unknown chunk in front of a simple picture', webpFile(comment, plainChunk)],
    [
      'has profiles and metadata',
      webpFile(canvas, chunk('ICCP', [1, 2, 3]), plainChunk, chunk('XMP ', [60])),
    ],
    ['says that it is empty', joinBytes(plain.subarray(0, 4), [0, 0, 0, 0], plain.subarray(8))],
    [
      'says that it is larger than it is',
      joinBytes(plain.subarray(0, 4), [255, 255, 255, 127], plain.subarray(8)),
    ],
    ['is followed by something else', joinBytes(plain, Buffer.from('<html>Not found</html>'))],
    ['is followed by another file', joinBytes(plain, readVariant('palette-2.webp'))],
    [
      'is without the last byte of padding',
      webpFile(plainChunk, chunk('JUNK', [1])).subarray(0, -1),
    ],
    ['ends within a chunk behind the picture', webpFile(plainChunk, comment).subarray(0, -4)],
    ['has a second picture', webpFile(plainChunk, pictureChunk(readVariant('palette-2.webp')))],
    [
      'lies in the middle of a larger buffer',
      joinBytes([1, 2, 3], plain, [4, 5]).subarray(3, 3 + plain.length),
    ],
  ])('that %s is decoded', ([, bytes]) => {
    expectPicture(bytes, expected);
  });

  test('whose picture says that it is shorter than it is, is one that ends early', () => {
    const bytes = plain.slice();
    bytes.set(littleEndian(plain.length - 20 - 40, 4), 16);
    expect(decodeStored(webpCodec, bytes).truncated).toBe(true);
  });

  test('is decoded the same from its lossless chunk alone', async () => {
    const lossless = await encode(drawNoise(41, 30), { lossless: true });
    const extended = webpFile(canvasChunk(41, 30), pictureChunk(lossless));
    expectPicture(extended, await decodeWithSharp(lossless));
  });

  test('has its alpha whether or not it announces it', async () => {
    const bytes = await encodeTransparent(drawNoise(41, 30), { quality: 50 });
    const silent = bytes.slice();
    silent[20] = 0;
    expectPicture(silent, await decodeWithSharp(bytes));
  });
});

describe('an animation', () => {
  const frame = { left: 10, top: 6, width, height };
  const flags = canvasFlag.animation | canvasFlag.alpha;

  test('is its first frame where that is, and white elsewhere', () => {
    const second = frameChunk({ ...frame, left: 0 }, pictureChunk(readVariant('sharpness-7.webp')));
    const bytes = webpFile(
      canvasChunk(90, 61, flags),
      animationChunk,
      frameChunk(frame, comment, plainChunk, comment),
      second,
    );
    const pixels = new Uint8Array(90 * 61 * 3).fill(255);
    for (let y = 0; y < height; y++) {
      const row = expected.pixels.subarray(y * width * 3, (y + 1) * width * 3);
      pixels.set(row, ((frame.top + y) * 90 + frame.left) * 3);
    }
    expectPicture(bytes, { width: 90, height: 61, pixels });
  });

  test('of every kind of frame is as in libwebp', async () => {
    for (const { name, bytes } of await encodeAllKinds()) {
      const found = pictureChunk(bytes);
      // Those with alpha are extended files; frames have the chunks behind their header.
      const isExtended = Buffer.from(found.subarray(0, 4)).toString() === 'VP8X';
      const chunks = isExtended ? found.subarray(18) : found;
      const place = { left: 4, top: 8, width: 45, height: 38 };
      const file = webpFile(canvasChunk(60, 50, flags), animationChunk, frameChunk(place, chunks));
      await expectLikeSharp(file, name);
    }
  });

  test('decodes its frame at the edges of the picture', async () => {
    const places = [
      { left: 0, top: 0 },
      { left: 28, top: 0 },
      { left: 0, top: 14 },
      { left: 28, top: 14 },
    ];
    for (const place of places) {
      const bytes = webpFile(
        canvasChunk(28 + width, 14 + height, flags),
        animationChunk,
        frameChunk({ ...place, width, height }, plainChunk),
      );
      await expectLikeSharp(bytes, `at ${place.left}, ${place.top}`);
    }
  });

  test('is white where its frame is not in the wanted part, however damaged that is', () => {
    const damaged = chunk('VP8 ', plainChunk.subarray(8, 28));
    const bytes = webpFile(
      canvasChunk(400, 300, flags),
      animationChunk,
      frameChunk({ left: 300, top: 200, width, height }, damaged),
    );
    const rows: Uint8Array[] = [];
    const region = { firstColumn: 0, endColumn: 100, firstRow: 10, endRow: 90 };
    const { truncated } = webpCodec.open(bytes).decode(
      {
        maxReduction: { across: 1, down: 1 },
        region: () => region,
        open: () => ({ ...region, wants: () => true, write: (_, row) => rows.push(row.slice()) }),
      },
      unlimitedWork,
    );
    expect(truncated).toBe(false);
    expect(rows).toHaveLength(80);
    expect(new Set(rows.flatMap((row) => [...row]))).toEqual(new Set([255]));
  });
});

describe('the orientation in EXIF', () => {
  /** A TIFF directory with nothing but the orientation. */
  function tiff(value: number): number[] {
    const tag = [0x12, 0x01, 3, 0, 1, 0, 0, 0, value, 0, 0, 0];
    return [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, ...tag, 0, 0, 0, 0];
  }
  const prefix = Buffer.from('Exif\0\0');
  const withExif = (exif: Uint8Array | readonly number[]): Uint8Array =>
    webpFile(canvasChunk(width, height, canvasFlag.exif), plainChunk, comment, chunk('EXIF', exif));

  test.for(orientations)('turns the picture with %i', (value) => {
    for (const exif of [tiff(value), joinBytes(prefix, tiff(value))]) {
      const bytes = withExif(exif);
      expect(webpCodec.open(bytes).orientation).toBe(value);
      const { truncated, ...upright } = decodeUpright(bytes);
      const { truncated: _, ...stored } = expected;
      expect(truncated).toBe(false);
      expect(upright).toEqual(turnUpright(stored, value));
    }
  });

  test.for(['exif.webp', 'exif-prefix.webp'])('is read from %s', (name) => {
    expect(webpCodec.open(readVariant(name)).orientation).toBe(6);
  });

  test('is found in front of the picture', () => {
    const bytes = webpFile(canvas, chunk('EXIF', tiff(3)), plainChunk);
    expect(webpCodec.open(bytes).orientation).toBe(3);
  });

  test('is 1 where there is none, or none that makes sense', () => {
    const files = [plain, withExif([]), withExif(prefix), withExif(tiff(9)), withExif([1, 2, 3])];
    expect(files.map((bytes) => webpCodec.open(bytes).orientation)).toEqual([1, 1, 1, 1, 1]);
  });
});
