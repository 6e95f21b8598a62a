import { type CurvePoint, type HeldOutAnswers, softmaxRows } from '../classes/cross-validation.ts';
import type { SoftmaxHead } from '../classes/head.ts';
import { logLoss, mostProbable } from '../classes/metrics.ts';
import { type Split, splitExamples } from '../classes/split.ts';
import { fitTemperature } from '../classes/temperature.ts';
import { checkedPhotos, measuresOf, type TrainedHead } from '../classes/train-head.ts';
import type { Artifact } from '../mobilenet/artifact.ts';
import type { Tail } from '../mobilenet/tail.ts';
import { recipe } from './recipe.ts';
import { type TunedTail, type TuningJob, tuneTail } from './tune-tail.ts';
import { tunedBlocks } from './tuned-blocks.ts';
import { tailOf } from './tuned-tail.ts';
import type { TuningSet } from './tuning-set.ts';

/** Runs one training; tells the share that is done, 0..1. */
export type RunTuning = (job: TuningJob, onProgress: (share: number) => void) => Promise<TunedTail>;

export interface FineTuneOptions {
  /** What is trained beside the head: `last`, or `blocks=N`. */
  readonly depth: string;
  /** Deals folds, batches and views; 0 if not given. */
  readonly seed?: number;
  /**
   * Parts that are held out one after another, each of which costs a training;
   * 1, the default, for one part of a fifth that is held out once.
   */
  readonly folds?: number;
  /** Where trainings run: here if not given. All are asked for at once; their results don't depend on the order. */
  readonly run?: RunTuning;
  /** Told how far the work is, both in the same unit, with fractions. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A head with the last blocks that it was trained with. */
export interface FineTunedHead extends TrainedHead {
  readonly head: SoftmaxHead;
  readonly tail: Tail;
}

/**
 * Fine-tunes the last blocks of the backbone with a head on top.
 *
 * Everything is trained on all photos for what is given, and once more for each
 * part that is held out, from the beginning, so that what is measured has not
 * seen what it is measured on. How many epochs there are is fixed beforehand;
 * the held-out photos choose nothing but the temperature and the thresholds.
 *
 * @param backbone its layer table and weights
 * @throws AppError `not-enough-examples` where there are fewer than two labels, or one has no photo
 * @throws RangeError where the depth is none
 */
export async function fineTune(
  { blocks: allBlocks, weightsOf }: Pick<Artifact, 'blocks' | 'weightsOf'>,
  set: TuningSet,
  { depth, seed = 0, folds = 1, onProgress, ...options }: FineTuneOptions,
): Promise<FineTunedHead> {
  const examples = checkedPhotos(set);
  const blocks = tunedBlocks(allBlocks, depth);
  const run: RunTuning =
    options.run ?? ((job, tell) => tuneTail({ blocks, weightsOf }, set, job, tell));
  const split = splitExamples(set, folds, seed);
  const jobs = jobsOf(set, split, seed);
  const shares = jobs.map(() => 0);
  const [whole, ...parts] = await Promise.all(
    jobs.map((job, i) =>
      run(job, (share) => {
        shares[i] = share;
        onProgress?.(
          shares.reduce((sum, each) => sum + each, 0),
          jobs.length,
        );
      }),
    ),
  );
  const answers = split && answersOf(set, split, jobs.slice(1), parts);
  return {
    head: { kind: 'softmax', ...whole.head, temperature: answers?.temperature ?? 1 },
    tail: await tailOf(blocks, whole.layers),
    training: {
      examples,
      seed,
      l2: recipe.headL2,
      fineTuned: depth,
      views: set.views,
      epochs: recipe.epochs,
      learningRate: recipe.learningRate,
    },
    ...measuresOf(set, split, answers, answers?.curve ?? []),
  };
}

/** First the training on all photos, then one for each part that is held out. */
function jobsOf({ labelIndices }: TuningSet, split: Split | undefined, seed: number): TuningJob[] {
  const all = Int32Array.from(labelIndices.keys());
  const { epochs } = recipe;
  const none = new Int32Array();
  const jobs: TuningJob[] = [{ trainingPhotos: all, validationPhotos: none, seed, epochs }];
  for (let fold = 0; split !== undefined && fold < split.count; fold++) {
    jobs.push({
      trainingPhotos: all.filter((photo) => split.folds[photo] !== fold),
      validationPhotos: all.filter((photo) => split.folds[photo] === fold),
      seed,
      epochs,
    });
  }
  return jobs;
}

/** What the parts' tails made of the photos that they had not seen, with the temperature that suits all. */
function answersOf(
  { labelIndices, labels }: TuningSet,
  { rows }: Split,
  jobs: readonly TuningJob[],
  parts: readonly TunedTail[],
): HeldOutAnswers & { readonly curve: readonly CurvePoint[] } {
  const truth = rows.map((row) => labelIndices[row]);
  const places = new Map(Array.from(rows, (row, place) => [row, place]));

  /** Rows of all parts, in the photos' order. */
  function gather(logitsOf: (part: TunedTail) => Float64Array): Float64Array {
    const gathered = new Float64Array(rows.length * labels.length);
    for (const [i, part] of parts.entries()) {
      const logits = logitsOf(part);
      for (const [row, photo] of jobs[i].validationPhotos.entries()) {
        const own = logits.subarray(row * labels.length, (row + 1) * labels.length);
        gathered.set(own, (places.get(photo) ?? 0) * labels.length);
      }
    }
    return gathered;
  }

  const logits = gather((part) => part.logits);
  const temperature = fitTemperature(logits, truth);
  const probabilities = softmaxRows(logits, labels.length, temperature);
  const curve = parts[0].epochs.map((_, epoch): CurvePoint => {
    const epochLogits = gather((part) => part.epochs[epoch].logits);
    const right = truth.filter((label, i) => mostProbable(epochLogits, labels.length, i) === label);
    return {
      iteration: epoch + 1,
      trainingLoss: mean(parts.map(({ epochs }) => epochs[epoch].trainingLoss)),
      trainingAccuracy: mean(parts.map(({ epochs }) => epochs[epoch].trainingAccuracy)),
      validationLoss: logLoss(truth, softmaxRows(epochLogits, labels.length, 1), labels.length),
      validationAccuracy: right.length / truth.length,
    };
  });
  return {
    truth,
    probabilities,
    temperature,
    logLoss: logLoss(truth, probabilities, labels.length),
    curve,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
