import type { LayerWeights } from '../mobilenet/artifact.ts';
import type { Layer } from '../mobilenet/layer-table.ts';
import type { RealWeights } from '../mobilenet/loaded-layer.ts';
import { type Parameters, weightsOf } from './parameters.ts';

/** The largest int8 value; -128 is left out, so that the range is symmetric, as in the backbone. */
const largestInt8 = 127;

/** The least float32 that has all of its digits. */
const leastScale = 2 ** -126;

/**
 * Rounds weights to int8, a scale for each output channel, as the backbone has
 * them: https://www.tensorflow.org/lite/performance/quantization_spec. No
 * weight moves by more than half of its channel's scale. What was quantised
 * before comes out the same.
 */
export function quantise(
  { outputChannels }: Pick<Layer, 'outputChannels'>,
  { weights, biases }: RealWeights,
): LayerWeights {
  const scales = new Float32Array(outputChannels);
  for (let start = 0; start < weights.length; start += outputChannels) {
    for (let channel = 0; channel < outputChannels; channel++) {
      scales[channel] = Math.max(scales[channel], Math.abs(weights[start + channel]));
    }
  }
  for (let channel = 0; channel < outputChannels; channel++) {
    const scale = scales[channel] / largestInt8;
    // A channel of zeros stays one, with any scale; what is hardly more becomes one.
    scales[channel] = scale < leastScale ? 1 : scale;
  }
  return {
    weights: Int8Array.from(weights, (weight, i) =>
      Math.round(weight / scales[i % outputChannels]),
    ),
    scales,
    biases: biases.slice(),
  };
}

/** All layers' weights as they are stored, by the layers' names. */
export function quantiseLayers(
  layers: readonly Layer[],
  parameters: Parameters,
): Map<string, LayerWeights> {
  return new Map(
    layers.map((layer) => [layer.name, quantise(layer, weightsOf(parameters, layer.name))]),
  );
}
