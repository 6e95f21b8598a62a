import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from '../../model/folder.ts';
import type { CurvePoint } from '../classes/cross-validation.ts';
import type { Manifest, ModelMetrics } from '../classes/manifest.ts';
import { mostProbable, type ReliabilityBin, reliabilityBins } from '../classes/metrics.ts';
import { type CustomModel, writeModelFile } from '../classes/model-file.ts';
import { type HeadMode, type TrainedHead, trainHead } from '../classes/train-head.ts';
import { trainedModel } from '../classes/trained-model.ts';
import type { FineTunedHead } from '../fine-tuning/fine-tune.ts';
import { tunedBlocks } from '../fine-tuning/tuned-blocks.ts';
import { openArtifact } from '../mobilenet/artifact.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';
import type { ClassFolder, ClassPhoto } from './class-folder.ts';
import { fineTuneOnThreads } from './fine-tune-on-threads.ts';
import type { PhotoCache } from './photo-cache.ts';
import { startWork } from './progress.ts';
import { trainingFit } from './training-fit.ts';
import { readTrainingPhotos, type TrainingPhotos } from './training-photos.ts';
import { readTuningSet } from './tuning-photos.ts';

export interface TrainOptions {
  readonly seed: number;
  readonly folds: number;
  readonly mode: HeadMode;
  /** Which of the backbone's last blocks are trained with the head: `last` or `blocks=N`; none, without. */
  readonly fineTune?: string | undefined;
  /** Variations of each photo to train on, the photo as it is among them. */
  readonly views: number;
  readonly cache?: PhotoCache | undefined;
}

/** A photo that was taken for something else by a model that had not seen it. */
export interface HeldOutMistake {
  readonly photo: ClassPhoto;
  /** What it was taken for, and with what probability, 0..1. */
  readonly taken: string;
  readonly takenProbability: number;
  /** The probability of what it shows. */
  readonly ownProbability: number;
}

/** What came of training. */
export interface Training {
  readonly photos: TrainingPhotos;
  readonly manifest: Manifest;
  /** The model's file. */
  readonly file: Uint8Array<ArrayBuffer>;
  /** Missing, as the mistakes are, where there was too little to measure with. */
  readonly metrics?: ModelMetrics;
  /** Most confident first. */
  readonly mistakes: readonly HeldOutMistake[];
  readonly reliability: readonly ReliabilityBin[];
  readonly curve: readonly CurvePoint[];
  readonly durationsMs: { readonly reading: number; readonly fitting: number };
}

/**
 * Trains a model on a folder with one sub-folder for each class.
 *
 * @throws Error with a sentence where nothing of a class is left to train on
 * @throws RangeError where the backbone has not so many blocks to tune
 */
export async function trainFolder(
  assets: NetworkAssets,
  folder: ClassFolder,
  options: TrainOptions,
): Promise<Training> {
  const { seed, views, fineTune, cache } = options;
  const start = performance.now();
  // Before the photos are read, which takes longer than to see that there are not so many blocks.
  const tuned =
    fineTune === undefined ? [] : tunedBlocks(openArtifact(assets.artifact).blocks, fineTune);
  const photos = await readTrainingPhotos(assets, folder, {
    fit: trainingFit,
    seed,
    // Fine-tuning needs more of the variations than their embeddings.
    views: fineTune === undefined ? views : 1,
    cache,
  });
  const tuning =
    fineTune === undefined
      ? undefined
      : await readTuningSet(assets, photos, { firstBlock: tuned[0].name, seed, views, cache });
  const read = performance.now();
  const trained: TrainedHead | FineTunedHead =
    tuning === undefined || fineTune === undefined
      ? await fitHead(photos, options)
      : await fineTuneOnThreads(assets, tuning, { ...options, depth: fineTune });
  const model = await describeModel(assets, photos.labels, trained);
  const validated = validatedPhotos(photos, trained);
  return {
    photos,
    manifest: model.manifest,
    file: writeModelFile(model),
    ...(trained.metrics === undefined ? {} : { metrics: trained.metrics }),
    mistakes: mistakesOf(photos, validated),
    reliability: reliabilityBins(validated.truth, validated.probabilities, photos.labels.length),
    curve: trained.validation?.curve ?? [],
    durationsMs: { reading: read - start, fitting: performance.now() - read },
  };
}

async function fitHead(
  { set }: TrainingPhotos,
  { mode, seed, folds }: TrainOptions,
): Promise<TrainedHead> {
  const progress = startWork('fitting');
  try {
    return await trainHead(set, {
      mode,
      seed,
      folds,
      // Lets the bar be drawn.
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      onProgress: progress.update,
    });
  } finally {
    progress.stop();
  }
}

async function describeModel(
  { artifact }: NetworkAssets,
  labels: readonly string[],
  trained: TrainedHead | FineTunedHead,
): Promise<CustomModel> {
  return trainedModel(trained, {
    labels,
    backbone: openArtifact(artifact).metadata,
    createdAt: new Date(),
    createdBy: `petal ${await packageVersion()}`,
  });
}

async function packageVersion(): Promise<string> {
  const text = await readFile(join(packageFolder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Answers to photos by models that had not seen them. */
interface ValidatedPhotos {
  /** Places among the photos. */
  readonly places: readonly number[];
  /** Their labels' indices. */
  readonly truth: Int32Array;
  /** [places, labels] */
  readonly probabilities: Float32Array;
}

function validatedPhotos(
  { photos, labels, labelIndices, set }: TrainingPhotos,
  { validation }: TrainedHead,
): ValidatedPhotos {
  const views = set.labelIndices.length / photos.length;
  const places = [...photos.keys()].filter(
    (place) => (validation?.folds[place * views] ?? -1) >= 0,
  );
  const probabilities = new Float32Array(places.length * labels.length);
  for (const [row, place] of places.entries()) {
    const start = place * views * labels.length;
    const own = validation?.probabilities.subarray(start, start + labels.length);
    probabilities.set(own ?? [], row * labels.length);
  }
  return { places, truth: Int32Array.from(places, (place) => labelIndices[place]), probabilities };
}

function mistakesOf(
  { photos, labels }: TrainingPhotos,
  { places, truth, probabilities }: ValidatedPhotos,
): HeldOutMistake[] {
  const mistakes = places.flatMap((place, row) => {
    const taken = mostProbable(probabilities, labels.length, row);
    if (taken === truth[row]) return [];
    return [
      {
        photo: photos[place],
        taken: labels[taken],
        takenProbability: probabilities[row * labels.length + taken],
        ownProbability: probabilities[row * labels.length + truth[row]],
      },
    ];
  });
  return mistakes.sort((a, b) => b.takenProbability - a.takenProbability);
}
