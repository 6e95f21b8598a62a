import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { readExactKernels } from './kernels.ts';

/** Where an engine is measured. */
export const runtimes = ['Node.js', 'workerd'] as const;
export type Runtime = (typeof runtimes)[number];

/** One engine. A new one is a row here and a module that exports `load`. */
export interface EngineRow {
  /** In the tables, and by which targets name it. */
  readonly name: string;
  /** Module of this folder that exports a `LoadEngine` named `load`. */
  readonly module: string;
  /** Reads or makes its binary; undefined for native code, which only Node.js can have. */
  readonly binary: (() => Promise<Uint8Array>) | undefined;
  /** Reads a second binary, where it has one: Petal's int8 kernels, which work on the memory of the first. */
  readonly kernels?: () => Promise<Uint8Array>;
  /** Whether it comes out of a rival's package, which may not be installed. */
  readonly isRival: boolean;
  /** What it computes in. int8 engines take the same file, so that they have to answer alike. */
  readonly arithmetic: 'float32' | 'int8';
  /** The format that it takes the network in: Petal's artifact, or that file, or an ONNX model of it. */
  readonly model: ModelFormat;
}

export type ModelFormat = 'artifact' | 'tflite' | 'onnx';

/** What all ratios are to. */
export const petalFloat32 = 'Petal, float32';

/** tfjs's WASM binary, which Petal's network runs on. */
const readTfjs = (): Promise<Uint8Array> =>
  readPackaged('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm');

export const petalRelaxed: EngineRow = {
  name: 'Petal, int8, relaxed SIMD',
  module: 'petal-int8.ts',
  binary: readTfjs,
  kernels: () => readExactKernels(['relaxed-simd', 'relaxed-simd-signed']),
  isRival: false,
  arithmetic: 'int8',
  model: 'artifact',
};

/** As the Worker takes it: by the first of its kernels that are exact on this processor. */
export const petalInt8: EngineRow = {
  ...petalRelaxed,
  name: 'Petal, int8',
  kernels: () => readExactKernels(['relaxed-simd', 'relaxed-simd-signed', 'simd']),
};

export const litertRelaxed: EngineRow = {
  name: 'LiteRT.js, int8, relaxed SIMD',
  module: 'litert-relaxed.ts',
  // The builds differ in this: `litert_wasm_internal.wasm` has relaxed SIMD's opcodes (0xfd 0x100 and
  // on; 662 times the dot product 0x113, as bytes fd 93 02), the compat build has none of them.
  binary: () => readPackaged('@litertjs/core/wasm/litert_wasm_internal.wasm'),
  isRival: true,
  arithmetic: 'int8',
  model: 'tflite',
};

/** In the order of the tables. */
export const engineRows: readonly EngineRow[] = [
  {
    name: petalFloat32,
    module: 'petal-float32.ts',
    binary: readTfjs,
    isRival: false,
    arithmetic: 'float32',
    model: 'artifact',
  },
  {
    name: 'onnxruntime-web, float32',
    module: 'onnxruntime-web.ts',
    binary: () => readPackaged('onnxruntime-web/ort-wasm-simd-threaded.wasm'),
    isRival: true,
    arithmetic: 'float32',
    model: 'onnx',
  },
  litertRelaxed,
  {
    name: 'LiteRT.js, int8, plain SIMD',
    module: 'litert-plain.ts',
    binary: () => readPackaged('@litertjs/core/wasm/litert_wasm_compat_internal.wasm'),
    isRival: true,
    arithmetic: 'int8',
    model: 'tflite',
  },
  petalRelaxed,
  {
    ...petalRelaxed,
    name: 'Petal, int8, plain SIMD',
    kernels: () => readExactKernels(['simd']),
  },
  {
    name: 'tfjs-tflite, int8',
    module: 'tfjs-tflite.ts',
    binary: () => readPackaged('@tensorflow/tfjs-tflite/wasm/tflite_web_api_cc_simd.wasm'),
    isRival: true,
    arithmetic: 'int8',
    model: 'tflite',
  },
  {
    name: 'onnxruntime-node, float32, native',
    module: 'onnxruntime-node.ts',
    binary: undefined,
    isRival: true,
    arithmetic: 'float32',
    model: 'onnx',
  },
];

/** A file of a package, as an import names it. */
function readPackaged(name: string): Promise<Uint8Array> {
  return readFile(createRequire(import.meta.url).resolve(name));
}
