import { embeddingLength } from '../classes/head.ts';
import type { TrainingSet } from '../classes/training-set.ts';
import { type Augmentation, randomAugmentations } from '../image/augmentation.ts';
import type { Fit } from '../image/fit.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';
import { seededRandom } from '../seeded-random.ts';
import type { ClassFolder, ClassPhoto } from './class-folder.ts';
import { groupAlike } from './near-duplicates.ts';
import type { PhotoCache } from './photo-cache.ts';
import { type PhotoReading, readPhotos } from './photo-pool.ts';

export interface TrainingPhotosOptions {
  readonly fit: Fit;
  readonly seed: number;
  /** How many variations of each photo to train on, the photo as it is among them. */
  readonly views: number;
  readonly cache?: PhotoCache | undefined;
}

/** What a folder gives to train on, and what was left out of it. */
export interface TrainingPhotos {
  /** Sorted. */
  readonly labels: readonly string[];
  /** Each picture once. */
  readonly photos: readonly ClassPhoto[];
  /** [photos]: the label of each. */
  readonly labelIndices: Int32Array;
  /** [photos]: the same for photos that look the same. */
  readonly groups: Int32Array;
  /** The embeddings, each photo's variations one after another, the first of which is the photo as it is. */
  readonly set: TrainingSet;
  /** Photos that Petal can't read, and why. */
  readonly refused: readonly { readonly name: string; readonly refusal: string }[];
  /** Files that are the same as another of their class: the name of each, and of the one that counts. */
  readonly duplicates: readonly { readonly name: string; readonly sameAs: string }[];
  /** Files that are the same but lie in different classes. None of them counts. */
  readonly conflicts: readonly (readonly string[])[];
  /** Photos that look the same, in one class or in several. */
  readonly alike: readonly (readonly string[])[];
  /** Photos beside the classes' folders. */
  readonly unlabelled: number;
  /** Photos whose embeddings were in the cache. */
  readonly fromCache: number;
}

/**
 * Reads the photos of a folder of classes, and sorts out what can't be trained on.
 *
 * @throws Error with a sentence where nothing of a class is left
 */
export async function readTrainingPhotos(
  assets: NetworkAssets,
  { labels, photos: listed, unread, unlabelled }: ClassFolder,
  { fit, seed, views, cache }: TrainingPhotosOptions,
): Promise<TrainingPhotos> {
  const { read, refused, fromCache } = await readPhotos(assets, listed, {
    want: 'embedding',
    fit,
    cache,
    augmentationsOf: (_, sha256) => augmentationsOf(sha256, seed, views),
  });
  const { kept, duplicates, conflicts } = sortOut(read);
  for (const label of labels) {
    if (!kept.some(({ photo }) => photo.label === label)) {
      throw new Error(nothingLeft(label, refused));
    }
  }
  const photos = kept.map(({ photo }) => photo);
  const labelIndices = Int32Array.from(photos, ({ label }) => labels.indexOf(label));
  const groups = groupAlike(kept.map(({ values }) => values[0]));
  return {
    labels,
    photos,
    labelIndices,
    groups,
    set: setOf(labels, kept, labelIndices, groups),
    refused: [
      ...unread.map(({ name, refusal }) => ({ name, refusal })),
      ...refused.map(({ photo, refusal }) => ({ name: photo.name, refusal })),
    ],
    duplicates,
    conflicts,
    alike: [...Map.groupBy(photos.keys(), (place) => groups[place]).values()]
      .filter((places) => places.length > 1)
      .map((places) => places.map((place) => photos[place].name)),
    unlabelled,
    fromCache,
  };
}

/**
 * The variations of a photo to train on, the photo as it is first. The same
 * photo is varied in the same way whatever else lies in the folder, so that the
 * cache has it.
 *
 * @param sha256 of the photo's file
 */
export function augmentationsOf(sha256: string, seed: number, views: number): Augmentation[] {
  return randomAugmentations(views, seededRandom(Number.parseInt(sha256.slice(0, 8), 16) ^ seed));
}

function sortOut(
  read: readonly PhotoReading<ClassPhoto>[],
): Pick<TrainingPhotos, 'duplicates' | 'conflicts'> & { kept: PhotoReading<ClassPhoto>[] } {
  const kept: PhotoReading<ClassPhoto>[] = [];
  const duplicates: { name: string; sameAs: string }[] = [];
  const conflicts: string[][] = [];
  for (const same of Map.groupBy(read, ({ sha256 }) => sha256).values()) {
    const [first, ...others] = same;
    if (others.some(({ photo }) => photo.label !== first.photo.label)) {
      conflicts.push(same.map(({ photo }) => photo.name));
      continue;
    }
    kept.push(first);
    for (const { photo } of others) duplicates.push({ name: photo.name, sameAs: first.photo.name });
  }
  return { kept, duplicates, conflicts };
}

function nothingLeft(
  label: string,
  refused: readonly { photo: ClassPhoto; refusal: string }[],
): string {
  const own = refused.filter(({ photo }) => photo.label === label);
  if (own.length === 0) {
    return `All photos of the class "${label}" lie in another class, too, so that nothing is left of it.`;
  }
  const list = own.slice(0, 5).map(({ photo, refusal }) => `  ${photo.name}: ${refusal}`);
  return [`The class "${label}" has no photo that can be read:`, ...list].join('\n');
}

function setOf(
  labels: readonly string[],
  kept: readonly PhotoReading<ClassPhoto>[],
  labelIndices: Int32Array,
  groups: Int32Array,
): TrainingSet {
  const views = kept[0].values.length;
  const rows = kept.flatMap(({ values }) => values);
  const embeddings = new Float32Array(rows.length * embeddingLength);
  for (const [row, values] of rows.entries()) embeddings.set(values, row * embeddingLength);
  return {
    labels,
    embeddings,
    labelIndices: Int32Array.from(rows.keys(), (row) => labelIndices[Math.floor(row / views)]),
    groups: Int32Array.from(rows.keys(), (row) => groups[Math.floor(row / views)]),
    augmented: Uint8Array.from(rows.keys(), (row) => (row % views === 0 ? 0 : 1)),
  };
}
