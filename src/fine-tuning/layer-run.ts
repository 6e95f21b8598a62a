import type { Layer } from '../mobilenet/layer-table.ts';
import type { RealWeights } from '../mobilenet/loaded-layer.ts';
import type { ActivationBatch } from './activation-batch.ts';

/** One run of a layer, to be gone back through. */
export interface LayerRun {
  readonly layer: Layer;
  readonly parameters: RealWeights;
  readonly input: ActivationBatch;
  /** After the layer's activation function. */
  readonly output: ActivationBatch;
}

/** How the loss changes with what a layer has, and with what went into it. */
export interface LayerGradients {
  readonly parameters: RealWeights;
  /** In the shape of the input; missing where it was not wanted. */
  readonly input?: Float32Array;
}
