import { hash } from 'node:crypto';
import { extname } from 'node:path';
import { AppError } from '../errors.ts';
import { type Augmentation, unaugmented } from '../image/augmentation.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';
import type { PhotoCache } from './photo-cache.ts';
import type { PhotoFile } from './photo-files.ts';
import type { PhotoTask, ReadingOptions } from './photo-task.ts';
import type { PhotoAnswer } from './photo-worker.ts';
import { startProgress } from './progress.ts';
import { readPhotoFile } from './read-photo-file.ts';
import { threadsFor, WorkerPool } from './worker-pool.ts';

/** What the network makes of one photo. */
export interface PhotoReading<Photo extends PhotoFile> {
  readonly photo: Photo;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  /** What was wanted of each variation, in their order. */
  readonly values: readonly Float32Array[];
}

/** What came of the photos, both in the photos' order. */
export interface PhotoReadings<Photo extends PhotoFile> {
  readonly read: readonly PhotoReading<Photo>[];
  /** Photos that Petal can't read, and why. */
  readonly refused: readonly { readonly photo: Photo; readonly refusal: string }[];
  /** How many needed no work, as all of theirs was in the cache. */
  readonly fromCache: number;
}

export interface ReadPhotosOptions<Photo extends PhotoFile> extends ReadingOptions {
  /** Variations of a photo to read, at least one; without it, each photo as it is. */
  readonly augmentationsOf?: (photo: Photo, sha256: string) => readonly Augmentation[];
  /** Where what was read is kept; without it nothing is. */
  readonly cache?: PhotoCache | undefined;
}

/** TypeScript here, JavaScript where it was compiled. */
const workerScript = new URL(`./photo-worker${extname(import.meta.filename)}`, import.meta.url);

/**
 * Has the network read photos, on all cores, with a progress bar. The order in
 * which threads finish changes nothing of the result. What is all in the cache
 * starts no thread.
 *
 * @throws Error where a thread fails, which is no photo's fault
 */
export async function readPhotos<Photo extends PhotoFile>(
  assets: NetworkAssets,
  photos: readonly Photo[],
  options: ReadPhotosOptions<Photo>,
): Promise<PhotoReadings<Photo>> {
  const threads = threadsFor(photos.length);
  const pool = new WorkerPool<PhotoTask, PhotoAnswer>(workerScript, assets, threads);
  const progress = startProgress(photos.length, 'photos');
  const outcomes: Outcome<Photo>[] = [];
  const queue = photos.entries();

  /** Takes photos from the queue, one at a time. */
  async function work(): Promise<void> {
    for (const [place, photo] of queue) {
      outcomes[place] = await readOne(pool, photo, options);
      progress.increment();
    }
  }

  try {
    // One more than there are threads reads and hashes the next file meanwhile.
    await Promise.all(Array.from({ length: threads + 1 }, work));
  } finally {
    progress.stop();
    await pool.close();
  }
  return {
    read: outcomes.flatMap((outcome) => ('values' in outcome ? [outcome] : [])),
    refused: outcomes.flatMap((outcome) => ('refusal' in outcome ? [outcome] : [])),
    fromCache: outcomes.filter((outcome) => 'isCached' in outcome && outcome.isCached).length,
  };
}

type Outcome<Photo extends PhotoFile> =
  | (PhotoReading<Photo> & { readonly isCached: boolean })
  | { readonly photo: Photo; readonly refusal: string };

async function readOne<Photo extends PhotoFile>(
  pool: WorkerPool<PhotoTask, PhotoAnswer>,
  photo: Photo,
  { want, fit, cache, augmentationsOf }: ReadPhotosOptions<Photo>,
): Promise<Outcome<Photo>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readPhotoFile(photo);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { photo, refusal: error.message };
  }
  const sha256 = hash('sha256', bytes, 'hex');
  const augmentations = augmentationsOf?.(photo, sha256) ?? [unaugmented];
  const keys = augmentations.map((augmentation) => ({ sha256, want, fit, augmentation }));
  const kept = await Promise.all(keys.map((key) => cache?.get(key)));
  const missing = augmentations.filter((_, i) => kept[i] === undefined);
  if (missing.length === 0) {
    return { photo, sha256, values: kept.filter((each) => each !== undefined), isCached: true };
  }
  const task = { bytes, augmentations: missing, want, fit };
  const answer = await pool.run(task, [bytes.buffer]);
  if ('refusal' in answer) return { photo, refusal: answer.refusal };
  const fresh = answer.values.values();
  const values = kept.map((each) => each ?? fresh.next().value ?? missingValues());
  await Promise.all(
    keys.map(async (key, i) => {
      if (kept[i] === undefined) await cache?.put(key, values[i]);
    }),
  );
  return { photo, sha256, values, isCached: false };
}

function missingValues(): never {
  throw new Error('A thread answered with fewer values than it was asked for.');
}
