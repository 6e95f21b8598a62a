import { loadOnnxRuntime } from '../rivals.ts';
import type { Engine, EngineParts } from './engine.ts';
import { startSession } from './onnxruntime.ts';

/** ONNX Runtime as native code, which no edge runtime can have. */
export async function load({ model }: EngineParts): Promise<Engine<Float32Array>> {
  const session = await startSession(await loadOnnxRuntime(), model);
  return { ...session, heapBytes: () => undefined };
}
