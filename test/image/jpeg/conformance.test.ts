/**
 * The decoder's full-size pictures against libjpeg-turbo's and jpeg-js's.
 *
 * libjpeg-turbo is the measure: its IDCT is accurate to a level, and it interpolates chroma that has
 * half the size of luma with a triangle filter, as ours does. jpeg-js shares no code with it, but
 * repeats chroma samples. Where a file has fewer chroma samples than luma, only brightness is
 * compared with it: colours differ by what lies between two ways of upsampling, which no bound tells
 * from a fault.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, inject, test } from 'vitest';
import type { RgbImage } from '../../../src/image/rgb-image.ts';
import { sharedPhotos } from '../../support/photos.ts';
import { expectConformance, expectLikeJpegJs, expectLikeOthers } from './conformance.ts';
import { decodeJpeg } from './decoded.ts';
import {
  drawNoise,
  type Encoding,
  encode,
  fixturePixels,
  readVariant,
  variants,
} from './pictures.ts';
import { decodeInksWithSharp, decodeWithJpegJs, expectAlike, rounding } from './reference.ts';
import {
  code,
  isFrame,
  joinBytes,
  joinSegments,
  makeSegment,
  rewrite,
  type Segment,
  segmentsOf,
} from './segments.ts';

const photos = inject('validPhotos')
  .filter(({ format }) => format === 'jpeg')
  .map(({ name, base64 }) => ({
    name,
    bytes: new Uint8Array(Buffer.from(base64, 'base64')),
  }));

/** Every row of what sharp can write, by name. */
const encodings: Readonly<Record<string, Encoding>> = {
  '4:4:4': { chromaSubsampling: '4:4:4', quality: 90 },
  '4:2:0': { chromaSubsampling: '4:2:0', quality: 90 },
  'progressive 4:4:4': { chromaSubsampling: '4:4:4', progressive: true },
  'progressive 4:2:0': { chromaSubsampling: '4:2:0', progressive: true },
  gray: { space: 'b-w' },
  'progressive gray': { space: 'b-w', progressive: true },
  'quality 1': { quality: 1 },
  'quality 30': { quality: 30 },
  'quality 75': { quality: 75 },
  'quality 95': { quality: 95, chromaSubsampling: '4:4:4' },
  'quality 100': { quality: 100, chromaSubsampling: '4:4:4' },
  'quality 100 4:2:0 progressive': { quality: 100, progressive: true },
  'standard Huffman tables': { optimiseCoding: false },
  'optimised by mozjpeg': { mozjpeg: true },
  'trellis-quantised, with split scans': {
    trellisQuantisation: true,
    overshootDeringing: true,
    optimiseScans: true,
    progressive: true,
    quantisationTable: 3,
  },
};

const noise = drawNoise(133, 101);

/** Of photos, neither side of which is a whole number of blocks. */
const part = { width: 250, height: 187 };
const pictures = [
  { name: 'noise', read: async () => noise },
  ...photos.map(({ name }) => ({ name, read: () => fixturePixels(name, part) })),
];

describe('decodeJpeg at full size', () => {
  describe.for(pictures)('of $name', ({ read }) => {
    test.for(Object.entries(encodings))(
      'agrees with libjpeg-turbo and jpeg-js: %s',
      async ([, encoding]) => {
        await expectLikeOthers(await encode(await read(), encoding));
      },
    );
  });

  test.for(photos)('agrees with libjpeg-turbo and jpeg-js on $name', async ({ bytes }) => {
    await expectLikeOthers(bytes);
  });

  const sizes = [
    ...Array.from({ length: 33 }, (_, i) => [i + 1, i + 1]),
    ...Array.from({ length: 33 }, (_, i) => [1, i + 1]),
    ...Array.from({ length: 33 }, (_, i) => [i + 1, 1]),
    ...[2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33].map((side) => [side, 34 - side]),
    ...[2, 3, 8, 9, 16, 17, 32].map((side) => [35 - side, (side * 7) % 33]),
  ];

  test.for(['4:4:4', '4:2:0', 'progressive 4:2:0', 'gray', 'progressive gray'])(
    'decodes pictures of 1 x 1 to 33 x 33 pixels: %s',
    async (name) => {
      for (const [width, height] of sizes) {
        const file = await encode(drawNoise(width, height, width), encodings[name]);
        await expectConformance(file, `${width} x ${height}`);
      }
    },
  );
});

/**
 * jpeg-js takes Adobe's RGB for YCbCr. Where luma is what is upsampled, not even brightness is
 * comparable with it.
 */
