import { biasGradient } from './bias-gradient.ts';
import type { LayerGradients, LayerRun } from './layer-run.ts';

/** Taps of a filter, across and down. */
const taps = 3;

/**
 * A depthwise convolution multiplies each channel of a position and its eight
 * neighbours with that channel's nine weights. tfjs's WASM backend has no
 * kernel for its gradients; these are plain loops, a tenth of a block's work.
 *
 * @param gradient of the loss by what the layer gave before its activation
 */
export function depthwiseGradients(
  { layer, parameters, input, output }: LayerRun,
  gradient: Float32Array,
  wantsInput: boolean,
): LayerGradients {
  const { values: x, photos, side, channels } = input;
  const before = paddingBefore(side, layer.stride);
  const weights = new Float32Array(parameters.weights.length);
  const inputGradient = wantsInput ? new Float32Array(x.length) : undefined;
  for (let photo = 0; photo < photos; photo++) {
    for (let outRow = 0; outRow < output.side; outRow++) {
      for (let outColumn = 0; outColumn < output.side; outColumn++) {
        const at = ((photo * output.side + outRow) * output.side + outColumn) * channels;
        for (let tap = 0; tap < taps * taps; tap++) {
          const row = outRow * layer.stride - before + Math.floor(tap / taps);
          const column = outColumn * layer.stride - before + (tap % taps);
          if (row < 0 || row >= side || column < 0 || column >= side) continue;
          const from = ((photo * side + row) * side + column) * channels;
          const filter = tap * channels;
          for (let channel = 0; channel < channels; channel++) {
            weights[filter + channel] += x[from + channel] * gradient[at + channel];
          }
          if (inputGradient === undefined) continue;
          for (let channel = 0; channel < channels; channel++) {
            inputGradient[from + channel] +=
              parameters.weights[filter + channel] * gradient[at + channel];
          }
        }
      }
    }
  }
  return {
    parameters: { weights, biases: biasGradient(gradient, channels) },
    ...(inputGradient === undefined ? {} : { input: inputGradient }),
  };
}

/**
 * Zeros before the first row and column, as TensorFlow's `same` padding has
 * them: half of what is missing, rounded down, so that with a stride of 2 an
 * even side has none before and one after
 * (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
 */
function paddingBefore(side: number, stride: number): number {
  const outputs = Math.ceil(side / stride);
  return Math.floor(Math.max(0, (outputs - 1) * stride + taps - side) / 2);
}
