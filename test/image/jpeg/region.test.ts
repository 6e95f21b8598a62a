/** Parts of a picture: what is wanted comes out as it does in the whole, and nothing else is asked of the file. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { decodePhoto, openPhoto } from '../../../src/image/decode-image.ts';
import { jpegCodec } from '../../../src/image/jpeg/codec.ts';
import type { Denominator } from '../../../src/image/jpeg/frame.ts';
import { unlimitedWork } from '../../../src/image/work-budget.ts';
import { allocatedBytes } from '../allocated-bytes.ts';
import { type Part, RegionTarget } from '../region-target.ts';
import { decodeJpeg } from './decoded.ts';
import { drawNoise, encode, fixturePixels, readVariant, variants } from './pictures.ts';
import { expectAlike } from './reference.ts';
import { code, rewrite, segmentsOf } from './segments.ts';

const denominators = [1, 2, 4, 8] as const;

function decodePart(
  bytes: Uint8Array,
  denominator: Denominator,
  part: Part,
  rowStep = 1,
): { target: RegionTarget; truncated: boolean } {
  const target = new RegionTarget(part, { across: denominator, down: denominator }, rowStep);
  const { truncated } = jpegCodec.open(bytes).decode(target, unlimitedWork);
  return { target, truncated };
}

/** Shares of the picture's sides where a part begins and ends. */
const anyPart = fc
  .tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100))
  .map(([x, width, y, height]) => ({
    left: x / 101,
    right: (x + 1 + (width * (100 - x)) / 100) / 101,
    top: y / 101,
    bottom: (y + 1 + (height * (100 - y)) / 100) / 101,
  }));

describe('decodeJpeg into a part', () => {
  test.for(variants)('gives the same pixels as all of %s', (name) => {
    const bytes = readVariant(`${name}.jpg`);
    fc.assert(
      fc.property(
        anyPart,
        fc.constantFrom(...denominators),
        fc.integer({ min: 1, max: 3 }),
        (part, denominator, rowStep) => {
          const { target } = decodePart(bytes, denominator, part, rowStep);
          const { rows, expected } = target.compared(decodeJpeg(bytes, denominator));
          expect(rows).toEqual(expected);
        },
      ),
      { numRuns: 40, seed: 7 },
    );
  });

  test('goes on to the end of a file that may be cut short, to say so', async () => {
    const bytes = await encode(drawNoise(120, 400), { quality: 90 });
    const upper = { left: 0, right: 1, top: 0, bottom: 0.4 };
    const cut = bytes.subarray(0, bytes.length * 0.8);
    expect(decodePart(bytes, 1, upper).truncated).toBe(false);
    expect(decodePart(cut, 1, upper).truncated).toBe(true);
    expect(() => decodePart(bytes.subarray(0, bytes.length * 0.45), 1, upper)).toThrow(/half/);
  });

  test('leaves out what lies below it, where the file is complete', async () => {
    const bytes = await encode(drawNoise(120, 400), { quality: 90 });
    const damaged = bytes.slice();
    // No Huffman code is all ones (T.81, C.2).
    const at = Math.floor(bytes.length * 0.8);
    damaged.set([0xff, 0, 0xff, 0, 0xff, 0], at);
    const { target, truncated } = decodePart(damaged, 1, {
      left: 0,
      right: 1,
      top: 0.1,
      bottom: 0.5,
    });
    expect(truncated).toBe(false);
    const { rows, expected } = target.compared(decodeJpeg(bytes, 1));
    expect(rows).toEqual(expected);
  });

  test('takes no more memory for a long photo than for a short one', async () => {
    const { memoryBytes: short } = jpegCodec.open(await encode(drawNoise(64, 64), {}));
    const { memoryBytes: long } = jpegCodec.open(await encode(drawNoise(64, 4000), {}));
    const target = new RegionTarget({ left: 0, right: 1, top: 0, bottom: 1 });
    expect(long(target)).toBe(short(target));
  });
});

