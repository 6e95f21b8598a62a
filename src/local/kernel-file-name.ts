import type { KernelLevel } from '../mobilenet/kernel-level.ts';

/**
 * File name of int8 kernels in dist/kernels.
 *
 * @param isShared whether they work on a memory that threads share
 */
export function kernelFileName(level: KernelLevel, isShared: boolean): string {
  return `${level}${isShared ? '-shared' : ''}.wasm`;
}
