/**
 * TensorFlow.js's WASM backend from a compiled `WebAssembly.Module`.
 *
 * tfjs fetches and compiles its binary itself, which workerd refuses, and has
 * no public way in for a module that the bundler compiled
 * (https://github.com/tensorflow/tfjs/issues/8157). The Emscripten glue has
 * one: `instantiateWasm`. This file, and no other, builds on it; it follows
 * `init()` of tfjs 4.22's dist/backend_wasm.js.
 */
import { BackendWasm, getThreadsCount, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import type { BackendWasmModule } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import {
  engine,
  env,
  getKernelsForBackend,
  registerBackend,
  removeBackend,
  setBackend,
} from '@tensorflow/tfjs-core';
import { unregisterInt8Kernels } from './int8-kernels.ts';
import type { StartedInstance } from './started-instance.ts';

export interface WasmBackend {
  /** Size of the WASM memory in bytes. It never shrinks; 0 once the backend is removed. */
  heapBytes(): number;
  readonly memory: WebAssembly.Memory;
  /** The memory as it is now: a view of a memory that has grown since is empty. */
  bytes(): Uint8Array;
  /**
   * Throws the instance away with all tensors, so that nothing refers to its
   * memory. Runs no code of the instance, which may be broken.
   */
  remove(): void;
}

/** An instance, as far as it is reached into. */
export type Instance = BackendWasmModule & {
  readonly cwrap: Cwrap;
  /** The exports, by which the glue calls them. */
  asm: Readonly<Record<string, unknown>>;
  readonly wasmMemory?: WebAssembly.Memory;
};

/** The instance that tfjs has now. tfjs's engine is one for the isolate, and so is this. */
let installed: Instance | undefined;

/**
 * Makes `wasm` the backend of this isolate's tfjs, synchronously, so that it
 * can run at module scope, where workerd allows no waiting. Calling it again
 * replaces the instance: the former one's memory is let go before there is
 * another, since two don't fit into an isolate, and its tensors are gone with it.
 *
 * Whatever goes wrong in the instance is thrown: a trap, an abort, memory that
 * can't grow, and what the kernels only print before they go on with garbage.
 * The instance has to be removed after that.
 *
 * @param binary tfjs-backend-wasm-simd.wasm, or tfjs-backend-wasm.wasm where
 *   the runtime has no SIMD, compiled; or an instance with threads
 * @throws Error where the binary and the glue don't fit together, or memory is short
 */
export function installWasmBackend(binary: WebAssembly.Module | StartedInstance): WasmBackend {
  removeInstance();
  const started = 'instance' in binary ? binary : { instance: instantiate(binary), threads: 1 };
  const instance = started.instance as Instance;
  const { threads } = started;
  // The threaded binary needs Workers and shareable memory. workerd has
  // neither, yet it has SharedArrayBuffer and MessageChannel, by which tfjs
  // guesses. Nothing here asks the flag; other parts of tfjs may.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
  setThreadsCount(threads);
  addFunctions(instance);
  // Made here, because tfjs turns what a factory throws into a warning.
  const backend = new BackendWasm(instance);
  if (getThreadsCount() !== threads) {
    throw new Error(`The WASM backend has ${getThreadsCount()} threads instead of ${threads}.`);
  }
  installed = instance;
  // In the place of tfjs's own, which registers itself.
  if (engine().findBackendFactory('wasm') !== null) removeBackend('wasm');
  registerBackend('wasm', () => backend);
  // setBackend is declared asynchronous for backends that load. This one is
  // ready, so it has taken effect on return; a failure shows in the next line.
  void setBackend('wasm');
  if (engine().backend !== backend) throw new Error('The WASM backend did not start.');
  return {
    heapBytes: () => (installed === instance ? installed.HEAPU8.byteLength : 0),
    // Exported by the binaries without threads; the other one imports it.
    memory: instance.wasmMemory ?? (instance.asm.memory as WebAssembly.Memory),
    bytes: () => instance.HEAPU8,
    remove: () => {
      if (installed === instance) removeInstance();
    },
  };
}

/** Drops every reference to the instance that tfjs has, if there is one. */
function removeInstance(): void {
  if (installed === undefined) return;
  // What tfjs's `dispose` still does then is what the glue added to it: taking
  // its listeners, which hold the instance, off Node.js's `process`.
  installed.asm = { dispose: () => undefined };
  installed = undefined;
  unregisterInt8Kernels();
  // A new state of tfjs, whose counts begin at 0: tensors of the instance can't be freed one by one.
  engine().reset();
  removeBackend('wasm');
  // Kernels keep functions of the instance that they were set up for.
  for (const { setupFunc } of getKernelsForBackend('wasm')) setupFunc?.(removedBackend);
}

/** What kernels are set up for while there is no instance. */
const removedBackend = {
  wasm: {
    cwrap: () => () => {
      throw new Error('The WASM backend was removed.');
    },
  },
};

/** Runs the glue on a module compiled beforehand, to the end, without waiting for anything. */
function instantiate(binary: WebAssembly.Module): Instance {
  let initialized = false;
  let cause: unknown;
  // With MODULARIZE, Emscripten extends the very object that it is given into
  // the module. Its promise resolves to the same object, later.
  const module = {
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): WebAssembly.Exports {
      try {
        const instance = new WebAssembly.Instance(binary, imports);
        done(instance, binary);
        return instance.exports;
      } catch (error) {
        // The glue prints it, and throws something else.
        cause = error;
        throw error;
      }
    },
    onRuntimeInitialized(): void {
      initialized = true;
    },
    // Kernels report to stderr that XNNPACK has failed, and go on. So does the glue before it
    // rejects its promise, which nobody waits for.
    printErr(text: string): never {
      throw new Error(`The WASM backend failed: ${text}`, { cause });
    },
  };
  void createModule(module);
  if (!initialized) {
    throw new Error("The WASM backend's module did not initialise at once.");
  }
  return module as unknown as Instance;
}

/** Adds the functions that tfjs's backend calls by name, as its own loader does, and checks what it allocates. */
function addFunctions(module: Instance): void {
  const { asm, cwrap } = module;
  module.tfjs = {
    init: cwrap('init', null, []),
    initWithThreadsCount: cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: cwrap('get_threads_count', 'number', []),
    registerTensor: cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: cwrap('dispose_data', null, ['number']),
    dispose: cwrap('dispose', null, []),
  };
  // tfjs takes the 0 of a malloc that failed for an address, and writes there.
  const malloc = asm.malloc as (bytes: number) => number;
  module._malloc = (bytes) => {
    const offset = malloc(bytes);
    if (offset === 0) {
      throw new WebAssembly.RuntimeError(`The WASM memory has no ${bytes} bytes left.`);
    }
    return offset;
  };
}

/** Emscripten's `cwrap`, as narrow as it is used here. */
type Cwrap = <R extends 'number' | null>(
  name: string,
  returns: R,
  parameters: 'number'[],
) => (...values: number[]) => R extends 'number' ? number : void;
