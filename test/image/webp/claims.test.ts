/** The decoder on files that claim more than they have, or more than is read. */
import { describe, expect, test } from 'vitest';
import { decodePhoto, openPhoto } from '../../../src/image/decode-image.ts';
import { Picture } from '../../../src/image/picture.ts';
import { webpCodec } from '../../../src/image/webp/codec.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { allocatedBytes } from '../allocated-bytes.ts';
import { RegionTarget } from '../region-target.ts';
import { refusal } from './attempt.ts';
import { BitWriter } from './bit-writer.ts';
import { chunk, webpFile } from './writer.ts';

describe('a file that claims more than it has', () => {
  test.for([
    ['lossy', 16_383, 16_383, chunk('VP8 ', [0x10, 0, 0, 0x9d, 1, 0x2a, 0xff, 0x3f, 0xff, 0x3f])],
    ['lossless', 16_384, 16_384, chunk('VP8L', [0x2f, 0xff, 0xff, 0xff, 0x0f])],
  ] as const)(
    'of a %s picture of %i x %i pixels is refused before it is decoded',
    ([, width, height, picture]) => {
      const photo = openPhoto(webpFile(picture));
      expect(photo).toMatchObject({ width, height });
      const limits = { maxPixels: 50e6, maxDecodeBytes: 48e6 };
      expect(() => decodePhoto(photo, new Picture(), limits)).toThrow(
        expect.objectContaining({ code: 'image-too-large' }),
      );
    },
  );

  /** Signature and sides of a lossless picture. */
  function startLossless(width: number, height: number): BitWriter {
    const bits = new BitWriter();
    bits.write(0x2f, 8);
    bits.write(width - 1, 14);
    bits.write(height - 1, 14);
    bits.write(0, 4);
    return bits;
  }

  /** A code of one symbol below 256, which then takes no bits. */
  function writeOneSymbol(bits: BitWriter, symbol: number): void {
    // Simple, one symbol, of 8 bits.
    bits.write(0b101, 3);
    bits.write(symbol, 8);
  }

  /** A picture all of whose pixels are the same, ARGB. */
  function writeFlat(bits: BitWriter, argb: number): void {
    bits.write(0, 1);
    for (const shift of [8, 16, 0, 24]) writeOneSymbol(bits, (argb >>> shift) & 0xff);
    writeOneSymbol(bits, 0);
  }

  test('such as more blocks than are read, is refused', () => {
    const bits = startLossless(8000, 6000);
    // A predictor for each block of 4 x 4 pixels.
    bits.write(0b001, 3);
    bits.write(0, 3);
    writeFlat(bits, 0);
    expect(refusal(webpFile(chunk('VP8L', bits.bytes)))).toMatch(/more blocks/);
  });

  test('such as groups of codes that it does not have, is refused', () => {
    const bits = startLossless(40, 30);
    // No transform, no colour cache; blocks of 4 x 4 pixels, all of the last group.
    bits.write(0b100, 3);
    bits.write(0, 3);
    writeFlat(bits, 0x00ffff00);
    expect(refusal(webpFile(chunk('VP8L', bits.bytes)))).toMatch(/before its pixels begin/);
  });

  /** A code of 256 symbols, of 8 bits each, in few bits. */
  function writeLargeCode(bits: BitWriter): void {
    // Of the codes for lengths there are two of one bit: for 8, and for repeating it 3 to 6 times.
    bits.write(0, 1);
    const stored = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8];
    bits.write(stored.length - 4, 4);
    for (const symbol of stored) bits.write(symbol === 8 || symbol === 16 ? 1 : 0, 3);
    // So many steps, a number of 6 bits: green has more symbols than these.
    bits.write(1, 1);
    bits.write(2, 3);
    bits.write(4 + 42 - 2, 6);
    for (let i = 0; i < 4; i++) bits.write(0, 1);
    for (let i = 0; i < 42; i++) bits.write(0b111, 3);
  }

  /** Numbers 0 to `end`, again and again, as pixels of red and green. */
  function writeGroupNumbers(bits: BitWriter, pixels: number, end: number): void {
    bits.write(0, 1);
    writeLargeCode(bits);
    writeLargeCode(bits);
    for (let i = 0; i < 3; i++) writeOneSymbol(bits, 0);
    const put = (value: number): void => {
      // Codes of 8 bits that are in order of their symbols, the highest bit first.
      for (let bit = 7; bit >= 0; bit--) bits.write(value >> bit, 1);
    };
    for (let i = 0; i < pixels; i++) {
      put((i % end) & 0xff);
      put((i % end) >> 8);
    }
  }

  test('such as more codes than are read, takes no more memory than announced until it is refused', () => {
    const groups = 12_000;
    const [width, height] = [512, 400];
    const bits = startLossless(width, height);
    bits.write(0b100, 3);
    // Blocks of 4 x 4 pixels, each of the next group.
    bits.write(0, 3);
    writeGroupNumbers(bits, (width / 4) * (height / 4), groups);
    for (let group = 0; group < groups; group++) {
      for (let code = 0; code < 4; code++) writeLargeCode(bits);
      writeOneSymbol(bits, 0);
    }
    const bytes = webpFile(chunk('VP8L', bits.bytes));
    expect(refusal(bytes)).toMatch(/more codes/);
    const photo = webpCodec.open(bytes);
    const target = new RegionTarget({ left: 0, top: 0, right: 1, bottom: 1 });
    const allocated = allocatedBytes(() =>
      expect(() => photo.decode(target, unlimitedWork)).toThrow(),
    );
    expect(allocated).toBeGreaterThan(8 * 2 ** 20);
    expect(allocated).toBeLessThanOrEqual(photo.memoryBytes(target));
  });
});
