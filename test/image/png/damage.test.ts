/** The decoder on files that end early, are damaged, or claim more than they have. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { decodePhoto, openPhoto } from '../../../src/image/decode-image.ts';
import { Picture } from '../../../src/image/picture.ts';
import { pngCodec } from '../../../src/image/png/codec.ts';
import { type DecodedPicture, decodeStored } from '../decoded.ts';
import { drawPicture, onWhite } from './pictures.ts';
import {
  chunk,
  dataChunks,
  filteredRows,
  headerChunk,
  joinBytes,
  layouts,
  type PngPicture,
  signature,
  uint32,
  writePng,
} from './writer.ts';

/** Seed of the random damage; every run sees the same files. */
const seed = 20_261_124;

/** The picture, or the code of the refusal; lets anything else through. */
function attempt(bytes: Uint8Array): DecodedPicture | string {
  try {
    const image = decodeStored(pngCodec, bytes);
    expect(image.pixels).toHaveLength(image.width * image.height * 3);
    return image;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

/** The sentence of the refusal. */
function refusal(bytes: Uint8Array): string {
  try {
    decodeStored(pngCodec, bytes);
  } catch (error) {
    if (error instanceof AppError && error.code === 'image-decode-failed') return error.message;
    throw error;
  }
  throw new Error('The file was not refused.');
}

const rgb = drawPicture({ colorType: 2, bitDepth: 8 }, 24, 20);

/** Rows that are not compressed at all, so that each has its place in the file. */
function store(data: Uint8Array): Uint8Array {
  return deflateSync(data, { level: 0 });
}

/** How many rows from the top are as they were, and whether all others are gray. */
function intactRows(
  { pixels, width, height }: DecodedPicture,
  whole: Uint8Array,
): { intact: number; restIsGray: boolean } {
  const rowBytes = width * 3;
  let intact = 0;
  while (intact < height) {
    const row = [intact * rowBytes, (intact + 1) * rowBytes] as const;
    if (Buffer.compare(pixels.subarray(...row), whole.subarray(...row)) !== 0) break;
    intact += 1;
  }
  return { intact, restIsGray: pixels.subarray(intact * rowBytes).every((level) => level === 128) };
}

describe('a file that ends early', () => {
  test.for([false, true])('is decoded or refused, after any byte, interlaced: %s', (interlaced) => {
    const bytes = writePng(rgb, { interlaced, filterOf: (row) => row % 5, splits: [300] });
    const outcomes = Array.from({ length: bytes.length }, (_, length) => {
      const outcome = attempt(bytes.subarray(0, length));
      return typeof outcome === 'string' ? outcome : outcome.truncated;
    });
    // Once there is enough of it, there is enough.
    const order = ['image-decode-failed', true, false];
    const ranks = outcomes.map((outcome) => order.indexOf(outcome));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    expect(new Set(outcomes)).toEqual(new Set(order));
  });

  test('keeps its rows, the rest gray, from half of them on', () => {
    const bytes = writePng(rgb, { deflate: store });
    const whole = onWhite(rgb);
    // Behind the signature, the header, a chunk's length and type, and two headers of the stream.
    const dataStart = 8 + 25 + 8 + 7;
    const rowBytes = 1 + 24 * 3;
    for (let rows = 0; rows <= 20; rows++) {
      const outcome = attempt(bytes.subarray(0, dataStart + rows * rowBytes + 5));
      if (rows < 10) {
        expect(outcome).toBe('image-decode-failed');
        continue;
      }
      if (typeof outcome === 'string') throw new Error(`With ${rows} rows it is refused.`);
      // The stream's checksum is missing behind the last row.
      expect(outcome.truncated).toBe(true);
      expect(intactRows(outcome, whole.pixels)).toEqual({ intact: rows, restIsGray: true });
    }
  });

  test('keeps the pixels of the passes that are there, where it is interlaced', () => {
    const bytes = writePng(rgb, { interlaced: true, deflate: store });
    const whole = onWhite(rgb).pixels;
    // The seventh pass is every other row, so that all before it are half of the picture.
    const lastPass = 10 * (1 + 24 * 3);
    const end = bytes.length - 12 - 4 - 4 - lastPass;
    expect(attempt(bytes.subarray(0, end - 1))).toBe('image-decode-failed');
    const outcome = attempt(bytes.subarray(0, end));
    if (typeof outcome === 'string') throw new Error('With half of its pixels it is refused.');
    expect(outcome.truncated).toBe(true);
    const isLastPass = (at: number): boolean => Math.floor(at / (24 * 3)) % 2 === 1;
    expect(outcome.pixels).toEqual(whole.map((level, at) => (isLastPass(at) ? 128 : level)));
  });

  test('says that less than half of the picture is there', () => {
    expect(refusal(writePng(rgb).subarray(0, 300))).toMatch(/half of the picture/);
  });

  test('reduced, has means of the pixels that are there', () => {
    const white: PngPicture = { ...rgb, samples: rgb.samples.map(() => 255) };
    const bytes = writePng(white, { interlaced: true, deflate: store });
    const cut = bytes.subarray(0, bytes.length - 12 - 4 - 4 - 700);
    const { pixels, truncated } = decodeStored(pngCodec, cut, 2);
    expect(truncated).toBe(true);
    expect(new Set(pixels)).toEqual(new Set([255]));
  });
});

describe('a damaged file', () => {
  test.for([5, 255])('shows all rows but those with filter type %i', (type) => {
    const whole = onWhite(rgb).pixels;
    for (const damaged of [[0], [9], [19], [3, 4, 11], Array.from({ length: 10 }, (_, i) => i)]) {
      const isDamaged = (row: number): boolean => damaged.includes(row);
      // A row's filter refers to the last one that isn't damaged, which is what the rows hold, too.
      const bytes = writePng(rgb, { filterOf: (row) => (isDamaged(row) ? type : 1) });
      const outcome = attempt(bytes);
      if (typeof outcome === 'string') throw new Error(`It is refused with ${damaged.length}.`);
      expect(outcome.truncated).toBe(true);
      const rowOf = (at: number): number => Math.floor(at / (24 * 3));
      expect(outcome.pixels).toEqual(
        whole.map((level, at) => (isDamaged(rowOf(at)) ? 128 : level)),
      );
    }
    const mostlyDamaged = writePng(rgb, { filterOf: (row) => (row < 11 ? type : 1) });
    expect(attempt(mostlyDamaged)).toBe('image-decode-failed');
  });

  test('shows all passes where a row of one is damaged', () => {
    const whole = onWhite(rgb).pixels;
    // The last row of the sixth pass: the pixels of odd columns in row 18.
    const rowsBefore = 3 + 3 + 2 + 5 + 5 + 10;
    const filterOf = (row: number): number => (row === rowsBefore - 1 ? 5 : 0);
    const outcome = attempt(writePng(rgb, { interlaced: true, filterOf }));
    if (typeof outcome === 'string') throw new Error('It is refused.');
    expect(outcome.truncated).toBe(true);
    const isDamaged = (at: number): boolean =>
      Math.floor(at / (24 * 3)) === 18 && Math.floor(at / 3) % 2 === 1;
    expect(outcome.pixels).toEqual(whole.map((level, at) => (isDamaged(at) ? 128 : level)));
  });

  test('is not completed from another file behind it', () => {
    const compressed = store(filteredRows(rgb));
    const cut = compressed.subarray(0, compressed.length * 0.7);
    const rest = compressed.subarray(compressed.length * 0.7);
    const [first, second] = [cut, rest].map((part) => joinBytes(dataChunks(part), chunk('IEND')));
    const outcome = attempt(joinBytes(signature, headerChunk(rgb), first, second));
    if (typeof outcome === 'string') throw new Error('It is refused.');
    const { intact, restIsGray } = intactRows(outcome, onWhite(rgb).pixels);
    expect(outcome.truncated).toBe(true);
    expect({ intact, restIsGray }).toEqual({ intact: 14, restIsGray: true });
  });

  const files = [false, true].flatMap((interlaced) =>
    layouts.map((layout) => ({
      name: `type ${layout.colorType}, ${layout.bitDepth} bits, interlaced: ${interlaced}`,
      bytes: writePng(drawPicture(layout, 21, 17), {
        interlaced,
        filterOf: (row) => row % 5,
        splits: [50, 200],
        before: [chunk('tEXt', [65, 0, 66])],
      }),
    })),
  );

  test.for(files)('is decoded or refused however it is changed: $name', ({ bytes }) => {
    const at = fc.nat(bytes.length - 1);
    const changes = fc.array(
      fc.record({
        at,
        kind: fc.constantFrom('set', 'cut', 'repeat', 'type'),
        value: fc.nat(255),
        type: fc.constantFrom('IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'eXIf', 'CgBI', 'ABCD'),
      }),
      { minLength: 1, maxLength: 6 },
    );
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(changes, (list) => {
        let damaged: Uint8Array = bytes.slice();
        for (const { at: where, kind, value, type } of list) {
          if (kind === 'set') damaged[where] = value;
          const rest = damaged.subarray(where + value);
          if (kind === 'cut') damaged = joinBytes(damaged.subarray(0, where), rest);
          if (kind === 'repeat')
            damaged = joinBytes(damaged.subarray(0, where + value), damaged.subarray(where));
          if (kind === 'type') damaged = withType(damaged, value, type);
        }
        // A size of 2^31 x 2^31 is refused before this, by whoever sets the limits.
        if (claimedPixels(damaged) < 1e6) {
          const outcome = attempt(damaged);
          outcomes.add(typeof outcome === 'string' ? outcome : 'decoded');
        }
      }),
      { numRuns: 150, seed },
    );
    expect(outcomes).toEqual(new Set(['decoded', 'image-decode-failed']));
  });
});

/** The file with another type for one of its chunks. */
function withType(bytes: Uint8Array, which: number, type: string): Uint8Array {
  const changed = bytes.slice();
  const text = Buffer.from(changed.buffer).toString('latin1');
  const types = [...text.matchAll(/IHDR|PLTE|tEXt|IDAT|IEND/g)];
  if (types.length > 0) changed.set(Buffer.from(type, 'latin1'), types[which % types.length].index);
  return changed;
}

function claimedPixels(bytes: Uint8Array): number {
  if (bytes.length < 24) return 0;
  const view = Buffer.from(bytes);
  return view.readUInt32BE(16) * view.readUInt32BE(20);
}

describe('a file that is refused', () => {
  const data = dataChunks(deflateSync(filteredRows(rgb)));
  const end = chunk('IEND');
  const header = headerChunk(rgb);
  const indexed = headerChunk({ ...rgb, colorType: 3 });

  test.for<[string, Uint8Array, RegExp]>([
    [
      'has a damaged signature',
      joinBytes(signature.with(4, 10), header, data, end),
      /as if it were text/,
    ],
    ['ends behind its signature', signature, /header/],
    ['does not begin with its header', joinBytes(signature, data, header, end), /header/],
    ['has a short header', joinBytes(signature, chunk('IHDR', [0, 0, 0, 1]), data), /13 bytes/],
    ['has a cut header', joinBytes(signature, header.subarray(0, 20)), /13 bytes/],
    ['is 0 wide', joinBytes(signature, headerChunk({ ...rgb, width: 0 }), data), /0 pixels wide/],
    ['is 0 high', joinBytes(signature, headerChunk({ ...rgb, height: 0 }), data), /0 pixels high/],
    [
      'has a wrong colour type',
      joinBytes(signature, headerChunk({ ...rgb, colorType: 5 }), data),
      /colour type 5/,
    ],
    [
      'has a wrong bit depth',
      joinBytes(signature, headerChunk({ ...rgb, bitDepth: 4 }), data),
      /4 bits/,
    ],
    ['has another compression', joinBytes(signature, headerChunk(rgb, [1, 0, 0]), data), /method/],
    [
      'has another filter method',
      joinBytes(signature, headerChunk(rgb, [0, 1, 0]), data),
      /method/,
    ],
    ['has another interlacing', joinBytes(signature, headerChunk(rgb, [0, 0, 2]), data), /method/],
    ['has no data', joinBytes(signature, header, end), /IDAT/],
    ['has no chunk before its data', joinBytes(signature, header, chunk('1234'), data), /IDAT/],
    ['has two headers', joinBytes(signature, header, header, data), /more than one header/],
    ['has an unknown critical chunk', joinBytes(signature, header, chunk('ABCD'), data), /ABCD/],
    [
      "is in Apple's variant",
      joinBytes(signature, chunk('CgBI', [0x50, 0, 0x20, 6]), header, data),
      /CgBI/,
    ],
    ['has no palette', joinBytes(signature, indexed, data), /PLTE/],
    [
      'has its palette too late',
      joinBytes(signature, indexed, data, chunk('PLTE', [1, 2, 3])),
      /PLTE/,
    ],
    [
      'has a palette of 4 bytes',
      joinBytes(signature, indexed, chunk('PLTE', [1, 2, 3, 4])),
      /IDAT/,
    ],
    [
      'has a palette of 4 bytes and data',
      joinBytes(signature, indexed, chunk('PLTE', [1, 2, 3, 4]), data),
      /4 bytes long/,
    ],
    [
      'has 257 colours',
      joinBytes(signature, indexed, chunk('PLTE', new Uint8Array(771)), data),
      /771 bytes long/,
    ],
    [
      'has noise for data',
      joinBytes(signature, header, chunk('IDAT', Uint8Array.from(rgb.samples))),
      /half/,
    ],
  ])('%s', ([, bytes, sentence]) => {
    expect(refusal(bytes)).toMatch(sentence);
  });
});

describe('a file that claims more than it has', () => {
  /** A file of one chunk of data under this header. */
  function claiming(width: number, height: number, data: Uint8Array, interlace = 0): Uint8Array {
    const claimed = { width, height, colorType: 6, bitDepth: 16 };
    return joinBytes(
      signature,
      headerChunk(claimed, [0, 0, interlace]),
      chunk('IDAT', data),
      chunk('IEND'),
    );
  }

  test.for([
    [20_000, 20_000],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2 ** 31 - 1, 1],
    [1, 2 ** 31 - 1],
  ] as const)('%i x %i pixels are refused before they are decoded', ([width, height]) => {
    const photo = openPhoto(claiming(width, height, deflateSync(new Uint8Array(100))));
    const limits = { maxPixels: 50e6, maxDecodeBytes: 48e6 };
    expect(() => decodePhoto(photo, new Picture(), limits)).toThrow(
      expect.objectContaining({ code: 'image-too-large' }),
    );
  });

  test('a picture with far more data than it has pixels is decoded', () => {
    const { pixels, truncated } = decodeStored(
      pngCodec,
      claiming(10, 10, deflateSync(new Uint8Array(20_000_000))),
    );
    expect(truncated).toBe(false);
    expect(new Set(pixels)).toEqual(new Set([255]));
  });

  test('a chunk that says it is longer than the file gives what there is', () => {
    const bytes = writePng(rgb);
    const dataStart = 8 + 25;
    bytes.set(uint32(2 ** 31 - 1), dataStart);
    expect(attempt(bytes)).toMatchObject({ truncated: true, pixels: onWhite(rgb).pixels });
  });
});
