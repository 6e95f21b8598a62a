/**
 * Petal's int8 kernels (src/mobilenet/kernels/), as kernels of TensorFlow.js on its backend `wasm`: they
 * work on the backend's memory and on tensors that it has allocated.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  engine,
  getKernel,
  registerKernel,
  type Tensor,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { KernelBinary, KernelLevel } from './kernel-level.ts';

/** What a binary exports; parameters are described where the kernels are. */
interface KernelExports {
  storedOffset(): number;
  isExact(): number;
  stem(...parameters: number[]): void;
  multiplyRows(...parameters: number[]): void;
  depthwise(...parameters: number[]): void;
  add(...parameters: number[]): void;
  averagePool(...parameters: number[]): void;
  softmax(...parameters: number[]): void;
}

/** Kernels of TensorFlow.js by name, and what they call. */
const kernelFunctions = {
  Int8Stem: 'stem',
  Int8PointwiseConv2d: 'multiplyRows',
  Int8DepthwiseConv2d: 'depthwise',
  Int8Add: 'add',
  Int8AveragePool: 'averagePool',
  Int8Softmax: 'softmax',
} as const satisfies Record<string, keyof KernelExports>;
export type Int8KernelName = keyof typeof kernelFunctions;

/** A kernel with what it is called with. */
export interface KernelCall {
  readonly kernel: Int8KernelName;
  /** Addresses in the WASM memory, sizes, and how values are quantised, in the order of its function. */
  readonly parameters: number[];
}

export interface Int8Kernels {
  readonly level: KernelLevel;
  /** What is added to an int8 activation where it is stored. */
  readonly storedOffset: number;
}

/**
 * Instantiates the first of the binaries that this processor runs exactly, on the memory of the backend,
 * and registers its kernels. Those of an instance before are replaced.
 *
 * @param binaries in order of preference
 * @throws Error where none can be used
 */
export function registerInt8Kernels(
  binaries: readonly KernelBinary[],
  memory: WebAssembly.Memory,
): Int8Kernels {
  for (const { level, module } of binaries) {
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    const kernels = instance.exports as unknown as KernelExports;
    if (kernels.isExact() === 0) continue;
    unregisterInt8Kernels();
    for (const [kernelName, name] of Object.entries(kernelFunctions)) {
      const run = kernels[name];
      registerKernel({
        kernelName,
        backendName: 'wasm',
        // Works in place, on the arena that it is given.
        kernelFunc({ inputs: { arena }, attrs: { parameters } = {} }) {
          if (arena === undefined) throw new Error(`The kernel ${kernelName} works on an arena.`);
          run(...(parameters as number[]));
          return arena;
        },
      });
    }
    return { level, storedOffset: kernels.storedOffset() };
  }
  const levels = binaries.map(({ level }) => level).join(', ');
  throw new Error(`None of the int8 kernels can be used here: ${levels || 'there are none'}.`);
}

/** Drops what refers to the instance. */
export function unregisterInt8Kernels(): void {
  for (const kernelName of Object.keys(kernelFunctions)) {
    if (getKernel(kernelName, 'wasm') !== undefined) unregisterKernel(kernelName, 'wasm');
  }
}

/** Runs a kernel. */
export function runInt8Kernel({ kernel, parameters }: KernelCall, arena: Tensor): void {
  engine().runKernel(kernel, { arena }, { parameters });
}

/** A piece of the WASM memory that a tensor owns. */
export interface Allocation {
  /** Frees the memory when it is disposed of. */
  readonly tensor: Tensor;
  /** First byte, at a multiple of 64. */
  readonly address: number;
}

/** A cache line: loads that cross one are slower. */
const alignment = 64;

/**
 * Allocates a tensor on the backend, with whatever is in its memory. TensorFlow.js has no type of 8-bit
 * integers, so its elements are int32.
 *
 * @throws WebAssembly.RuntimeError where memory is short
 */
export function allocate(bytes: number): Allocation {
  const backend = engine().backend as BackendWasm;
  const info = backend.makeOutput([Math.ceil((bytes + alignment) / 4)], 'int32');
  const { memoryOffset } = backend.dataIdMap.get(info.dataId);
  return {
    tensor: engine().makeTensorFromTensorInfo(info),
    address: Math.ceil(memoryOffset / alignment) * alignment,
  };
}
