import { loadNetwork } from '../../src/mobilenet/network.ts';
import type { Engine, EngineParts } from './engine.ts';

/** Petal's network in float32 on tfjs's WASM backend. */
export async function load({ wasm, model }: EngineParts): Promise<Engine<Uint8Array>> {
  if (wasm === undefined) throw new Error("tfjs's backend needs its binary.");
  const network = loadNetwork({
    wasm,
    artifact: model.buffer,
    kernels: [],
    arithmetic: 'float32',
  });
  return {
    prepare: (pixels) => pixels,
    run: (input) => network.infer(input).probabilities,
    heapBytes: () => network.wasmHeapBytes(),
  };
}
