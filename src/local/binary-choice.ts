import type { KernelLevel } from '../mobilenet/kernel-level.ts';
import { compiledKernelLevels, wasmBinaryName } from '../runtime/wasm-binary.ts';

/** One of tfjs's binaries, and how it is run. */
export interface BinaryChoice {
  /** Its file name. */
  readonly name: string;
  /** How many threads it works with, the one that asks among them. */
  readonly threads: number;
  /** Levels of the int8 kernels that are downloaded with it; the first that is exact here is taken. */
  readonly kernels: readonly KernelLevel[];
}

export const threadedBinary = 'tfjs-backend-wasm-threaded-simd.wasm';

/**
 * Layers are too small to be shared out among many, and of a phone's cores four at the most are fast.
 * One more thread than there are free cores makes the network twice as slow as the right number.
 */
const maxThreads = 4;

/** What this browser should try, the fastest first; the last runs wherever WebAssembly does. */
export function binaryChoices(): BinaryChoice[] {
  const kernels = compiledKernelLevels();
  const single = { name: wasmBinaryName(), threads: 1, kernels };
  // Of the threaded binary there is one, with SIMD.
  const mayThread = globalThis.crossOriginIsolated && single.name.includes('simd');
  const threads = mayThread ? Math.min(navigator.hardwareConcurrency, maxThreads) : 1;
  return threads > 1 ? [{ name: threadedBinary, threads, kernels }, single] : [single];
}
