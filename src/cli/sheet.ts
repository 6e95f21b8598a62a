import { AppError } from '../errors.ts';
import type { Fit } from '../image/fit.ts';
import type { Prediction } from '../mobilenet/top-k.ts';
import { classifyImage } from '../pipeline/classify-image.ts';
import { seededRandom, shuffled } from '../seeded-random.ts';
import { listPhotosWithLabels, type PlacedPhoto } from './labelled-photos.ts';
import type { ModelParts } from './parts.ts';
import { startProgress } from './progress.ts';
import { readPhotoFile } from './read-photo-file.ts';
import { makeThumbnail, type Thumbnail } from './thumbnail.ts';

export interface SheetOptions {
  readonly fit: Fit;
  /** How many photos to show. */
  readonly count: number;
  readonly columns: number;
  /** Chooses the photos. */
  readonly seed: number;
}

/** One photo of a sheet. */
export interface Tile {
  readonly name: string;
  readonly thumbnail: Thumbnail;
  /** Most probable first. */
  readonly predictions: readonly Prediction[];
  readonly unknown: boolean;
  /** What its folder says that it shows, and whether the first prediction says so, too. */
  readonly truth?: { readonly label: string; readonly isRight: boolean };
}

/** Photos with what a model says of them. */
export interface Sheet {
  readonly model: string;
  readonly columns: number;
  readonly tiles: readonly Tile[];
  /** Of the tiles whose folder tells the truth. */
  readonly right: number;
  readonly judged: number;
  readonly refused: readonly { readonly name: string; readonly refusal: string }[];
}

/** Predictions that a tile has room for. */
const topK = 3;

/** In pixels: twice what a tile shows, for dense screens. */
const thumbnailSide = 480;

/**
 * Classifies some photos of a folder, on the pipeline that serves, for a sheet
 * of them. Photos are chosen at random, spread evenly over the labels that
 * their places give them; those that can't be read are replaced by others.
 *
 * @throws Error with a sentence where the folder has no photo that can be read
 */
export async function makeSheet(
  parts: ModelParts,
  folder: string,
  { fit, count, columns, seed }: SheetOptions,
): Promise<Sheet> {
  const photos = spread(await listPhotosWithLabels(folder, parts.classes), seed);
  const tiles: Tile[] = [];
  const refused: { name: string; refusal: string }[] = [];
  const progress = startProgress(Math.min(count, photos.length), 'photos');
  for (const photo of photos) {
    if (tiles.length === count) break;
    try {
      tiles.push(await makeTile(parts, photo, fit));
      progress.increment();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ name: photo.name, refusal: error.message });
    }
  }
  progress.stop();
  if (tiles.length === 0) throw new Error(`There is no photo in ${folder} that can be read.`);
  const judged = tiles.filter(({ truth }) => truth !== undefined);
  const { name, version } = parts.model;
  return {
    model: version === undefined ? name : `${name}@${version}`,
    columns: Math.min(columns, tiles.length),
    tiles,
    right: judged.filter(({ truth }) => truth?.isRight).length,
    judged: judged.length,
    refused,
  };
}

/** All photos, shuffled, one of each label in turn. */
function spread(photos: readonly PlacedPhoto[], seed: number): PlacedPhoto[] {
  const random = seededRandom(seed);
  const byLabel = [...Map.groupBy(photos, ({ label }) => label).values()].map((own) =>
    shuffled(own, random),
  );
  const longest = Math.max(0, ...byLabel.map(({ length }) => length));
  const rounds = Array.from({ length: longest }, (_, round) =>
    byLabel.flatMap((own) => (round < own.length ? [own[round]] : [])),
  );
  return rounds.flat();
}

async function makeTile(parts: ModelParts, photo: PlacedPhoto, fit: Fit): Promise<Tile> {
  const bytes = await readPhotoFile(photo);
  const { predictions, unknown } = classifyImage(parts, bytes, parts.model, { topK, fit });
  const { truth } = photo;
  return {
    name: photo.name,
    thumbnail: await makeThumbnail(bytes, thumbnailSide),
    predictions,
    unknown,
    ...(truth === undefined
      ? {}
      : {
          truth: {
            label: parts.classes[truth[0]].label,
            isRight: truth.includes(predictions[0].index),
          },
        }),
  };
}
