import { loadNetwork } from '../../src/mobilenet/network.ts';
import type { Engine, EngineParts } from './engine.ts';
import { assetsOf } from './petal-assets.ts';

/** Petal's network as it serves, in int8 by the kernels that it is given. */
export async function load(parts: EngineParts): Promise<Engine<Uint8Array>> {
  const network = loadNetwork(assetsOf(parts));
  return {
    prepare: (pixels) => pixels,
    run: (input) => network.infer(input).probabilities,
    heapBytes: () => network.wasmHeapBytes(),
  };
}
