import {
  add,
  avgPool,
  dispose,
  memory,
  reshape,
  softmax,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Artifact } from './artifact.ts';
import type { Block } from './layer-table.ts';
import { type LoadedLayer, loadLayer, realWeights, runLayer } from './loaded-layer.ts';
import { realValues } from './pixels.ts';
import type { Tail } from './tail.ts';

interface LoadedBlock {
  block: Block;
  layers: LoadedLayer[];
}

/** What is read back from the backend only if it is asked for. */
export interface Wanted {
  /** 250 kB. */
  readonly featureMap?: boolean;
}

/** Where an embedding comes from: the backbone's own last blocks, or somebody's. */
export type Source = 'backbone' | Tail;

/** What one source makes of an input. Copies, which are the caller's. */
export interface Reading {
  /** [channels]: the mean of the feature map over its positions, 0..6, which the classifier sees. */
  readonly embedding: Float32Array;
  /** [side, side, channels], row-major, 0..6; there if it was wanted. */
  readonly featureMap?: Float32Array;
}

/** What the network makes of one input. */
export interface Inference extends Reading {
  /** [outputs], summing to 1; output 0 is "background". */
  readonly probabilities: Float32Array;
}

/**
 * How many weights of tails stay loaded, beside those of the last one used: 8
 * bytes each, once as a tensor and once as XNNPACK packs them. An isolate has
 * 16 MB for them beside the backbone and the photos.
 */
const maxTailWeights = 2_000_000;

/**
 * MobileNetV2 (https://arxiv.org/abs/1801.04381) on the current tfjs backend,
 * in float32 from the artifact's int8 weights. Owns its weight tensors until
 * {@link Backbone.dispose}; no call leaves a tensor behind.
 *
 * All calls are synchronous: two requests can't interleave inside one, and no
 * promise is shared between requests.
 */
export class Backbone {
  /** All but the classifier. */
  readonly #blocks: LoadedBlock[];
  readonly #classifier: LoadedBlock;
  readonly #inputSize: number;
  /** By the hash of their weights, the last used at the end. */
  readonly #tails = new Map<string, LoadedBlock[]>();

  /** Uploads the weights, 14 MB as float32. Keeps none of the artifact's bytes. */
  constructor(artifact: Artifact) {
    this.#inputSize = artifact.metadata.inputSize;
    const blocks = loadBlocks(artifact);
    const classifier = blocks.pop();
    if (classifier === undefined) throw new Error('The network has no layers.');
    this.#blocks = blocks;
    this.#classifier = classifier;
  }

  /**
   * Runs the network, once for all that can be read out of it.
   *
   * @param input uint8 [inputSize, inputSize, 3], row-major RGB, 0..255
   * @param wanted what costs extra to read
   */
  infer(input: Uint8Array, wanted?: Wanted): Inference {
    const [reading] = this.read(input, ['backbone'], wanted);
    return { ...reading, probabilities: this.classify(reading.embedding) };
  }

