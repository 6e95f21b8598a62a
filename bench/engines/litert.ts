/** LiteRT.js by its public interface, in runtimes without a page. */
import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';
import type { ModuleFactory } from '@litertjs/core/wasm/litert_wasm_internal.js';
import { type Engine, type EngineParts, fromBytes, Instantiation } from './engine.ts';

const inputShape = [1, 224, 224, 3];

/** @param createModule one build's Emscripten glue */
export async function loadWithGlue(
  createModule: ModuleFactory,
  { wasm, model }: EngineParts,
): Promise<Engine<Uint8Array>> {
  const instantiation = new Instantiation(wasm);
  const { instantiateWasm } = instantiation;
  // LiteRT.js loads its glue as a classic worker's script would, and takes from
  // the global scope what the glue leaves there.
  const scope = globalThis as unknown as Record<string, unknown>;
  scope.self ??= globalThis;
  scope.importScripts = () => {
    scope.ModuleFactory = () => createModule({ instantiateWasm });
  };
  await loadLiteRt('glue.js');
  const compiled = await loadAndCompile(model, {
    accelerator: 'wasm',
    cpuOptions: { numThreads: 1 },
  });
  return {
    // The network's own input: it quantises.
    prepare: (pixels) => pixels,
    async run(pixels) {
      const input = new Tensor(pixels, inputShape);
      const [output] = await compiled.run([input]);
      const probabilities = fromBytes(output.toTypedArray() as Uint8Array);
      output.delete();
      input.delete();
      return probabilities;
    },
    heapBytes: () => instantiation.heapBytes(),
  };
}
