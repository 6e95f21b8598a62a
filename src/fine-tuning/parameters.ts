import type { RealWeights } from '../mobilenet/loaded-layer.ts';

/** Weights of layers, or gradients by them, by the layers' names. */
export type Parameters = ReadonlyMap<string, RealWeights>;

/** @throws Error where there are none of this name */
export function weightsOf(parameters: Parameters, name: string): RealWeights {
  const found = parameters.get(name);
  if (found === undefined) throw new Error(`There are no weights of the layer ${name}.`);
  return found;
}