const notComparable = new Set<string>(['adobe-rgb', 'adobe-rgb-progressive-2x1', 'chroma-finer']);

describe('decodeJpeg on what sharp does not write', () => {
  test.for(variants)('agrees with libjpeg-turbo on %s', async (name) => {
    await expectConformance(readVariant(`${name}.jpg`));
  });

  test.for(variants.filter((name) => !notComparable.has(name)))(
    'agrees with jpeg-js on %s',
    (name) => {
      const bytes = readVariant(`${name}.jpg`);
      expectLikeJpegJs(decodeJpeg(bytes, 1), bytes);
    },
  );

  test('decodes colours that Adobe marked as RGB, where jpeg-js does not', () => {
    const bytes = readVariant('adobe-rgb.jpg');
    const usual = decodeJpeg(readVariant('4-2-2.jpg'), 1);
    const bounds = { mean: 12, psnr: 22 };
    expectAlike(decodeJpeg(bytes, 1).pixels, usual.pixels, bounds);
    expect(() => expectAlike(decodeWithJpegJs(bytes).pixels, usual.pixels, bounds)).toThrow();
  });
});

/** The same picture, written otherwise: pixels must be the same to the last bit. */
function expectSame(rewritten: Uint8Array, original: Uint8Array): void {
  const { width, height, pixels, truncated } = decodeJpeg(original, 1);
  const other = decodeJpeg(rewritten, 1);
  expect({ width: other.width, height: other.height, truncated: other.truncated }).toEqual({
    width,
    height,
    truncated,
  });
  expect(Buffer.compare(other.pixels, pixels)).toBe(0);
}

/** Sampling, mode and restart interval differ. */
const originals = [
  '4-2-2.jpg',
  '4-2-0-restart-rows.jpg',
  'progressive-restart.jpg',
  'one-scan-per-component.jpg',
  'gray-2x2-restart.jpg',
];

describe.for(originals)('decodeJpeg, of the same picture as %s,', (name) => {
  const original = readVariant(name);

  test('takes quantisation tables of 16 bits (B.2.4.1)', () => {
    const wide = rewrite(original, (segment) => {
      if (segment.code === code.dqt) return [widened(segment)];
      // Baseline has tables of 8 bits only.
      if (segment.code === code.sof0) return [withByte(segment, 1, code.sof1)];
      return [segment];
    });
    expectSame(wide, original);
  });

  test('takes the height from a DNL segment behind the first scan (B.2.5)', () => {
    const scan = segmentsOf(original).findIndex((segment) => segment.code === code.sos);
    const later = rewrite(original, (segment, i) => {
      if (isFrame(segment)) return [withByte(withByte(segment, 5, 0), 6, 0)];
      return i === scan ? [segment, makeSegment(code.dnl, [0, 94])] : [segment];
    });
    expectSame(later, original);
  });

  test('passes over fill bytes before markers (B.1.1.2)', () => {
    const filled = rewrite(original, (segment) => [
      { ...segment, bytes: joinBytes([0xff, 0xff, 0xff], segment.bytes) },
    ]);
    expectSame(filled, original);
  });

  test("passes over thumbnails in APP segments, and over what follows the picture's end", () => {
    const exif = joinBytes(Buffer.from('Exif\0\0'), readVariant('4-1-0.jpg'));
    const extension = joinBytes(Buffer.from('JFXX\0'), [0x10], readVariant('4-1-1.jpg'));
    const [first, ...rest] = segmentsOf(original);
    const withThumbnails = joinBytes(
      joinSegments([
        makeSegment(code.app1, exif),
        first,
        makeSegment(0xe0, extension),
        makeSegment(code.com, Buffer.from('A daisy')),
        ...rest,
      ]),
      readVariant('4-2-2.jpg'),
      [1, 2, 3],
    );
    expectSame(withThumbnails, original);
  });

  test('takes tables behind the frame header, in segments of their own or in one', () => {
    const segments = segmentsOf(original);
    const scan = segments.findIndex((segment) => segment.code === code.sos);
    const head = segments.slice(0, scan);
    const isTable = (segment: Segment): boolean =>
      segment.code === code.dqt || segment.code === code.dht;
    const contents = (wanted: number): Uint8Array =>
      joinBytes(
        ...head.filter((segment) => segment.code === wanted).map(({ bytes }) => bytes.subarray(4)),
      );
    const others = head.filter((segment) => !isTable(segment));
    const rest = segments.slice(scan);
    expectSame(joinSegments([...others, ...head.filter(isTable), ...rest]), original);
    const [dqt, dht] = [code.dqt, code.dht].map((wanted) => makeSegment(wanted, contents(wanted)));
    expectSame(joinSegments([...others, dht, dqt, ...rest]), original);
  });

  test('decodes it from the middle of a larger buffer', () => {
    const larger = joinBytes([1, 2, 3, 4, 5], original, [0xff, 0xd8, 0xff]);
    expectSame(larger.subarray(5, 5 + original.length), original);
  });
});

