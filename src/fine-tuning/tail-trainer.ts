import type { LinearHead } from '../classes/coordinates.ts';
import type { RealWeights } from '../mobilenet/loaded-layer.ts';
import { Adam } from './adam.ts';
import { type HeadLoss, headLoss } from './head-loss.ts';
import type { Parameters } from './parameters.ts';
import { learningRateShare, recipe } from './recipe.ts';
import { runTail, type TrainableTail, tailGradients } from './trainable-tail.ts';
import { batchOf, type TuningSet, type ViewPlace } from './tuning-set.ts';

/** Parameters that move at one learning rate. */
interface Group {
  readonly parameters: Parameters;
  readonly optimiser: Adam;
  readonly learningRate: number;
}

/** Where the head stands among the parameters; no layer is called so. */
const headName = 'head';

/** Trains the last blocks and a head together, by gradient descent on batches of photos. */
export class TailTrainer {
  readonly #tail: TrainableTail;
  readonly #head: RealWeights;
  readonly #groups: readonly Group[];
  readonly #steps: number;
  #step = 0;

  /**
   * @param tail where training begins, and what it changes, in place
   * @param head the same, of the head
   * @param steps how many there will be
   */
  constructor(tail: TrainableTail, head: LinearHead, steps: number) {
    this.#tail = tail;
    this.#head = head;
    this.#steps = steps;
    const lastNames = new Set(tail.blocks.at(-1)?.layers.map(({ name }) => name));
    const last = [...tail.parameters].filter(([name]) => lastNames.has(name));
    const before = [...tail.parameters].filter(([name]) => !lastNames.has(name));
    this.#groups = [
      {
        parameters: new Map([...last, [headName, head]]),
        optimiser: new Adam(),
        learningRate: recipe.learningRate,
      },
      {
        parameters: new Map(before),
        optimiser: new Adam(),
        learningRate: recipe.blockLearningRate,
      },
    ];
  }

  /**
   * One step.
   *
   * @param places what to train on
   * @param weights [places]: how much each counts, 1 on average
   * @returns the batch's mean loss in nats, and how many of it were right, before the step
   */
  step(
    set: TuningSet,
    places: readonly ViewPlace[],
    weights: readonly number[],
  ): Pick<HeadLoss, 'loss' | 'correct'> {
    this.#step += 1;
    const { blocks } = this.#tail;
    const run = runTail(this.#tail, batchOf(set, places, blocks[0].layers[0].inputChannels));
    const truth = Int32Array.from(places, ({ photo }) => set.labelIndices[photo]);
    const shares = Float64Array.from(weights, (weight) => weight / places.length);
    const { loss, correct, head, embeddings } = headLoss(this.#head, run.embeddings, truth, shares);
    const gradients = tailGradients(blocks, run, embeddings);
    gradients.set(headName, head);
    const share = learningRateShare(this.#step, this.#steps);
    for (const { parameters, optimiser, learningRate } of this.#groups) {
      optimiser.step(parameters, gradients, learningRate * share);
    }
    return { loss, correct };
  }
}
