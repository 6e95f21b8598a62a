import { byteScaling, toPlanes } from '../planes.ts';
import type { OnnxRuntime } from '../rivals.ts';
import type { Engine } from './engine.ts';

const inputShape = [1, 3, 224, 224];

/** As Petal runs: one thread, and every rewriting of the graph that the runtime knows. */
export const oneThread = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
} as const;

/**
 * The network in ONNX Runtime on one thread, be it native or WebAssembly.
 *
 * @param model an ONNX file as `writeOnnxModel` writes it
 */
export async function startSession(
  { InferenceSession, Tensor }: OnnxRuntime,
  model: Uint8Array,
): Promise<Pick<Engine<Float32Array>, 'prepare' | 'run'>> {
  const session = await InferenceSession.create(model, oneThread);
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  return {
    prepare: (pixels) => toPlanes(pixels, byteScaling),
    async run(planes) {
      const outputs = await session.run({ [input]: new Tensor('float32', planes, inputShape) });
      return outputs[output].data;
    },
  };
}
