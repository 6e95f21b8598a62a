import createModule from '@tensorflow/tfjs-tflite/wasm/tflite_web_api_cc_simd.js';
import { type Engine, type EngineParts, fromBytes, Instantiation } from './engine.ts';

/**
 * tfjs-tflite's interpreter by the bindings of its binary. The package around
 * it would carry the input through a tensor of tfjs, at a cost of its own.
 */
export async function load({ wasm, model }: EngineParts): Promise<Engine<Uint8Array>> {
  const instantiation = new Instantiation(wasm);
  const { instantiateWasm } = instantiation;
  const tflite = await createModule({ instantiateWasm });
  const address = tflite._malloc(model.length);
  tflite.HEAPU8.set(model, address);
  const created = tflite.TFLiteWebModelRunner.CreateFromBufferAndOptions(address, model.length, {
    numThreads: 1,
    enableProfiling: false,
    maxProfilingBufferEntries: 0,
  });
  if (!created.ok()) throw new Error(`tfjs-tflite: ${created.errorMessage()}`);
  const runner = created.value();
  const [input, output] = [runner.GetInputs().get(0), runner.GetOutputs().get(0)];
  return {
    prepare: (pixels) => pixels,
    run(pixels) {
      input.data().set(pixels);
      if (!runner.Infer()) throw new Error('tfjs-tflite: inference failed.');
      return fromBytes(output.data());
    },
    heapBytes: () => instantiation.heapBytes(),
  };
}
