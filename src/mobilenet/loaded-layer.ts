import { fused, type Tensor1D, type Tensor4D, tensor, tensor1d } from '@tensorflow/tfjs-core';
import type { LayerWeights } from './artifact.ts';
import { type Layer, weightShape } from './layer-table.ts';

/** A layer with its weights on the backend. */
export interface LoadedLayer {
  readonly layer: Layer;
  readonly filter: Tensor4D;
  readonly bias: Tensor1D;
}

/** A layer's weights as the network calculates with them. */
export interface RealWeights {
  /** In the shape of {@link weightShape}, row-major. */
  readonly weights: Float32Array;
  /** [outputs] */
  readonly biases: Float32Array;
}

/** A layer's int8 weights in float32: real = int8 * scale of the output channel. */
export function realWeights(
  { outputChannels }: Layer,
  { weights, scales, biases }: LayerWeights,
): RealWeights {
  const values = new Float32Array(weights.length);
  // In HWIO, and in a depthwise filter's HWC1, the output channel is innermost.
  for (let start = 0; start < weights.length; start += outputChannels) {
    for (let channel = 0; channel < outputChannels; channel++) {
      values[start + channel] = weights[start + channel] * scales[channel];
    }
  }
  return { weights: values, biases };
}

/** Uploads a layer; both tensors are the caller's. */
export function loadLayer(layer: Layer, { weights, biases }: RealWeights): LoadedLayer {
  return {
    layer,
    filter: tensor(weights, weightShape(layer)) as Tensor4D,
    bias: tensor1d(biases),
  };
}

/** Runs one convolution; frees nothing that it is given. */
export function runLayer(x: Tensor4D, { layer, filter, bias }: LoadedLayer): Tensor4D {
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
