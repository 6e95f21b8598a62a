import type { RealWeights } from '../mobilenet/loaded-layer.ts';

/** Weights of layers, or gradients by them, by the layers' names. */
export type Parameters = ReadonlyMap<string, RealWeights>;
