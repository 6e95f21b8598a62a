/** That formats are taken apart and put together as they should be, so that damage goes where it is meant to. */
import { crc32, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openPhoto } from '../../src/image/decode-image.ts';
import { encodeBmps } from './encode-bmp.ts';
import { encodeWithSharp } from './encode-with-sharp.ts';
import { joinBytes } from './mutator.ts';
import { Random } from './random.ts';
import { bmpShape } from './shapes/bmp.ts';
import { gifShape } from './shapes/gif.ts';
import { jpegShape } from './shapes/jpeg.ts';
import { pngShape } from './shapes/png.ts';
import type { Shape } from './shapes/shape.ts';
import { webpShape } from './shapes/webp.ts';

const seed = 20_261_124;

const shapes = [
  { extension: 'bmp', shape: bmpShape, kinds: ['file header', 'info header', 'pixels'] },
  { extension: 'gif', shape: gifShape, kinds: ['header', 'image descriptor', 'image data'] },
  { extension: 'jpg', shape: jpegShape, kinds: ['FFd8', 'FFdb', 'FFda', 'entropy-coded data'] },
  { extension: 'png', shape: pngShape, kinds: ['signature', 'IHDR', 'IDAT', 'IEND'] },
  { extension: 'webp', shape: webpShape, kinds: ['file header'] },
] as const;

let written: [name: string, bytes: Uint8Array][];

beforeAll(async () => {
  written = [...(await encodeWithSharp()), ...encodeBmps()];
});

function filesOf(extension: string): Uint8Array[] {
  return written.filter(([name]) => name.endsWith(`.${extension}`)).map(([, bytes]) => bytes);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

function rejoin(shape: Shape, file: Uint8Array): Uint8Array {
  return joinBytes(shape.split(file).map(({ bytes }) => bytes));
}

describe.for(shapes)('the shape of .$extension', ({ extension, shape, kinds }) => {
  test('takes files apart into pieces that are the file', () => {
    const files = filesOf(extension);
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      expect(isSame(rejoin(shape, file), file)).toBe(true);
      expect(shape.split(file).map(({ kind }) => kind)).toEqual(expect.arrayContaining([...kinds]));
    }
  });

  test('takes damaged files apart, too', () => {
    const [file] = filesOf(extension);
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change), fc.nat(file.length), (changes, length) => {
        const damaged = file.slice(0, length);
        for (const [at, value] of changes) damaged[at] = value;
        return isSame(rejoin(shape, damaged), damaged);
      }),
      { numRuns: 200, seed },
    );
  });

  test('frames what pieces hold so that it is found again', () => {
    for (const file of filesOf(extension)) {
      const pieces = shape.split(file);
      const framed = shape.split(
        joinBytes(pieces.map((piece) => shape.frame(piece, piece.content))),
      );
      expect(framed.map(({ kind }) => kind)).toEqual(pieces.map(({ kind }) => kind));
      expect(framed.every(({ content }, i) => isSame(content, pieces[i].content))).toBe(true);
    }
  });

  test('frames other contents so that they are found again', () => {
    const content = Uint8Array.from({ length: 300 }, (_, i) => i % 251);
    for (const file of filesOf(extension)) {
      const pieces = shape.split(file);
      // A GIF's colour tables have the size that another piece says.
      const lengths = pieces.map((piece) =>
        piece.kind === 'colour table' ? 0 : piece.content.length,
      );
      const at = lengths.indexOf(Math.max(...lengths));
      const changed = pieces.map((piece, i) =>
        i === at ? shape.frame(piece, content) : piece.bytes,
      );
      expect(isSame(shape.split(joinBytes(changed))[at].content, content)).toBe(true);
    }
  });

  test('names fields that files have', () => {
    for (const file of filesOf(extension)) {
      const counts = shape.split(file).map((piece) => shape.fields(piece).length);
      expect(Math.max(...counts)).toBeGreaterThan(3);
    }
  });

  test('sets the sides that readers see', () => {
    const [, , file] = filesOf(extension);
    const pieces = shape.split(file).map((piece) => shape.resize(piece, 321, 123));
    expect(openPhoto(joinBytes(pieces))).toMatchObject({ width: 321, height: 123 });
  });

  test('leaves files as they are where nothing has to be put right', () => {
    for (const file of filesOf(extension)) {
      expect(isSame(shape.seal?.(file) ?? file, file)).toBe(true);
    }
  });

  test('puts lengths or check sums right', () => {
    if (shape.seal === undefined) return;
    const [file] = filesOf(extension);
    const longer = joinBytes([file, [0, 0]]);
    const changed = extension === 'png' ? file.with(20, 99) : longer;
    expect(isSame(shape.seal(changed), changed)).toBe(false);
  });
});

describe('the mutators of PNG', () => {
  test.for(Object.entries(pngShape.mutators ?? {}))(
    'write files that can be inflated: %s',
    ([, mutate]) => {
      const [file, other] = filesOf('png');
      for (let i = 0; i < 30; i++) {
        const changed = mutate(file, new Random(i), other);
        const pieces = pngShape.split(changed);
        for (const { kind, bytes } of pieces) {
          if (kind === 'signature') continue;
          const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
          expect(view.getUint32(bytes.length - 4)).toBe(crc32(bytes.subarray(4, -4)));
        }
        const parts = pieces.filter(({ kind }) => kind === 'IDAT').map(({ content }) => content);
        expect(inflateSync(joinBytes(parts)).length).toBeGreaterThan(0);
      }
    },
  );
});
