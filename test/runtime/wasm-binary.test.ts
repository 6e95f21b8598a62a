import { expect, test } from 'vitest';
import { compiledKernelLevels, wasmBinaryName } from '../../src/runtime/wasm-binary.ts';

test('a runtime with SIMD gets the SIMD binary', () => {
  expect(wasmBinaryName()).toBe('tfjs-backend-wasm-simd.wasm');
});

test('a runtime that refuses SIMD instructions gets the plain binary', () => {
  expect(wasmBinaryName(() => false)).toBe('tfjs-backend-wasm.wasm');
});

test('the probe is refused for its SIMD instruction alone', () => {
  let probe = new Uint8Array(0);
  wasmBinaryName((bytes) => {
    probe = bytes;
    return true;
  });
  // Without its last opcode, i8x16.splat, the module returns an i32 where it says i32.
  const scalar = probe.map((byte, i) => (i === 14 ? 0x7f : byte));
  scalar.set([0x01, 0x01], probe.length - 3);
  expect(WebAssembly.validate(scalar)).toBe(true);
});

test('a runtime with relaxed SIMD may run any kernels with vectors, and prefers the fastest', () => {
  expect(compiledKernelLevels()).toEqual(['relaxed-simd', 'relaxed-simd-signed', 'simd']);
});

test('a runtime without relaxed SIMD gets the kernels that it compiles', () => {
  const probes: Uint8Array[] = [];
  const onlySimd = (bytes: Uint8Array) => probes.push(bytes) > 1;
  expect(compiledKernelLevels(onlySimd)).toEqual(['simd']);
  expect(compiledKernelLevels(() => false)).toEqual(['scalar']);
  // What is refused first has the relaxed dot product, of the opcode 0x113.
  expect(probes[0].slice(-4)).toEqual(Uint8Array.of(0xfd, 0x93, 0x02, 0x0b));
});
