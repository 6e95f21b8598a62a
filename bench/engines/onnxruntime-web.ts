import * as runtime from 'onnxruntime-web/wasm';
import { type Engine, type EngineParts, Instantiation } from './engine.ts';
import { startSession } from './onnxruntime.ts';

/** ONNX Runtime in WebAssembly, on one thread. */
export async function load({ wasm, model }: EngineParts): Promise<Engine<Float32Array>> {
  const instantiation = new Instantiation(wasm);
  runtime.env.wasm.numThreads = 1;
  // The package takes bytes only, and hands them to WebAssembly.instantiate.
  runtime.env.wasm.wasmBinary = new ArrayBuffer(1);
  const { instantiate } = WebAssembly;
  Object.assign(WebAssembly, {
    instantiate: async (_bytes: BufferSource, imports: WebAssembly.Imports) =>
      instantiation.source(imports),
  });
  try {
    const session = await startSession(runtime, model);
    return { ...session, heapBytes: () => instantiation.heapBytes() };
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
}