function withByte(segment: Segment, offset: number, value: number): Segment {
  return { ...segment, bytes: segment.bytes.with(offset, value) };
}

/** A DQT segment of the same tables in 16 bits. */
function widened({ bytes }: Segment): Segment {
  const tables: number[] = [];
  for (let at = 4; at < bytes.length; at += 65) {
    tables.push(0x10 | bytes[at]);
    for (const value of bytes.subarray(at + 1, at + 65)) tables.push(0, value);
  }
  return makeSegment(code.dqt, tables);
}

describe('decodeJpeg on components and colours', () => {
  /** The one documented conversion: ink lets light through, black as well as colour. */
  function paper(inks: Uint8Array): Uint8Array {
    const pixels = new Uint8Array((inks.length / 4) * 3);
    for (let from = 0, at = 0; from < inks.length; from += 4) {
      for (let channel = 0; channel < 3; channel++) {
        pixels[at++] = Math.round(((255 - inks[from + channel]) * (255 - inks[from + 3])) / 255);
      }
    }
    return pixels;
  }

  const adobe = 0xee;
  const cmyk = { space: 'cmyk', chromaSubsampling: '4:4:4', quality: 90 } as const;

  test.for([
    ['CMYK', cmyk],
    ['progressive CMYK', { ...cmyk, progressive: true }],
    ['CMYK of low quality', { ...cmyk, quality: 30 }],
  ] as const)(
    "multiplies what colour and black of Adobe's inverted %s let through",
    async ([, encoding]) => {
      for (const picture of [noise, await fixturePixels('balloon.jpg')]) {
        const bytes = await encode(picture, encoding);
        const { pixels } = decodeJpeg(bytes, 1);
        expectAlike(pixels, paper(await decodeInksWithSharp(bytes)), rounding);
        expectAlike(pixels, decodeWithJpegJs(bytes).pixels, rounding, 'To jpeg-js, the picture');
      }
    },
  );

  test('undoes the colour transform of YCCK', async () => {
    const bytes = rewrite(await encode(noise, cmyk), (segment) =>
      // "Adobe", version, two words of flags, transform.
      segment.code === adobe ? [withByte(segment, 15, 2)] : [segment],
    );
    expectAlike(decodeJpeg(bytes, 1).pixels, paper(await decodeInksWithSharp(bytes)), rounding);
  });

  test("takes CMYK without Adobe's marker for inverted too, as libvips and browsers do", async () => {
    const bytes = rewrite(await encode(noise, cmyk), (segment) =>
      segment.code === adobe ? [] : [segment],
    );
    expectAlike(decodeJpeg(bytes, 1).pixels, paper(await decodeInksWithSharp(bytes)), rounding);
  });

  test('takes components that are named R, G and B for what they say', async () => {
    const bytes = rewrite(readVariant('adobe-rgb.jpg'), (segment) =>
      segment.code === adobe ? [] : [segment],
    );
    await expectConformance(bytes);
  });

  test.for(['4-2-2.jpg', '4-2-0-restart-rows.jpg'])(
    'takes %s for YCbCr without a marker of JFIF or Adobe',
    async (name) => {
      const bytes = rewrite(readVariant(name), (segment) =>
        segment.code === 0xe0 ? [] : [segment],
      );
      await expectConformance(bytes);
    },
  );

  test("uses a quantisation table as it was when the component's first scan began", async () => {
    const bytes = readVariant('one-scan-per-component.jpg');
    const scans = segmentsOf(bytes).filter((segment) => segment.code === code.sos);
    const coarse = makeSegment(code.dqt, [1, ...new Array(64).fill(40)]);
    const redefined = rewrite(bytes, (segment) =>
      segment.bytes[5] === scans[2].bytes[5] && segment.code === code.sos
        ? [coarse, segment]
        : [segment],
    );
    expect(redefined.length).toBe(bytes.length + 69);
    await expectConformance(redefined);
  });
});

/** Sampling factors of Y, Cb and Cr. */
type Factors = readonly (readonly [number, number])[];

/**
 * A file of any sampling factors: each component is a gray JPEG of its own size, in a scan of its own.
 * Encoders at large refuse ratios that aren't whole, such as 3 : 2; T.81 (A.1.1) doesn't.
 */
