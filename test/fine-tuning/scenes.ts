import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TuningSet } from '../../src/fine-tuning/tuning-set.ts';
import { randomAugmentations } from '../../src/image/augmentation.ts';
import { decodePhoto, openPhoto } from '../../src/image/decode-image.ts';
import { NetworkInput } from '../../src/image/preprocess.ts';
import type { LoadedNetwork } from '../../src/mobilenet/network.ts';
import { seededRandom } from '../../src/seeded-random.ts';

const folder = join(import.meta.dirname, '../fixtures/valid/jpeg');
export const sceneLabels = ['candle', 'daisy', 'golf-ball'];

/** Inputs of the network: parts of three photos, those of one after another. */
export async function readScenes(perLabel: number): Promise<Uint8Array[]> {
  const inputs: Uint8Array[] = [];
  for (const [i, label] of sceneLabels.entries()) {
    const bytes = new Uint8Array(await readFile(join(folder, `${label}.jpg`)));
    for (const augmentation of randomAugmentations(perLabel, seededRandom(i))) {
      const photo = openPhoto(bytes);
      const input = new NetworkInput(photo.stored, 224, 'crop', augmentation);
      decodePhoto(photo, input, { maxPixels: 1e9, maxDecodeBytes: 1e9 });
      inputs.push(input.values);
    }
  }
  return inputs;
}

/**
 * Two views each of photos: one part of a scene, and another.
 *
 * @param inputs of an even number a label
 */
export function sceneSet(
  network: Pick<LoadedNetwork, 'activationBefore'>,
  inputs: readonly Uint8Array[],
  firstBlock: string,
): TuningSet {
  const rows = inputs.map((input) => network.activationBefore(input, firstBlock));
  const activations = new Float32Array(rows.length * rows[0].length);
  for (const [i, row] of rows.entries()) activations.set(row, i * row.length);
  const photos = inputs.length / 2;
  const perLabel = photos / sceneLabels.length;
  return {
    labels: sceneLabels,
    labelIndices: Int32Array.from({ length: photos }, (_, photo) => Math.floor(photo / perLabel)),
    views: 2,
    activations,
  };
}
