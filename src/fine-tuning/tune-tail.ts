import type { LinearHead } from '../classes/coordinates.ts';
import { embeddingLength, softmaxLogits } from '../classes/head.ts';
import { Pace } from '../classes/pace.ts';
import {
  arrived,
  balancedWeights,
  fitSoftmax,
  prepareExamples,
} from '../classes/softmax-regression.ts';
import type { Block, Layer, LayerWeights } from '../mobilenet/artifact.ts';
import { realWeights } from '../mobilenet/loaded-layer.ts';
import { seededRandom, shuffled } from '../seeded-random.ts';
import { embedViews } from './embed-views.ts';
import type { Parameters } from './parameters.ts';
import { quantiseLayers } from './quantise.ts';
import { recipe } from './recipe.ts';
import { TailTrainer } from './tail-trainer.ts';
import type { TrainableTail } from './trainable-tail.ts';
import type { TuningSet, ViewPlace } from './tuning-set.ts';

/** One training: on some photos, measured on others. */
export interface TuningJob {
  /** Photos to train on, ascending; some of each label. */
  readonly trainingPhotos: Int32Array;
  /** Photos to be answered after each epoch and in the end; may be none. */
  readonly validationPhotos: Int32Array;
  /** Deals batches and views. */
  readonly seed: number;
  /** Times that each photo is seen, each time in one of its views. */
  readonly epochs: number;
}

/** How training stands after an epoch. */
export interface Epoch {
  /** Mean over its batches, each before its step, in nats. */
  readonly trainingLoss: number;
  /** 0..1, also before each step. */
  readonly trainingAccuracy: number;
  /** [validation photos, labels], row-major: logits, by the head in training. */
  readonly logits: Float64Array;
}

/** What came of a job. Can be sent from one thread to another. */
export interface TunedTail {
  /** The blocks' weights as they are stored and served, by the layers' names. */
  readonly layers: ReadonlyMap<string, LayerWeights>;
  /** Fitted to the embeddings that those very weights give. */
  readonly head: LinearHead;
  /** [validation photos, labels], row-major: what weights and head make of the photos as they are. */
  readonly logits: Float64Array;
  readonly epochs: readonly Epoch[];
}

/** The backbone's layer table, and its weights. */
export interface Backbone {
  readonly blocks: readonly Block[];
  weightsOf(layer: Layer): LayerWeights;
}

/** Heads arrive long before. */
const maxIterations = 200;

/**
 * Trains a tail and a head on the current tfjs backend: first a head on what
 * the blocks give as they are, then both together; then the blocks' weights are
 * rounded as they are served, and a head is fitted to what they give then.
 * Works for minutes without a pause: on a thread of its own. The same job gives
 * the same result.
 *
 * @param pretrained the blocks to train, as {@link tunedBlocks} gives them, and the backbone's weights
 * @param onProgress is told the share that is done, 0..1
 */
export async function tuneTail(
  { blocks, weightsOf }: Pick<Backbone, 'blocks' | 'weightsOf'>,
  set: TuningSet,
  job: TuningJob,
  onProgress: (share: number) => void = () => {},
): Promise<TunedTail> {
  const layers = blocks.flatMap((block) => block.layers);
  const tail = { blocks, parameters: parametersOf(layers, weightsOf) };
  const head = await fitHead(tail, set, job, recipe.firstHeadL2);
  const epochs = trainTogether(tail, head, set, job, onProgress);
  const quantised = quantiseLayers(layers, tail.parameters);
  const served = { blocks, parameters: parametersOf(layers, ({ name }) => found(quantised, name)) };
  const servedHead = await fitHead(served, set, job, recipe.headL2);
  const logits = answer(served, servedHead, set, job.validationPhotos);
  return { layers: quantised, head: servedHead, logits, epochs };
}

/** Weights of layers as they are calculated with, for training to change. */
function parametersOf(
  layers: readonly Layer[],
  weightsOf: (layer: Layer) => LayerWeights,
): Parameters {
  return new Map(
    layers.map((layer) => {
      const { weights, biases } = realWeights(layer, weightsOf(layer));
      return [layer.name, { weights, biases: biases.slice() }];
    }),
  );
}

function found(layers: ReadonlyMap<string, LayerWeights>, name: string): LayerWeights {
  const weights = layers.get(name);
  if (weights === undefined) throw new Error(`There are no weights of the layer ${name}.`);
  return weights;
}

async function fitHead(
  tail: TrainableTail,
  set: TuningSet,
  { trainingPhotos }: TuningJob,
  l2: number,
): Promise<LinearHead> {
  const views = Math.min(set.views, recipe.headViews);
  const places = [...trainingPhotos].flatMap((photo) =>
    Array.from({ length: views }, (_, view) => ({ photo, view })),
  );
  const pace = new Pace(async () => {});
  const examples = await prepareExamples(
    {
      labels: set.labels,
      embeddings: embedViews(tail, set, places),
      labelIndices: Int32Array.from(places, ({ photo }) => set.labelIndices[photo]),
    },
    pace,
  );
  const rows = Int32Array.from(places.keys());
  return fitSoftmax(examples, { l2, rows, pace }, { maxIterations, gradientNorm: arrived });
}

/** Trains a tail and a head together, both in place. */
function trainTogether(
  tail: TrainableTail,
  head: LinearHead,
  set: TuningSet,
  { trainingPhotos, validationPhotos, seed, epochs: epochCount }: TuningJob,
  onProgress: (share: number) => void,
): Epoch[] {
  const random = seededRandom(seed);
  const batches = Math.ceil(trainingPhotos.length / recipe.batchSize);
  const steps = epochCount * batches;
  const trainer = new TailTrainer(tail, head, steps);
  const shares = balancedWeights(set.labelIndices, trainingPhotos, set.labels.length);
  const epochs: Epoch[] = [];
  for (let epoch = 0; epoch < epochCount; epoch++) {
    const order = shuffled(trainingPhotos.keys(), random);
    let [loss, correct] = [0, 0];
    for (let batch = 0; batch < batches; batch++) {
      const rows = order.slice(batch * recipe.batchSize, (batch + 1) * recipe.batchSize);
      const places = rows.map(
        (row): ViewPlace => ({
          photo: trainingPhotos[row],
          view: Math.floor(random() * set.views),
        }),
      );
      const weights = rows.map((row) => shares[row] * trainingPhotos.length);
      const before = trainer.step(set, places, weights);
      loss += before.loss / batches;
      correct += before.correct;
      onProgress((epoch * batches + batch + 1) / steps);
    }
    epochs.push({
      trainingLoss: loss,
      trainingAccuracy: correct / trainingPhotos.length,
      logits: answer(tail, head, set, validationPhotos),
    });
  }
  return epochs;
}

/** Logits of photos as they are, [photos, labels], row-major. */
function answer(
  tail: TrainableTail,
  head: LinearHead,
  set: TuningSet,
  photos: Int32Array,
): Float64Array {
  const places = Array.from(photos, (photo) => ({ photo, view: 0 }));
  const embeddings = embedViews(tail, set, places);
  const logits = new Float64Array(photos.length * set.labels.length);
  for (const row of places.keys()) {
    const own = embeddings.subarray(row * embeddingLength, (row + 1) * embeddingLength);
    logits.set(softmaxLogits(head, own), row * set.labels.length);
  }
  return logits;
}
