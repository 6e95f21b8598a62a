/** What stands around a picture: chunks, animations, orientation (RFC 9649, section 2). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orientations, turnUpright } from '../../../src/image/orientation.ts';
import { webpCodec } from '../../../src/image/webp/codec.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { decodeStored, decodeUpright } from '../decoded.ts';
import { drawNoise } from '../jpeg/pictures.ts';
import { attempt } from './attempt.ts';
import { encode, encodeAllKinds, encodeTransparent, readVariant, variants } from './pictures.ts';
import { decodeWithSharp, expectLikeSharp, expectPicture, isReadByLibwebp } from './reference.ts';
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
const tiny = {
  lossy: await encode(drawNoise(16, 16), { quality: 50 }),
  lossless: await encode(drawNoise(16, 16), { lossless: true }),
};

/** What becomes of a file, in a word. */
function outcomeOf(bytes: Uint8Array): string {
  const outcome = attempt(bytes);
  if (typeof outcome === 'string') return outcome;
  return outcome.truncated ? 'flagged' : 'read';
}

/** Says that it has another size. */
function claiming(file: Uint8Array, size: number): Uint8Array {
  return joinBytes(file.subarray(0, 4), littleEndian(size, 4), file.subarray(8));
}

describe('a file', () => {
  test.for<[string, Uint8Array]>([
    ['has unknown chunks around its picture', webpFile(canvas, comment, plainChunk, comment)],
    [
      'has profiles and metadata',
      webpFile(canvas, chunk('ICCP', [1, 2, 3]), plainChunk, chunk('XMP ', [60])),
    ],
    ['is followed by something else', joinBytes(plain, Buffer.from('<html>Not found</html>'))],
    ['is followed by another file', joinBytes(plain, readVariant('palette-2.webp'))],
    ['has a second picture', webpFile(plainChunk, pictureChunk(readVariant('palette-2.webp')))],
    [
      'lies in the middle of a larger buffer',
      joinBytes([1, 2, 3], plain, [4, 5]).subarray(3, 3 + plain.length),
    ],
  ])('that %s is read, as by libwebp', async ([, bytes]) => {
    expectPicture(bytes, expected);
    expect(await isReadByLibwebp(bytes)).toBe(true);
  });

  test.for<[string, Uint8Array]>([
    ['has an unknown chunk in front of the canvas', webpFile(comment, canvas, plainChunk)],
    ['has an unknown chunk in front of a simple picture', webpFile(comment, plainChunk)],
    ['says that it is empty', claiming(plain, 0)],
    ['says that it is as long as can be', claiming(plain, 0xffff_ffff)],
    ['says that it is longer by one byte', claiming(plain, plain.length - 8 + 1)],
    ['says that it ends inside of its picture', claiming(plain, plain.length - 8 - 2)],
    [
      'is without the last byte of padding',
      webpFile(plainChunk, chunk('JUNK', [1])).subarray(0, -1),
    ],
    ['ends within a chunk behind the picture', webpFile(plainChunk, comment).subarray(0, -4)],
    ['has less than a chunk behind the picture', webpFile(plainChunk, Uint8Array.of(1, 2, 3, 4))],
    ['has a canvas for each of two pictures', webpFile(canvas, plainChunk, canvas, plainChunk)],
    ['has two pictures on its canvas', webpFile(canvas, plainChunk, comment, plainChunk)],
    ['has flags that do not exist', webpFile(canvasChunk(width, height, 0x40), plainChunk)],
    [
      'is called an animation, and is a picture',
      webpFile(canvasChunk(width, height, canvasFlag.animation), plainChunk),
    ],
    ['has the background of animations', webpFile(canvas, animationChunk, plainChunk)],
    [
      'has its alpha behind its picture',
      webpFile(canvasChunk(width, height, canvasFlag.alpha), plainChunk, chunk('ALPH', [0, 1])),
    ],
    [
      'has reserved bits in its alpha',
      webpFile(
        canvasChunk(width, height, canvasFlag.alpha),
        chunk('ALPH', joinBytes([0x40], new Uint8Array(width * height).fill(255))),
        plainChunk,
      ),
    ],
  ])('that %s is flagged, and refused by libwebp', async ([, bytes]) => {
    const { truncated, pixels } = decodeStored(webpCodec, bytes);
    expect(truncated).toBe(true);
    expect(Buffer.compare(pixels, expected.pixels)).toBe(0);
    expect(await isReadByLibwebp(bytes)).toBe(false);
  });

  test('whose first partition is as long as its chunk is flagged, and refused by libwebp', async () => {
    const bytes = plain.slice();
    const size = plain.length - 20;
    bytes.set([(bytes[20] & 0x1f) | ((size & 7) << 5), size >> 3, size >> 11], 20);
    expect(outcomeOf(bytes)).not.toBe('read');
    expect(await isReadByLibwebp(bytes)).toBe(false);
  });

  test('of any chunks in any order is read where libwebp reads it', async () => {
    const alpha = chunk('ALPH', joinBytes([0], new Uint8Array(16 * 16).fill(200)));
    const [lossy, lossless] = [tiny.lossy, tiny.lossless].map(pictureChunk);
    const frame = (left: number, ...chunks: Uint8Array[]): Uint8Array =>
      frameChunk({ left, top: 0, width: 16, height: 16 }, ...chunks);
    const sound = [
      [lossy],
      [lossless, comment],
      [canvasChunk(16, 16), comment, lossy],
      [canvasChunk(16, 16, canvasFlag.alpha), alpha, lossy, comment],
      [canvasChunk(18, 16, canvasFlag.animation), animationChunk, frame(2, alpha, lossy)],
      [canvasChunk(16, 16, canvasFlag.animation), animationChunk, frame(0, lossless), comment],
    ];
    const others = [
      ...sound.flat(),
      canvasChunk(16, 16, 0x01),
      canvasChunk(2, 2 ** 24, 0x3e),
      frame(2, lossy),
      frame(0, alpha),
      frame(0, comment),
      frame(0, lossy, lossy),
      frame(0, lossless, alpha),
      frame(0, lossy, comment),
      chunk('VP8X', [0, 0, 0, 0]),
      chunk('ANIM', [0, 0]),
    ];
    const changes = fc.array(
      fc.record({
        kind: fc.constantFrom('insert', 'replace', 'remove'),
        at: fc.nat(4),
        other: fc.constantFrom(...others),
      }),
      { maxLength: 2 },
    );
    const sizes = fc.option(fc.constantFrom(1, -1, -2, 7, -8), { freq: 2, nil: 0 });
    const endings = fc.option(fc.uint8Array({ maxLength: 12 }), { freq: 2, nil: [] });
    const files = fc
      .tuple(fc.constantFrom(...sound), changes, sizes, endings)
      .map(([chunks, list, difference, ending]) => {
        const changed = [...chunks];
        for (const { kind, at, other } of list) {
          if (kind === 'remove') changed.splice(at, 1);
          else changed.splice(at, kind === 'insert' ? 0 : 1, other);
        }
        const file = webpFile(...changed);
        return joinBytes(claiming(file, file.length - 8 + difference), ending);
      });
    const seen = { read: 0, other: 0 };
    await fc.assert(
      fc.asyncProperty(files, async (bytes) => {
        const isRead = outcomeOf(bytes) === 'read';
        seen[isRead ? 'read' : 'other'] += 1;
        expect(isRead).toBe(await isReadByLibwebp(bytes));
      }),
      { numRuns: 1000, seed: 20_261_130 },
    );
    expect(Math.min(seen.read, seen.other)).toBeGreaterThan(50);
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
      frameChunk(frame, plainChunk),
      comment,
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

  test('has a frame as large as its picture, whatever the frame says', async () => {
    for (const said of [
      { width: 10, height: 8 },
      { width: 200, height: 100 },
    ]) {
      const bytes = webpFile(
        canvasChunk(90, 61, flags),
        animationChunk,
        frameChunk({ left: 10, top: 6, ...said }, plainChunk),
      );
      await expectLikeSharp(bytes, `${said.width} x ${said.height}`);
    }
  });

  test('begins with the first frame that has a picture', async () => {
    const bytes = webpFile(
      canvasChunk(90, 61, flags),
      animationChunk,
      frameChunk(frame, comment),
      frameChunk(frame, plainChunk),
    );
    expect(await isReadByLibwebp(bytes)).toBe(outcomeOf(bytes) === 'read');
    const empty = webpFile(
      canvasChunk(90, 61, flags),
      animationChunk,
      frameChunk(frame),
      frameChunk(frame, plainChunk),
    );
    expect(await isReadByLibwebp(empty)).toBe(outcomeOf(empty) === 'read');
  });

  test('is white where its frame is not in the wanted part, however damaged that is', () => {
    const damaged = chunk('VP8 ', plainChunk.slice(8).fill(0, 10));
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
