/**
 * Instruction levels that the int8 kernels are compiled for, the fastest first. Of those that a runtime
 * compiles, the first one whose module says `isExact()` is the one to take:
 *
 * - `relaxed-simd`: the relaxed dot product takes its second operand as unsigned, as x86's VPDPBUSD does
 * - `relaxed-simd-signed`: it takes it as signed, as ARM's SDOT does
 * - `simd`: 128-bit SIMD without it, which every processor answers alike
 * - `scalar`: neither
 */
export const kernelLevels = ['relaxed-simd', 'relaxed-simd-signed', 'simd', 'scalar'] as const;

/** One of {@link kernelLevels}, and the name of its file in dist/kernels without `.wasm`. */
export type KernelLevel = (typeof kernelLevels)[number];
