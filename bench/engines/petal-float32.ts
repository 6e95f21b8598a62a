import { type LoadedNetwork, loadNetwork } from '../../src/mobilenet/network.ts';
import type { Engine, EngineParts } from './engine.ts';

/** Petal's network as it serves, in float32 on tfjs's WASM backend. */
export async function load({ wasm, model }: EngineParts): Promise<Engine<Float32Array>> {
  if (wasm === undefined) throw new Error("tfjs's backend needs its binary.");
  const network: LoadedNetwork = loadNetwork({ wasm, artifact: model.buffer });
  return {
    prepare: (pixels) => Float32Array.from(pixels, (value) => value / 127.5 - 1),
    run: (input) => network.infer(input).probabilities,
    heapBytes: () => network.wasmHeapBytes(),
  };
}
