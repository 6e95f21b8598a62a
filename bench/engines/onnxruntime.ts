import { byteScaling, toPlanes } from '../planes.ts';
import type { Engine } from './engine.ts';

/** The part that ONNX Runtime's packages for browsers and for Node.js have in common. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: 'float32', values: Float32Array, shape: number[]) => unknown;
}

interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(inputs: Record<string, unknown>): Promise<Record<string, { readonly data: Float32Array }>>;
}

const inputShape = [1, 3, 224, 224];

/** @param model an ONNX file as `writeOnnxModel` writes it */
export async function startSession(
  { InferenceSession, Tensor }: OnnxRuntime,
  model: Uint8Array,
): Promise<Pick<Engine<Float32Array>, 'prepare' | 'run'>> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
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
