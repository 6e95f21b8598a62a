/** Photos with as many pixels as a phone's, against the same as they were. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { inject } from 'vitest';
import { decodePhoto, openPhoto } from '../../src/image/decode-image.ts';
import { NetworkInput } from '../../src/image/preprocess.ts';
import type { Arithmetic } from '../../src/mobilenet/arithmetic.ts';
import { loadNetwork } from '../../src/mobilenet/network.ts';
import { readAssets } from '../../src/runtime/node.ts';
import type { SharedPhoto } from '../support/photos.ts';

/** What the network gets of a photo, and of the same with 12 megapixels. */
export interface EnlargedPhoto {
  readonly name: string;
  readonly usual: Uint8Array;
  readonly enlarged: Uint8Array;
}

/** Reads a photo, and enlarges it. */
export async function enlargedPhoto({ name, path }: SharedPhoto): Promise<EnlargedPhoto> {
  const bytes = new Uint8Array(await readFile(path));
  return { name, usual: inputOf(bytes), enlarged: inputOf(await enlarge(bytes)) };
}

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

/** @returns the names of those whose first prediction is another */
export async function changedByEnlarging(
  photos: readonly EnlargedPhoto[],
  arithmetic: Arithmetic,
): Promise<string[]> {
  const assets = await readAssets(inject('artifactPath'));
  const network = loadNetwork({ ...assets, arithmetic });
  const first = (input: Uint8Array): number => {
    const { probabilities } = network.infer(input);
    return probabilities.indexOf(Math.max(...probabilities));
  };
  const changed = photos.filter(({ usual, enlarged }) => first(usual) !== first(enlarged));
  network.dispose();
  return changed.map(({ name }) => name);
}
