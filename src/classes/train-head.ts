import { AppError, quoted } from '../errors.ts';
import { noThresholds, type UnknownThresholds } from '../mobilenet/uncertainty.ts';
import {
  type CrossValidation,
  type CurvePoint,
  crossValidate,
  type HeldOutAnswers,
  usualIterations,
} from './cross-validation.ts';
import type { Head } from './head.ts';
import { crossValidateNearest, nearestHead, usualTemperature } from './knn.ts';
import type { Manifest, ModelMetrics } from './manifest.ts';
import { measureModel } from './metrics.ts';
import { Pace } from './pace.ts';
import { arrived, fitSoftmax, prepareExamples } from './softmax-regression.ts';
import { type Split, splitExamples, usualFolds } from './split.ts';
import { planTraining, usualL2 } from './training-plan.ts';
import { photosByLabel, type TrainingSet } from './training-set.ts';
import { chooseThresholds } from './unknown-thresholds.ts';

/** Names in a sentence. */
const mostListed = 5;

/** Where nothing says how many are best. */
const maxIterations = 200;

export const headModes = ['auto', 'softmax', 'knn'] as const;
export type HeadMode = (typeof headModes)[number];

export interface TrainHeadOptions {
  /** `auto`, the default: `knn` where labels have at most two photos on average, else `softmax`. */
  readonly mode?: HeadMode;
  /** Deals the folds; 0 if not given. */
  readonly seed?: number;
  /**
   * Parts that are held out one after another; 1 for one part of a fifth that
   * is held out once. 5 if not given, or fewer where the work would be too much.
   */
  readonly folds?: number;
  /** Weight of the penalty; chosen by cross-validation if not given. */
  readonly l2?: number;
  /** Awaited every few milliseconds of work, so that others have their turn. */
  readonly pause?: () => Promise<void>;
  /** Told how far the work is, both in the same unit, with fractions. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Held-out answers, for reports. */
export interface Validation {
  /** [examples, labels], row-major, after the temperature; zeros where the fold is -1. */
  readonly probabilities: Float32Array;
  /** [examples]: the fold in which each was held out; -1 where it was not measured. */
  readonly folds: Int32Array;
  /** The learning curve of the softmax regression; empty for `knn`. */
  readonly curve: readonly CurvePoint[];
}

export interface TrainedHead {
  readonly head: Head;
  readonly thresholds: UnknownThresholds;
  /** Missing, as `validation`, where a label has only one photo, or one group. */
  readonly metrics?: ModelMetrics;
  readonly training: Manifest['training'];
  readonly validation?: Validation;
}

/**
 * Fits a head to examples, and measures it on examples that it has not seen.
 *
 * A softmax regression's penalty is the one of a few whose cross-validated log
 * loss is lowest, and it takes as many iterations as were best. The same
 * held-out answers choose these two and the temperature, and give the metrics:
 * choosing is not nested (docs/decisions.md says what difference it makes). The
 * head that is given is fitted to all examples.
 *
 * Work grows with examples * labels, and is kept within bounds by trying less:
 * three penalties and five folds for 300 photos of five labels, one penalty and
 * three folds for 2,000 of twenty, one part held out for 10,000 of twenty.
 * Those take about 1, 10 and 25 seconds of a core that others use, too.
 *
 * @throws AppError `not-enough-examples` where there are fewer than two labels, or one has no photo
 */
export async function trainHead(
  set: TrainingSet,
  options: TrainHeadOptions = {},
): Promise<TrainedHead> {
  const photos = checkedPhotos(set);
  const pace = new Pace(options.pause ?? (async () => {}));
  return usesNearest(photos, options.mode)
    ? trainNearest(set, options, pace)
    : trainSoftmax(set, options, pace);
}

async function trainSoftmax(
  set: TrainingSet,
  { seed = 0, folds, l2, onProgress }: TrainHeadOptions,
  pace: Pace,
): Promise<TrainedHead> {
  const examples = await prepareExamples(set, pace);
  const plan = planTraining({
    examples: set.labelIndices.length,
    labels: set.labels.length,
    dimensions: examples.coordinates.dimensions,
    folds,
    l2,
  });
  const split = splitExamples(set, plan.folds, seed);
  const rounds = split === undefined ? 0 : plan.l2s.length;
  let best: CrossValidation | undefined;
  for (let round = 0; split !== undefined && round < rounds; round++) {
    onProgress?.(round, rounds + 1);
    const tried = await crossValidate(examples, split, plan.l2s[round], pace, (iteration) => {
      onProgress?.(round + Math.min(1, iteration / usualIterations), rounds + 1);
    });
    if (best === undefined || tried.logLoss < best.logLoss) best = tried;
  }
  onProgress?.(rounds, rounds + 1);
  const chosenL2 = best?.l2 ?? l2 ?? usualL2;
  const { weights, biases } = await fitSoftmax(
    examples,
    { l2: chosenL2, rows: Int32Array.from(set.labelIndices.keys()), pace },
    { maxIterations: best?.iterations ?? maxIterations, gradientNorm: arrived },
  );
  onProgress?.(rounds + 1, rounds + 1);
  return {
    head: { kind: 'softmax', weights, biases, temperature: best?.temperature ?? 1 },
    training: { ...trainingOf(set, seed), l2: chosenL2 },
    ...measuresOf(set, split, best, best?.curve ?? []),
  };
}

async function trainNearest(
  set: TrainingSet,
  { seed = 0, folds = usualFolds, onProgress }: TrainHeadOptions,
  pace: Pace,
): Promise<TrainedHead> {
  onProgress?.(0, 1);
  const split = splitExamples(set, folds, seed);
  const answers = split && (await crossValidateNearest(set, split, pace));
  onProgress?.(1, 1);
  return {
    head: nearestHead(set, answers?.temperature ?? usualTemperature),
    training: trainingOf(set, seed),
    ...measuresOf(set, split, answers, []),
  };
}

/**
 * Photos of each label.
 *
 * @throws AppError `not-enough-examples` where there are fewer than two labels, or one has no photo
 */
export function checkedPhotos(set: Omit<TrainingSet, 'embeddings'>): number[] {
  const photos = photosByLabel(set);
  const empty = set.labels.filter((_, label) => photos[label] === 0);
  if (set.labels.length >= 2 && empty.length === 0) return photos;
  const lacking =
    empty.length === 0
      ? `there is ${set.labels.length === 0 ? 'none' : `only ${quoted(set.labels[0])}`}`
      : `there is no photo of ${list(empty)}`;
  throw new AppError(
    'not-enough-examples',
    `A model needs photos of at least two labels, and one of each label at least, but ${lacking}.`,
    { facts: { labels: empty } },
  );
}

/** Names for a sentence, of many the first few. */
function list(names: readonly string[]): string {
  const more = names.length - mostListed;
  const listed = names.slice(0, mostListed).map(quoted).join(', ');
  return more > 0 ? `${listed} and ${more} more` : listed;
}

function usesNearest(photos: readonly number[], mode: HeadMode = 'auto'): boolean {
  const total = photos.reduce((sum, count) => sum + count, 0);
  // On flowers, where softmax regression overtakes the nearest examples (docs/decisions.md).
  return mode === 'knn' || (mode === 'auto' && total <= 2 * photos.length);
}

function trainingOf(set: TrainingSet, seed: number): TrainedHead['training'] {
  const examples = photosByLabel(set);
  const photos = examples.reduce((sum, count) => sum + count, 0);
  const views = Math.max(1, Math.round(set.labelIndices.length / photos));
  return { examples, seed, fineTuned: 'none', views };
}

/** What held-out answers say of the model. */
export function measuresOf(
  { labels, labelIndices }: Pick<TrainingSet, 'labels' | 'labelIndices'>,
  split: Split | undefined,
  answers: HeldOutAnswers | undefined,
  curve: readonly CurvePoint[],
): Pick<TrainedHead, 'thresholds' | 'metrics' | 'validation'> {
  if (split === undefined || answers === undefined) return { thresholds: noThresholds };
  const { truth, probabilities } = answers;
  const folds = new Int32Array(labelIndices.length).fill(-1);
  const answered = new Float32Array(labelIndices.length * labels.length);
  for (const [place, row] of split.rows.entries()) {
    folds[row] = split.folds[row];
    const own = probabilities.subarray(place * labels.length, (place + 1) * labels.length);
    answered.set(own, row * labels.length);
  }
  return {
    thresholds: chooseThresholds(truth, probabilities),
    metrics: measureModel(labels, truth, probabilities, split.count),
    validation: { probabilities: answered, folds, curve },
  };
}
