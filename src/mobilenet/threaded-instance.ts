/**
 * An instance of TensorFlow.js's threaded WASM binary, which runs in browsers only.
 *
 * tfjs starts its threads from blobs, which a strict Content-Security-Policy forbids. Its glue can
 * take them from files: `locateFile` and `mainScriptUrlOrBlob` (Emscripten 3.1) say where those are.
 */
import type { BackendWasmThreadedSimdModule } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import type { Instance, StartedInstance } from './backend.ts';

/** Where threads come from, and how many there are. */
export interface ThreadScripts {
  /** Threads that work, the calling one among them; from 2 to 8. */
  readonly threads: number;
  /** Address of the Web Worker that each of the others is. */
  readonly worker: string;
  /** Address of Emscripten's glue, which the Web Worker imports. */
  readonly glue: string;
}

/** The glue's threads. */
interface Threads {
  readonly unusedWorkers: Worker[];
  readonly runningWorkers: Worker[];
  terminateAllThreads(): void;
}

type ThreadedInstance = Instance & BackendWasmThreadedSimdModule & { readonly PThread: Threads };

/**
 * Instantiates the binary and starts its threads. That takes waiting, since browsers start a Web
 * Worker between two turns only; what comes out can be installed without.
 *
 * @param binary tfjs-backend-wasm-threaded-simd.wasm, compiled
 * @throws Error where a thread fails, its script can't be loaded, or memory is short. Of a thread that
 *   never answers it never hears.
 */
export async function startThreads(
  binary: WebAssembly.Module,
  { threads, worker, glue }: ThreadScripts,
): Promise<StartedInstance> {
  const failure = Promise.withResolvers<never>();
  const listening = new AbortController();
  const { signal } = listening;
  // Emscripten extends the very object that it is given into the module.
  const module = {
    mainScriptUrlOrBlob: glue,
    locateFile: (name: string) => (name.endsWith('.worker.js') ? worker : name),
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): WebAssembly.Exports {
      const { PThread } = module as unknown as ThreadedInstance;
      // The build makes 8, whatever is wanted, and waits for all that there are.
      endWorkers(PThread.unusedWorkers.splice(threads - 1));
      for (const thread of PThread.unusedWorkers) {
        // Before the glue's own listener, which throws where nobody can catch it.
        thread.addEventListener('error', (event) => fail(event, PThread), { signal });
      }
      // The build takes half as many threads as there are cores, at the most, whatever it is told
      // (https://github.com/tensorflow/tfjs/issues/6081).
      imports.env.emscripten_num_logical_cores = () => 2 * threads;
      const instance = new WebAssembly.Instance(binary, imports);
      done(instance, binary);
      return instance.exports;
    },
    printErr(text: string): never {
      throw new Error(`The WASM backend failed: ${text}`);
    },
  };
  function fail(event: ErrorEvent, { unusedWorkers }: Threads): void {
    event.preventDefault();
    event.stopImmediatePropagation();
    endWorkers(unusedWorkers);
    failure.reject(new Error(`A thread has failed: ${event.message ?? 'no script'}`));
  }
  await Promise.race([createModule(module), failure.promise]);
  listening.abort();
  const instance = module as unknown as ThreadedInstance;
  const { PThread } = instance;
  // The glue's own would run code of the instance, which may be broken by then.
  PThread.terminateAllThreads = () => {
    endWorkers(PThread.unusedWorkers.splice(0));
    endWorkers(PThread.runningWorkers.splice(0));
  };
  return { instance, threads };
}

function endWorkers(workers: readonly Worker[]): void {
  for (const worker of workers) worker.terminate();
}