async function stitch(planes: readonly RgbImage[], whole: RgbImage, factors: Factors) {
  const files = await Promise.all(
    planes.map((plane) => encode(plane, { space: 'b-w', quality: 100, optimiseCoding: false })),
  );
  const [first, ...others] = files.map(segmentsOf);
  const { width, height } = whole;
  const frame = makeSegment(code.sof0, [
    8,
    height >> 8,
    height & 255,
    width >> 8,
    width & 255,
    factors.length,
    ...factors.flatMap(([horizontal, vertical], i) => [i + 1, (horizontal << 4) | vertical, 0]),
  ]);
  const head = first.flatMap((segment) => {
    if (isFrame(segment)) return [frame];
    return segment.code === code.sos ? [] : [segment];
  });
  const scans = [first, ...others]
    .map((segments) => segments.filter((segment) => segment.code === code.sos))
    .flatMap(([scan], i) => [withByte(scan, 5, i + 1)]);
  return joinSegments([...head, ...scans]);
}

describe('decodeJpeg on any sampling factors', () => {
  const [width, height] = [61, 45];
  /** Flat enough that any way of upsampling gives about the same. */
  const levels = [
    (x: number, y: number) => 90 + 30 * x + 20 * y,
    (x: number, y: number) => 118 + 10 * x - 6 * y,
    (x: number, y: number) => 134 - 12 * x + 10 * y,
  ];

  function drawPlane(columns: number, rows: number, level: (x: number, y: number) => number) {
    const pixels = new Uint8Array(columns * rows * 3);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = Math.round(level((column + 0.5) / columns, (row + 0.5) / rows));
        pixels.fill(value, (row * columns + column) * 3, (row * columns + column + 1) * 3);
      }
    }
    return { width: columns, height: rows, pixels };
  }

  const expected = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [((at % width) + 0.5) / width, (Math.floor(at / width) + 0.5) / height];
    const [luma, blue, red] = levels.map((level) => level(x, y));
    // JFIF 1.02, "Conversion to and from RGB".
    expected.set(
      [
        luma + 1.402 * (red - 128),
        luma - 0.34414 * (blue - 128) - 0.71414 * (red - 128),
        luma + 1.772 * (blue - 128),
      ].map(Math.round),
      at * 3,
    );
  }

  const rows: readonly Factors[] = [
    [
      [1, 1],
      [1, 1],
      [1, 1],
    ],
    [
      [3, 3],
      [1, 1],
      [1, 1],
    ],
    [
      [4, 4],
      [1, 1],
      [1, 1],
    ],
    [
      [3, 1],
      [2, 1],
      [1, 1],
    ],
    [
      [3, 2],
      [2, 1],
      [2, 2],
    ],
    [
      [4, 1],
      [3, 1],
      [1, 1],
    ],
    [
      [1, 4],
      [1, 3],
      [1, 2],
    ],
    [
      [2, 3],
      [3, 2],
      [1, 1],
    ],
    [
      [1, 1],
      [4, 4],
      [3, 3],
    ],
    [
      [2, 2],
      [2, 2],
      [2, 2],
    ],
    [
      [4, 2],
      [2, 4],
      [1, 3],
    ],
  ];

  test.for(rows.map((factors) => ({ factors, name: factors.map((f) => f.join('x')).join(', ') })))(
    'decodes components of $name',
    async ({ factors }) => {
      const mostAcross = Math.max(...factors.map(([horizontal]) => horizontal));
      const mostDown = Math.max(...factors.map(([, vertical]) => vertical));
      const planes = factors.map(([horizontal, vertical], i) =>
        drawPlane(
          Math.ceil((width * horizontal) / mostAcross),
          Math.ceil((height * vertical) / mostDown),
          levels[i],
        ),
      );
      const bytes = await stitch(planes, { width, height, pixels: expected }, factors);
      for (const denominator of [1, 2, 4, 8] as const) {
        const { width: columns, height: lines } = decodeJpeg(bytes, denominator);
        expect([columns, lines]).toEqual([
          Math.ceil(width / denominator),
          Math.ceil(height / denominator),
        ]);
      }
      expectAlike(decodeJpeg(bytes, 1).pixels, expected, { mean: 2, psnr: 38 });
    },
  );
});

// `npm run test:more` takes all that there are.
test.for(sharedPhotos('camera/canon*', 'exif-orientation/Portrait_8.jpg', 'imagenet/n0153*'))(
  'decodeJpeg agrees with libjpeg-turbo and jpeg-js on $name',
  async ({ path }) => {
    await expectLikeOthers(new Uint8Array(readFileSync(path)));
  },
);
