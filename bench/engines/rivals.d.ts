/**
 * What is used of the rivals' packages, so that the types can be checked
 * without installing them.
 */

/** https://ai.google.dev/edge/litert/web */
declare module '@litertjs/core' {
  /** Typed arrays with a shape, in the WASM memory until they are deleted. */
  export class Tensor {
    constructor(values: Uint8Array, shape: readonly number[]);
    /** A copy. */
    toTypedArray(): Uint8Array | Int32Array | Float32Array;
    delete(): void;
  }
  export function loadLiteRt(path: string): Promise<unknown>;
  export function loadAndCompile(
    model: Uint8Array,
    options: { accelerator: 'wasm'; cpuOptions: { numThreads: number } },
  ): Promise<{ run(inputs: readonly Tensor[]): Promise<Tensor[]> }>;
}

/** Emscripten's glue, with relaxed SIMD and without; `bundle.ts` adds the export. */
declare module '@litertjs/core/wasm/litert_wasm_internal.js' {
  export type ModuleFactory = (options: { readonly instantiateWasm: unknown }) => Promise<unknown>;
  const createModule: ModuleFactory;
  export default createModule;
}
declare module '@litertjs/core/wasm/litert_wasm_compat_internal.js' {
  import type { ModuleFactory } from '@litertjs/core/wasm/litert_wasm_internal.js';

  const createModule: ModuleFactory;
  export default createModule;
}

/** https://www.npmjs.com/package/@tensorflow/tfjs-tflite; bindings made by Embind. */
declare module '@tensorflow/tfjs-tflite/wasm/tflite_web_api_cc_simd.js' {
  interface TensorInfo {
    /** The tensor itself, in the WASM memory. */
    data(): Uint8Array;
  }
  interface Runner {
    GetInputs(): { get(index: number): TensorInfo };
    GetOutputs(): { get(index: number): TensorInfo };
    Infer(): boolean;
  }
  interface Tflite {
    _malloc(bytes: number): number;
    readonly HEAPU8: Uint8Array;
    readonly TFLiteWebModelRunner: {
      CreateFromBufferAndOptions(
        address: number,
        bytes: number,
        options: {
          readonly numThreads: number;
          readonly enableProfiling: boolean;
          readonly maxProfilingBufferEntries: number;
        },
      ): { ok(): boolean; errorMessage(): string; value(): Runner };
    };
  }
  export default function createModule(options: {
    readonly instantiateWasm: unknown;
  }): Promise<Tflite>;
}

/** https://onnxruntime.ai/docs/api/js */
declare module 'onnxruntime-web/wasm' {
  import type { OnnxRuntime } from '../rivals.ts';

  export const InferenceSession: OnnxRuntime['InferenceSession'];
  export const Tensor: OnnxRuntime['Tensor'];
  export const env: { readonly wasm: { numThreads: number; wasmBinary: ArrayBuffer } };
}
