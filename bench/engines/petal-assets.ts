import type { NetworkAssets } from '../../src/mobilenet/network.ts';
import type { EngineParts } from './engine.ts';

/** @throws Error where there is no binary of tfjs's, or there are no kernels */
export function assetsOf({ wasm, kernels, model }: EngineParts): NetworkAssets {
  if (wasm === undefined) throw new Error("tfjs's backend needs its binary.");
  if (kernels === undefined) throw new Error('The network needs its int8 kernels.');
  // Whatever level they are of: the network asks them whether they are exact, and nobody asks its name.
  return { wasm, artifact: model.buffer, kernels: [{ level: 'relaxed-simd', module: kernels }] };
}
