import type { TuningSet } from '../fine-tuning/tuning-set.ts';
import { sharedActivations } from '../fine-tuning/tuning-set.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';
import type { PhotoCache } from './photo-cache.ts';
import { readPhotos } from './photo-pool.ts';
import { trainingFit } from './training-fit.ts';
import { augmentationsOf, type TrainingPhotos } from './training-photos.ts';

export interface TuningPhotosOptions {
  /** The first block that is tuned: what goes into it is read. */
  readonly firstBlock: string;
  readonly seed: number;
  /** How many variations of each photo to train on, the photo as it is among them. */
  readonly views: number;
  readonly cache?: PhotoCache | undefined;
}

/**
 * Has the frozen part of the backbone read photos, for fine-tuning the rest.
 *
 * @returns with the activations in shared memory, so that threads need no copies
 * @throws Error where a file was changed since it was first read
 */
export async function readTuningSet(
  assets: NetworkAssets,
  { labels, photos, labelIndices, groups }: TrainingPhotos,
  { firstBlock, seed, views, cache }: TuningPhotosOptions,
): Promise<TuningSet> {
  const { read, refused } = await readPhotos(assets, photos, {
    want: { activationBefore: firstBlock },
    fit: trainingFit,
    cache,
    augmentationsOf: (_, sha256) => augmentationsOf(sha256, seed, views),
  });
  if (refused.length > 0) {
    const { photo, refusal } = refused[0];
    throw new Error(`${photo.name} could be read once, but not again: ${refusal}`);
  }
  const [{ length }] = read[0].values;
  const activations = sharedActivations(photos.length * views * length);
  for (const [place, { values }] of read.entries()) {
    for (const [view, own] of values.entries()) {
      activations.set(own, (place * views + view) * length);
    }
  }
  return { labels, labelIndices, groups, views, activations };
}
