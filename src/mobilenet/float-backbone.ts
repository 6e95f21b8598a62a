import {
  memory,
  reshape,
  softmax,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Artifact } from './artifact.ts';
import {
  type Backbone,
  inOrderOfLeaving,
  type Reading,
  type Source,
  type Wanted,
} from './backbone.ts';
import { disposeBlocks, type LoadedBlock, loadBlocks, readOut, runBlocks } from './loaded-block.ts';
import { runLayer } from './loaded-layer.ts';
import { LoadedTails } from './loaded-tails.ts';
import { realValues } from './pixels.ts';

/**
 * MobileNetV2 (https://arxiv.org/abs/1801.04381) on the current tfjs backend,
 * in float32 from the artifact's int8 weights. Owns its weight tensors until
 * {@link FloatBackbone.dispose}; no call leaves a tensor behind.
 *
 * All calls are synchronous: two requests can't interleave inside one, and no
 * promise is shared between requests.
 */
export class FloatBackbone implements Backbone {
  /** All but the classifier. */
  readonly #blocks: LoadedBlock[];
  readonly #classifier: LoadedBlock;
  readonly #inputSize: number;
  readonly #tails = new LoadedTails();

  /** Uploads the weights, 14 MB as float32. Keeps none of the artifact's bytes. */
  constructor(artifact: Artifact) {
    this.#inputSize = artifact.metadata.inputSize;
    const blocks = loadBlocks(artifact);
    const classifier = blocks.pop();
    if (classifier === undefined) throw new Error('The network has no layers.');
    this.#blocks = blocks;
    this.#classifier = classifier;
  }

  read(input: Uint8Array, sources: readonly Source[], wanted: Wanted = {}): Reading[] {
    const readings: Reading[] = [];
    let x = this.#upload(input);
    let at = 0;
    for (const { source, i, start } of inOrderOfLeaving(sources, this.#blocks.length)) {
      x = runBlocks(this.#blocks.slice(at, start), x);
      at = start;
      const features = source === 'backbone' ? x.clone() : this.#tails.run(source, x.clone());
      readings[i] = readOut(features, wanted);
      features.dispose();
    }
    x.dispose();
    return readings;
  }

  activationBefore(input: Uint8Array, blockName: string): Float32Array {
    const end = this.#blocks.findIndex(({ block }) => block.name === blockName);
    if (end < 0) throw new RangeError(`Expected the name of a block but received ${blockName}.`);
    const x = runBlocks(this.#blocks.slice(0, end), this.#upload(input));
    const activation = x.dataSync<'float32'>();
    x.dispose();
    return activation;
  }

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

  tensorCount(): number {
    return memory().numTensors;
  }

  dispose(): void {
    disposeBlocks([...this.#blocks, this.#classifier]);
    this.#blocks.length = 0;
    this.#tails.dispose();
  }
}
