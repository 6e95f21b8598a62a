/**
 * TensorFlow.js's WASM backend from a compiled `WebAssembly.Module`.
 *
 * tfjs fetches and compiles its binary itself, which workerd refuses, and has
 * no public way in for a module that the bundler compiled
 * (https://github.com/tensorflow/tfjs/issues/8157). The Emscripten glue has
 * one: `instantiateWasm`. This file, and no other, builds on it; it follows
 * `init()` of tfjs 4.22's dist/backend_wasm.js.
 */
import { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { BackendWasmModule } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import { engine, env, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';

export interface WasmBackend {
  /** Size of the WASM memory in bytes. It never shrinks. */
  heapBytes(): number;
}

/**
 * Makes `wasm` the backend of this isolate's tfjs, synchronously, so that it
 * can run at module scope, where workerd allows no waiting. Calling it again
 * replaces the instance: tensors of the former one are gone with it.
 *
 * @param binary tfjs-backend-wasm-simd.wasm, or tfjs-backend-wasm.wasm where
 *   the runtime has no SIMD, compiled
 * @throws Error where the binary and the glue don't fit together, or memory is short
 */
export function installWasmBackend(binary: WebAssembly.Module): WasmBackend {
  // The threaded binary needs Workers and shareable memory. workerd has
  // neither, yet it has SharedArrayBuffer and MessageChannel, by which tfjs
  // guesses. Nothing here asks the flag; other parts of tfjs may.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);

  const module = instantiate(binary);
  if (engine().findBackendFactory('wasm') !== null) removeBackend('wasm');
  registerBackend('wasm', () => new BackendWasm(module));
  // setBackend is declared asynchronous for backends that load. This one is
  // ready, so it has taken effect on return; a failure shows in the next line.
  void setBackend('wasm');
  if (engine().backendName !== 'wasm') throw new Error('The WASM backend did not start.');
  return { heapBytes: () => module.HEAPU8.byteLength };
}

/** Runs the glue on a module compiled beforehand, to the end, without waiting for anything. */
function instantiate(binary: WebAssembly.Module): BackendWasmModule {
  let initialized = false;
  // With MODULARIZE, Emscripten extends the very object that it is given into
  // the module. Its promise resolves to the same object, later.
  const module = {
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): WebAssembly.Exports {
      const instance = new WebAssembly.Instance(binary, imports);
      done(instance, binary);
      return instance.exports;
    },
    onRuntimeInitialized(): void {
      initialized = true;
    },
  };
  void createModule(module);
  if (!initialized) throw new Error("The WASM backend's module did not initialise at once.");
  return withFunctions(module as unknown as BackendWasmModule);
}

/** Adds the functions that tfjs's backend calls by name, as its own loader does. */
function withFunctions(module: BackendWasmModule): BackendWasmModule {
  const { cwrap } = module as BackendWasmModule & { cwrap: Cwrap };
  module.tfjs = {
    init: cwrap('init', null, []),
    initWithThreadsCount: cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: cwrap('get_threads_count', 'number', []),
    registerTensor: cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: cwrap('dispose_data', null, ['number']),
    dispose: cwrap('dispose', null, []),
  };
  return module;
}

/** Emscripten's `cwrap`, as narrow as it is used here. */
type Cwrap = <R extends 'number' | null>(
  name: string,
  returns: R,
  parameters: 'number'[],
) => (...values: number[]) => R extends 'number' ? number : void;