  /**
   * Runs all but the classifier, for several sources at once: what they share
   * runs once.
   *
   * @param input as for {@link Backbone.infer}
   * @param sources at least one
   * @returns one reading for each source, in their order
   */
  read(input: Uint8Array, sources: readonly Source[], wanted: Wanted = {}): Reading[] {
    const starts = sources.map(
      (source) => this.#blocks.length - (source === 'backbone' ? 0 : source.blocks.length),
    );
    // From the one that leaves the backbone first to the last: `x` goes on along the backbone.
    const order = [...starts.keys()].sort((a, b) => starts[a] - starts[b]);
    const readings: Reading[] = [];
    let x = this.#upload(input);
    let at = 0;
    for (const i of order) {
      x = runBlocks(this.#blocks.slice(at, starts[i]), x);
      at = starts[i];
      const source = sources[i];
      // Loaded when it is run, as loading one may free another.
      const features = runBlocks(source === 'backbone' ? [] : this.#load(source), x.clone());
      readings[i] = readOut(features, wanted);
      features.dispose();
    }
    x.dispose();
    return readings;
  }

  /**
   * What goes into a block, for training it and all after it.
   *
   * @param input as for {@link Backbone.infer}
   * @returns [side, side, channels], row-major
   * @throws RangeError where there is no such block before the classifier
   */
  activationBefore(input: Uint8Array, blockName: string): Float32Array {
    const end = this.#blocks.findIndex(({ block }) => block.name === blockName);
    if (end < 0) throw new RangeError(`Expected the name of a block but received ${blockName}.`);
    const x = runBlocks(this.#blocks.slice(0, end), this.#upload(input));
    const activation = x.dataSync<'float32'>();
    x.dispose();
    return activation;
  }

  /**
   * Probabilities of the backbone's own classes.
   *
   * @param embedding the backbone's own, [channels]
   * @returns [outputs], summing to 1; output 0 is "background"
   */
  classify(embedding: Float32Array): Float32Array {
    const probabilities = tidy(() => {
      const mean = tensor(embedding, [1, 1, 1, embedding.length]) as Tensor4D;
      const logits = this.#classifier.layers.reduce(runLayer, mean);
      return softmax(reshape(logits, [1, -1]) as Tensor2D);
    });
    const values = probabilities.dataSync<'float32'>();
    probabilities.dispose();
    return values;
  }

  /** An input as the first layer takes it: [1, inputSize, inputSize, 3]. */
  #upload(input: Uint8Array): Tensor4D {
    return tensor(realValues(input), [1, this.#inputSize, this.#inputSize, 3]) as Tensor4D;
  }

  /** A tail's blocks on the backend. The longest unused make room for it. */
  #load(tail: Tail): LoadedBlock[] {
    const loaded = this.#tails.get(tail.sha256) ?? loadBlocks(tail);
    this.#tails.delete(tail.sha256);
    let weights = weightCount(loaded);
    // The newest first, as long as there is room.
    for (const [sha256, blocks] of [...this.#tails].reverse()) {
      weights += weightCount(blocks);
      if (weights <= maxTailWeights) continue;
      disposeBlocks(blocks);
      this.#tails.delete(sha256);
    }
    this.#tails.set(tail.sha256, loaded);
    return loaded;
  }

  /** Tensors alive in this isolate, weights included. Grows only if something leaks. */
  tensorCount(): number {
    return memory().numTensors;
  }

  /** Frees the weights. The backbone can't be used afterwards. */
  dispose(): void {
    for (const blocks of [this.#blocks, [this.#classifier], ...this.#tails.values()]) {
      disposeBlocks(blocks);
    }
    this.#blocks.length = 0;
    this.#tails.clear();
  }
}

function loadBlocks(weights: Pick<Artifact, 'blocks' | 'weightsOf'>): LoadedBlock[] {
  return weights.blocks.map((block) => ({
    block,
    layers: block.layers.map((layer) =>
      loadLayer(layer, realWeights(layer, weights.weightsOf(layer))),
    ),
  }));
}

function disposeBlocks(blocks: readonly LoadedBlock[]): void {
  for (const { layers } of blocks) {
    for (const { filter, bias } of layers) dispose([filter, bias]);
  }
}

function weightCount(blocks: readonly LoadedBlock[]): number {
  return blocks
    .flatMap(({ layers }) => layers)
    .reduce((count, { filter }) => count + filter.size, 0);
}

/** Runs blocks one after another and frees their input; what comes out is the caller's. */
function runBlocks(blocks: readonly LoadedBlock[], input: Tensor4D): Tensor4D {
  return blocks.reduce((x, { block, layers }) => runBlock(block, layers, x), input);
}

/** Reads an embedding, and the feature map if it is wanted, out of the last block's output; frees nothing of it. */
function readOut(features: Tensor4D, { featureMap: wantsFeatureMap = false }: Wanted): Reading {
  const [, height, width] = features.shape;
  const mean = avgPool(features, [height, width], 1, 'valid');
  const embedding = mean.dataSync<'float32'>();
  mean.dispose();
  return {
    embedding,
    ...(wantsFeatureMap ? { featureMap: features.dataSync<'float32'>() } : {}),
  };
}

/** Runs a block and frees its input, and each intermediate as soon as the next is there. */
function runBlock(block: Block, layers: LoadedLayer[], input: Tensor4D): Tensor4D {
  let x = input;
  for (const loaded of layers) {
    const next = runLayer(x, loaded);
    if (x !== input || !block.residual) dispose(x);
    x = next;
  }
  if (!block.residual) return x;
  const sum = add(x, input) as Tensor4D;
  dispose([x, input]);
  return sum;
}
