import {
  add,
  avgPool,
  dispose,
  fused,
  memory,
  reshape,
  softmax,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { type Artifact, type Block, type Layer, weightShape } from './artifact.ts';

/** A layer with its weights on the backend. */
interface LoadedLayer {
  layer: Layer;
  filter: Tensor4D;
  bias: Tensor1D;
}

interface LoadedBlock {
  block: Block;
  layers: LoadedLayer[];
}

/** What is read back from the backend only if it is asked for. */
export interface Wanted {
  /** 250 kB. */
  readonly featureMap?: boolean;
}

/** What the network makes of one input. Copies, which are the caller's. */
export interface Inference {
  /** [outputs], summing to 1; output 0 is "background". */
  readonly probabilities: Float32Array;
  /** [channels]: the mean of the feature map over its positions, 0..6, which the classifier sees. */
  readonly embedding: Float32Array;
  /** [side, side, channels], row-major, 0..6; there if it was wanted. */
  readonly featureMap?: Float32Array;
}

/**
 * MobileNetV2 (https://arxiv.org/abs/1801.04381) on the current tfjs backend,
 * in float32 from the artifact's int8 weights. Owns its weight tensors until
 * {@link Backbone.dispose}; no call leaves a tensor behind.
 *
 * All calls are synchronous: two requests can't interleave inside one, and no
 * promise is shared between requests.
 */
export class Backbone {
  readonly #blocks: LoadedBlock[];
  readonly #inputSize: number;

  /** Uploads the weights, 14 MB as float32. Keeps none of the artifact's bytes. */
  constructor(artifact: Artifact) {
    this.#inputSize = artifact.metadata.inputSize;
    this.#blocks = artifact.blocks.map((block) => ({
      block,
      layers: block.layers.map((layer) => loadLayer(artifact, layer)),
    }));
  }

  /**
   * Runs the network, once for all that can be read out of it.
   *
   * @param input float32 [inputSize, inputSize, 3], row-major RGB, -1..1
   * @param wanted what costs extra to read
   */
  infer(input: Float32Array, { featureMap: wantsFeatureMap = false }: Wanted = {}): Inference {
    const size = this.#inputSize;
    const features = this.#blocks
      .slice(0, -1)
      .reduce(
        (x, { block, layers }) => runBlock(block, layers, x),
        tensor(input, [1, size, size, 3]) as Tensor4D,
      );
    const [embedding, probabilities] = tidy(() => {
      const [, height, width] = features.shape;
      const mean = avgPool(features, [height, width], 1, 'valid');
      const classifier = this.#blocks.at(-1);
      if (classifier === undefined) throw new Error('The network has no layers.');
      const logits = classifier.layers.reduce(runLayer, mean);
      return [mean, softmax(reshape(logits, [1, -1]) as Tensor2D)];
    });
    const inference = {
      probabilities: probabilities.dataSync<'float32'>(),
      embedding: embedding.dataSync<'float32'>(),
      ...(wantsFeatureMap ? { featureMap: features.dataSync<'float32'>() } : {}),
    };
    dispose([features, embedding, probabilities]);
    return inference;
  }

  /** Tensors alive in this isolate, weights included. Grows only if something leaks. */
  tensorCount(): number {
    return memory().numTensors;
  }

  /** Frees the weights. The backbone can't be used afterwards. */
  dispose(): void {
    for (const { layers } of this.#blocks) {
      for (const { filter, bias } of layers) dispose([filter, bias]);
    }
    this.#blocks.length = 0;
  }
}

/** Turns a layer's int8 weights into float32, real = int8 * scale of the output channel. */
function loadLayer(artifact: Artifact, layer: Layer): LoadedLayer {
  const { weights, scales, biases } = artifact.weightsOf(layer);
  const values = new Float32Array(weights.length);
  // In HWIO, and in a depthwise filter's HWC1, the output channel is innermost.
  const channels = layer.outputChannels;
  for (let start = 0; start < weights.length; start += channels) {
    for (let channel = 0; channel < channels; channel++) {
      values[start + channel] = weights[start + channel] * scales[channel];
    }
  }
  return {
    layer,
    filter: tensor(values, weightShape(layer)) as Tensor4D,
    bias: tensor1d(biases),
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

/** Runs one convolution; frees nothing that it is given. */
function runLayer(x: Tensor4D, { layer, filter, bias }: LoadedLayer): Tensor4D {
  const convolve = layer.kind === 'depthwise' ? fused.depthwiseConv2d : fused.conv2d;
  return convolve({
    x,
    filter,
    bias,
    strides: layer.stride,
    pad: 'same',
    activation: layer.activation,
  }) as Tensor4D;
}
