import type { LinearHead } from '../classes/coordinates.ts';
import { balancedWeights } from '../classes/softmax-regression.ts';
import type { Artifact, LayerWeights } from '../mobilenet/artifact.ts';
import type { Layer } from '../mobilenet/layer-table.ts';
import { realWeights } from '../mobilenet/loaded-layer.ts';
import { seededRandom, shuffled } from '../seeded-random.ts';
import type { OnViews } from './embed-views.ts';
import type { Parameters } from './parameters.ts';
import { quantiseLayers } from './quantise.ts';
import { recipe } from './recipe.ts';
import { fitHead, headViews, logitsOf } from './tail-head.ts';
import { TailTrainer } from './tail-trainer.ts';
import type { TrainableTail } from './trainable-tail.ts';
import { byName } from './tuned-tail.ts';
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

/** Working gradients out takes twice the time of running a tail. */
const unitsPerStep = 3;

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
  { blocks, weightsOf }: Pick<Artifact, 'blocks' | 'weightsOf'>,
  set: TuningSet,
  job: TuningJob,
  onProgress: (share: number) => void = () => {},
): Promise<TunedTail> {
  const layers = blocks.flatMap((block) => block.layers);
  const { trainingPhotos, validationPhotos } = job;
  const units =
    2 * headViews(set, trainingPhotos) + job.epochs * trainingPhotos.length * unitsPerStep;
  let done = 0;
  function onViews(views: number): void {
    done += views;
    onProgress(done / units);
  }

  const tail = { blocks, parameters: parametersOf(layers, weightsOf) };
  const head = await fitHead(tail, set, trainingPhotos, recipe.firstHeadL2, onViews);
  const epochs = trainTogether(tail, head, set, job, (photos) => onViews(photos * unitsPerStep));
  const quantised = quantiseLayers(layers, tail.parameters);
  const served = { blocks, parameters: parametersOf(layers, byName(quantised)) };
  const servedHead = await fitHead(served, set, trainingPhotos, recipe.headL2, onViews);
  const logits = logitsOf(served, servedHead, set, validationPhotos);
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

/** Trains a tail and a head together, both in place. */
function trainTogether(
  tail: TrainableTail,
  head: LinearHead,
  set: TuningSet,
  { trainingPhotos, validationPhotos, seed, epochs: epochCount }: TuningJob,
  onPhotos: OnViews,
): Epoch[] {
  const random = seededRandom(seed);
  const batches = Math.ceil(trainingPhotos.length / recipe.batchSize);
  const trainer = new TailTrainer(tail, head, epochCount * batches);
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
      onPhotos(places.length);
    }
    epochs.push({
      trainingLoss: loss,
      trainingAccuracy: correct / trainingPhotos.length,
      logits: logitsOf(tail, head, set, validationPhotos),
    });
  }
  return epochs;
}
