import { depthwiseGradients } from './depthwise-gradient.ts';
import type { LayerGradients, LayerRun } from './layer-run.ts';
import { pointwiseGradients } from './pointwise-gradient.ts';

/**
 * Gradients of one layer, by the chain rule.
 *
 * @param gradient of the loss by the layer's output, in its shape; it is overwritten
 * @param wantsInput whether there are layers before it to go back through
 */
export function layerGradients(
  run: LayerRun,
  gradient: Float32Array,
  wantsInput: boolean,
): LayerGradients {
  if (run.layer.activation === 'relu6') passRelu6(gradient, run.output.values);
  const gradients = run.layer.kind === 'depthwise' ? depthwiseGradients : pointwiseGradients;
  return gradients(run, gradient, wantsInput);
}

/** Makes the gradient by what relu6 gave one by what went into it: there is none where it was cut off. */
export function passRelu6(gradient: Float32Array, output: Float32Array): void {
  for (let i = 0; i < gradient.length; i++) {
    const value = output[i];
    // A product instead of a branch, which the processor could not predict.
    gradient[i] *= Number(value > 0) * Number(value < 6);
  }
}
