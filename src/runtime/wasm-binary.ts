/** A module with one SIMD instruction, i8x16.splat, in a function; written from the WebAssembly spec. */
const simdProbe = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic and version
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // type 0: () -> v128
  ...[0x03, 0x02, 0x01, 0x00], // function 0 is of type 0
  ...[0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b], // i32.const 0, i8x16.splat, end
);

/**
 * File name of the tfjs binary for this runtime: SIMD where it validates, else
 * the plain one, which is several times slower.
 */
export function wasmBinaryName(
  validate: (bytes: Uint8Array<ArrayBuffer>) => boolean = WebAssembly.validate,
): string {
  return validate(simdProbe) ? 'tfjs-backend-wasm-simd.wasm' : 'tfjs-backend-wasm.wasm';
}
