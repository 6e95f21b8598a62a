import { biasGradient } from './bias-gradient.ts';
import type { LayerGradients, LayerRun } from './layer-run.ts';
import { multiply, transpose } from './matrix.ts';

/**
 * A 1x1 convolution is a matrix product, Y = X W + b with a row a position. So
 * its gradients are: by W the product of X transposed and G, by X that of G and
 * W transposed.
 *
 * @param gradient G, of the loss by what the layer gave before its activation
 * @throws Error where the layer has a stride, which no pointwise layer of MobileNetV2 has
 */
export function pointwiseGradients(
  { layer, parameters, input }: LayerRun,
  gradient: Float32Array,
  wantsInput: boolean,
): LayerGradients {
  const { inputChannels: inputs, outputChannels: outputs } = layer;
  if (layer.kind !== 'pointwise' || layer.stride !== 1) {
    throw new Error(`The layer ${layer.name} can't be trained.`);
  }
  const positions = input.values.length / inputs;
  const biases = biasGradient(gradient, outputs);
  const weights = weightGradient(input.values, gradient, [positions, inputs, outputs]);
  if (!wantsInput) return { parameters: { weights, biases } };
  const turned = transpose(parameters.weights, inputs, outputs);
  return {
    parameters: { weights, biases },
    input: multiply(gradient, turned, [positions, outputs, inputs]),
  };
}

/** The product of X transposed and G; the narrower of both is transposed, as that is less to move. */
function weightGradient(
  x: Float32Array,
  g: Float32Array,
  [positions, inputs, outputs]: readonly [number, number, number],
): Float32Array {
  if (inputs <= outputs) {
    return multiply(transpose(x, positions, inputs), g, [inputs, positions, outputs]);
  }
  const turned = multiply(transpose(g, positions, outputs), x, [outputs, positions, inputs]);
  return transpose(turned, outputs, inputs);
}
