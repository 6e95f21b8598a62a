import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import classNames from '../../model/classes.json' with { type: 'json' };
import {
  type Orientation,
  orientations,
  readExifOrientation,
  swapsSides,
  turnUpright,
} from '../../src/image/orientation.ts';
import type { RgbImage } from '../../src/image/rgb-image.ts';
import { type LoadedNetwork, loadNetwork } from '../../src/mobilenet/network.ts';
import { backboneModel } from '../../src/pipeline/answering-model.ts';
import { type Classification, classifyImage } from '../../src/pipeline/classify-image.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { sharedFolder } from '../support/photos.ts';
import { decodeUpright } from './decoded.ts';

const limits = { maxPixels: 50e6, maxDecodeBytes: 48e6 };

/** A picture whose pixels are all different: a letter each, read row by row. */
function picture(rows: string[]): RgbImage {
  const letters = rows.join('');
  const pixels = Uint8Array.from({ length: letters.length * 3 }, (_, i) =>
    letters.charCodeAt(Math.floor(i / 3)),
  );
  return { width: rows[0].length, height: rows.length, pixels };
}

function rowsOf({ width, height, pixels }: RgbImage): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => String.fromCharCode(pixels[(y * width + x) * 3])).join(
      '',
    ),
  );
}

describe('turnUpright', () => {
  // The upright picture is "abc" over "def"; EXIF says where its edges went.
  test.for([
    [1, ['abc', 'def']],
    [2, ['cba', 'fed']],
    [3, ['fed', 'cba']],
    [4, ['def', 'abc']],
    [5, ['ad', 'be', 'cf']],
    [6, ['cf', 'be', 'ad']],
    [7, ['fc', 'eb', 'da']],
    [8, ['da', 'eb', 'fc']],
  ] as [Orientation, string[]][])('turns what is stored with orientation %i', ([value, stored]) => {
    const upright = turnUpright(picture(stored), value);
    expect(rowsOf(upright)).toEqual(['abc', 'def']);
  });

  test('keeps every pixel, and swaps the sides where it turns by a quarter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(...orientations),
        (width, height, orientation) => {
          const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => i % 251);
          const turned = turnUpright({ width, height, pixels }, orientation);
          const sides = swapsSides(orientation) ? [height, width] : [width, height];
          expect([turned.width, turned.height]).toEqual(sides);
          expect(turned.pixels.toSorted()).toEqual(pixels.toSorted());
        },
      ),
    );
  });
});

describe('readExifOrientation', () => {
  /** A TIFF directory with one entry. */
  function tiff(littleEndian: boolean, tag: number, type: number, value: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(26));
    view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
    view.setUint16(2, 42, littleEndian);
    view.setUint32(4, 8, littleEndian);
    view.setUint16(8, 1, littleEndian);
    view.setUint16(10, tag, littleEndian);
    view.setUint16(12, type, littleEndian);
    view.setUint32(14, 1, littleEndian);
    view.setUint16(18, value, littleEndian);
    return new Uint8Array(view.buffer);
  }

  test.for([true, false])('reads each value, little-endian: %s', (littleEndian) => {
    for (const value of orientations) {
      expect(readExifOrientation(tiff(littleEndian, 0x0112, 3, value))).toBe(value);
    }
  });

  test.for([
    ['another tag', tiff(true, 0x0100, 3, 6)],
    ['another type', tiff(true, 0x0112, 7, 6)],
    ['0', tiff(true, 0x0112, 3, 0)],
    ['9', tiff(true, 0x0112, 3, 9)],
  ] as const)('takes %s for upright', ([, data]) => {
    expect(readExifOrientation(data)).toBe(1);
  });

  test('reads nothing beyond its data, whatever that says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
        expect(orientations).toContain(readExifOrientation(data));
      }),
      { numRuns: 5000 },
    );
  });
});

/** What stores a picture so that this orientation turns it upright again. */
const inverse: Record<Orientation, Orientation> = {
  1: 1,
  2: 2,
  3: 3,
  4: 4,
  5: 5,
  6: 8,
  7: 7,
  8: 6,
};

describe('a photo that is stored turned', () => {
  const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
  const daisy = decodeUpright(Buffer.from(base64, 'base64'));
  let network: LoadedNetwork;
  beforeAll(async () => {
    network = loadNetwork(await readAssets(inject('artifactPath')));
  });

  async function classifyStored(orientation: Orientation): Promise<Classification> {
    const { width, height, pixels } = turnUpright(daisy, inverse[orientation]);
    const file = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation })
      .toBuffer();
    const classes = classNames.map(({ names, wnid }) => ({ label: names[0], wnid }));
    const parts = { network, limits, now: () => 0 };
    return classifyImage(parts, file, backboneModel(network, classes), { topK: 1000, fit: 'crop' });
  }

  test.for(orientations)('with orientation %i is classified as if it were not', async (value) => {
    const upright = await classifyStored(1);
    const { predictions, image } = await classifyStored(value);
    expect(image).toEqual({ format: 'jpeg', width: 500, height: 375, orientation: value });
    const expected = new Map(upright.predictions.map((each) => [each.index, each.probability]));
    for (const { index, probability } of predictions) {
      expect(Math.abs(probability - (expected.get(index) ?? 0))).toBeLessThan(0.02);
    }
  });
});

const examples = sharedFolder('images/exif-orientation');

// Each of these has its number drawn into it, so that their predictions differ
// with any decoder; their pixels can be compared.
describe.runIf(examples !== null)('example photos in all orientations', () => {
  const names = ['Landscape', 'Portrait'].flatMap((scene) =>
    Array.from({ length: 9 }, (_, i) => `${scene}_${i}.jpg`),
  );

  test.for(names)('%s comes out as libvips turns it', async (name) => {
    const bytes = await readFile(join(examples ?? '', name));
    const upright = decodeUpright(bytes);
    const { data, info } = await sharp(bytes)
      .autoOrient()
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([upright.width, upright.height]).toEqual([info.width, info.height]);
    const sum = data.reduce((total, value, i) => total + Math.abs(value - upright.pixels[i]), 0);
    // libvips applies the photos' colour profile, which is sRGB but for rounding.
    expect(sum / data.length).toBeLessThan(1.5);
  });
});
