/**
 * An instance of TensorFlow.js's threaded WASM binary, which runs in browsers only.
 *
 * tfjs starts its threads from blobs, which a strict Content-Security-Policy forbids. Its glue can
 * take them from files: `locateFile` and `mainScriptUrlOrBlob` (Emscripten 3.1) say where those are.
 */
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import type { Instance } from './backend.ts';
import type { StartedInstance } from './started-instance.ts';

/** Where threads come from, and how many there are. */
export interface ThreadScripts {
  /** Threads that work, the calling one among them; from 2 to 8. */
  readonly threads: number;
  /** Address of the Web Worker that each of the others is. */
  readonly worker: string;
  /** Address of Emscripten's glue, which the Web Worker imports. */
  readonly glue: string;
}

/** The glue's threads, as far as they are reached into. */
interface ThreadPool {
  readonly unusedWorkers: Worker[];
  readonly runningWorkers: Worker[];
  allocateUnusedWorker(): void;
  initMainThread(): void;
  terminateAllThreads(): void;
}

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
  let pool: ThreadPool | undefined;
  // Emscripten extends the very object that it is given into the module.
  const module = {
    mainScriptUrlOrBlob: glue,
    locateFile: (name: string) => (name.endsWith('.worker.js') ? worker : name),
    get PThread(): ThreadPool | undefined {
      return pool;
    },
    /** Is handed the glue's threads before it starts them. */
    set PThread(made) {
      pool = made;
      if (made !== undefined) limitThreads(made, threads, failure.reject);
    },
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): WebAssembly.Exports {
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
  try {
    await Promise.race([createModule(module), failure.promise]);
  } catch (error) {
    pool?.terminateAllThreads();
    throw error;
  }
  return { instance: module as unknown as Instance, threads };
}

/** Has the glue start as many threads as are wanted, instead of 8, and end them without running its code. */
function limitThreads(pool: ThreadPool, threads: number, fail: (reason: Error) => void): void {
  const all: Worker[] = [];
  pool.initMainThread = () => {
    while (all.length < threads - 1) {
      pool.allocateUnusedWorker();
      const started = pool.unusedWorkers.at(-1);
      if (started === undefined) throw new Error('The WASM backend started no thread.');
      // Beside the glue's own listener, which throws where nobody can catch it.
      started.addEventListener('error', ({ message = 'its script was not loaded' }) =>
        fail(new Error(`A thread has failed: ${message}`)),
      );
      all.push(started);
    }
  };
  pool.terminateAllThreads = () => {
    for (const each of all) each.terminate();
  };
}
