import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { decodePhoto, openPhoto } from '../../src/image/decode-image.ts';
import { NetworkInput } from '../../src/image/preprocess.ts';
import type { Arithmetic } from '../../src/mobilenet/arithmetic.ts';
import { loadNetwork } from '../../src/mobilenet/network.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { sharedFolder } from '../support/photos.ts';

const folder = sharedFolder('images/imagenet') ?? '';

/** The photo with as many pixels as a phone's. */
async function enlarge(bytes: Uint8Array): Promise<Uint8Array> {
  const { width, height } = await sharp(bytes).metadata();
  const factor = Math.sqrt(12e6 / (width * height));
  const file = await sharp(bytes)
    .resize(Math.round(width * factor), Math.round(height * factor), { fit: 'fill' })
    .jpeg({ quality: 90 })
    .toBuffer();
  return new Uint8Array(file);
}

function inputOf(bytes: Uint8Array): Uint8Array {
  const photo = openPhoto(bytes);
  const input = new NetworkInput(photo.stored, 224, 'crop');
  decodePhoto(photo, input, { maxPixels: 50e6, maxDecodeBytes: 48e6 });
  return input.values;
}

// With weights at random, answers hang on nothing.
describe.runIf(folder !== '' && inject('trained'))('photos enlarged to 12 megapixels', () => {
  const photos: { name: string; usual: Uint8Array; enlarged: Uint8Array }[] = [];
  beforeAll(async () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.JPEG'))) {
      const bytes = new Uint8Array(await readFile(join(folder, name)));
      photos.push({ name, usual: inputOf(bytes), enlarged: inputOf(await enlarge(bytes)) });
    }
  }, 300_000);

  test.for<[number, Arithmetic]>([
    [97, 'float32'],
    [96, 'int8'],
  ])('keep their first prediction in %i of 100 in %s', async ([least, arithmetic]) => {
    const assets = await readAssets(inject('artifactPath'));
    const network = loadNetwork({ ...assets, arithmetic });
    const first = (input: Uint8Array): number => {
      const { probabilities } = network.infer(input);
      return probabilities.indexOf(Math.max(...probabilities));
    };
    const changed = photos.filter(({ usual, enlarged }) => first(usual) !== first(enlarged));
    network.dispose();
    expect(photos).toHaveLength(100);
    const names = changed.map(({ name }) => name).join('\n');
    expect(100 - changed.length, names).toBeGreaterThanOrEqual(least);
  });
});