describe('decodeJpeg on more data than it holds at once', () => {
  test('decodes every block of it', async () => {
    const picture = await fixturePixels('daisy.jpg');
    const bytes = await encode(picture, { quality: 97, chromaSubsampling: '4:4:4' });
    expect(bytes.length).toBeGreaterThan(50_000);
    expectAlike(decodeJpeg(bytes, 1).pixels, picture.pixels, { mean: 1.5, psnr: 40 });
  });
});

/** The code of the problem of a file that is decoded as any photo is. */
function refusalOf(bytes: Uint8Array, reduction = 1): string | undefined {
  const all = { left: 0, right: 1, top: 0, bottom: 1 };
  const target = new RegionTarget(all, { across: reduction, down: reduction });
  try {
    decodePhoto(openPhoto(bytes), target, { maxPixels: 50e6, maxDecodeBytes: 1e9 });
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

describe('decodeJpeg on very many tables', () => {
  test('takes no memory for those that no scan uses', async () => {
    const file = await encode(drawNoise(16, 16), {});
    const unused = segmentsOf(file).filter(
      ({ code: marker }) => marker === code.dht || marker === code.dqt,
    );
    const repeated = rewrite(file, (segment, i) =>
      i === 0 ? [...new Array(500).fill(unused).flat(), segment] : [segment],
    );
    const needed = allocatedBytes(() => decodeJpeg(file, 1));
    expect(allocatedBytes(() => decodeJpeg(repeated, 1))).toBeLessThan(needed * 1.1);
  });

  test('does not look at what follows a scan of all components', async () => {
    const file = await encode(drawNoise(64, 64), {});
    const repeated = rewrite(file, (segment) =>
      segment.code === code.sos ? new Array(1000).fill(segment) : [segment],
    );
    expect(decodeJpeg(repeated, 1).truncated).toBe(false);
  });

  test('refuses hundreds of scans more than any encoder writes', () => {
    const alone = readVariant('one-scan-per-component.jpg');
    const many = rewrite(alone, (segment) =>
      segment.code === code.sos ? new Array(300).fill(segment) : [segment],
    );
    expect(refusalOf(many)).toBe('too-much-work');
  });

  test('refuses very many segments before the picture', async () => {
    const comment = [0xff, 0xfe, 0, 2];
    const file = await encode(drawNoise(16, 16), {});
    const padded = [...file.subarray(0, 2), ...new Array(11_000).fill(comment).flat()];
    expect(refusalOf(Uint8Array.of(...padded, ...file.subarray(2)))).toBe('image-decode-failed');
  });
});

describe('decodeJpeg on many scans over a large picture', () => {
  /** A progressive file of which one scan, which says nothing of any block, comes again and again. */
  async function makeScanBomb(side: number, scans: number): Promise<Uint8Array> {
    const flat = { width: side, height: side, pixels: new Uint8Array(side * side * 3).fill(90) };
    const file = await encode(flat, { progressive: true, chromaSubsampling: '4:4:4' });
    const lastOfAc = segmentsOf(file).findLastIndex(
      ({ code: marker, bytes }) => marker === code.sos && bytes.at(-3) === 1,
    );
    return rewrite(file, (segment, i) =>
      i === lastOfAc ? new Array(scans).fill(segment) : [segment],
    );
  }

  test('refuses a small file that would visit some hundred million blocks', async () => {
    const bytes = await makeScanBomb(6000, 80);
    expect(bytes.length).toBeLessThan(500_000);
    // At 1/8 these scans aren't needed.
    expect(refusalOf(bytes, 4)).toBe('too-much-work');
  });

  test('decodes as many scans of a small picture', async () => {
    const bytes = await makeScanBomb(120, 80);
    expect(decodeJpeg(bytes, 4)).toMatchObject({ width: 30, height: 30 });
  });
});
