import runtime from 'onnxruntime-node';
import type { Engine, EngineParts } from './engine.ts';
import { startSession } from './onnxruntime.ts';

/** ONNX Runtime as native code, on one thread: what no edge runtime can have. */
export async function load({ model }: EngineParts): Promise<Engine<Float32Array>> {
  return { ...(await startSession(runtime, model)), heapBytes: () => undefined };
}
