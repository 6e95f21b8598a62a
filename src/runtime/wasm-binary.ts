import type { KernelLevel } from '../mobilenet/kernel-level.ts';

/** A module with one SIMD instruction, i8x16.splat, in a function; written from the WebAssembly spec. */
const simdProbe = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic and version
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // type 0: () -> v128
  ...[0x03, 0x02, 0x01, 0x00], // function 0 is of type 0
  ...[0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b], // i32.const 0, i8x16.splat, end
);

/**
 * The same with one instruction of relaxed SIMD, i32x4.relaxed_dot_i8x16_i7x16_add_s, on three vectors of
 * zeros. Which of its answers the processor gives shows only where it runs.
 */
const relaxedSimdProbe = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic and version
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // type 0: () -> v128
  ...[0x03, 0x02, 0x01, 0x00], // function 0 is of type 0
  ...[0x0a, 0x13, 0x01, 0x11, 0x00], // code of 17 bytes, without locals
  ...[0x41, 0x00, 0xfd, 0x0f], // i32.const 0, i8x16.splat
  ...[0x41, 0x00, 0xfd, 0x0f],
  ...[0x41, 0x00, 0xfd, 0x0f],
  ...[0xfd, 0x93, 0x02, 0x0b], // i32x4.relaxed_dot_i8x16_i7x16_add_s, end
);

type Validate = (bytes: Uint8Array<ArrayBuffer>) => boolean;

/**
 * File name of the tfjs binary for this runtime: SIMD where it validates, else
 * the plain one, which is several times slower.
 */
export function wasmBinaryName(validate: Validate = WebAssembly.validate): string {
  return validate(simdProbe) ? 'tfjs-backend-wasm-simd.wasm' : 'tfjs-backend-wasm.wasm';
}

/**
 * Levels of the int8 kernels that this runtime compiles and that may be the fastest exact ones, in order
 * of preference.
 */
export function compiledKernelLevels(
  validate: Validate = WebAssembly.validate,
): readonly KernelLevel[] {
  if (validate(relaxedSimdProbe)) return ['relaxed-simd', 'relaxed-simd-signed', 'simd'];
  return validate(simdProbe) ? ['simd'] : ['scalar'];
}
