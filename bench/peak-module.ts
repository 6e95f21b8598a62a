/** How many sums a loop has at once: as many as hide the instruction's latency and fit into registers. */
const sums = 10;
const [weights, values, firstSum] = [1, 2, 3];

/** The instructions that int8 kernels multiply with. */
export type Multiplication = 'relaxed-simd' | 'simd';

/** Operations, 2 for each multiplication and its addition, in one iteration of the loop. */
export const peakOperations: Readonly<Record<Multiplication, number>> = {
  'relaxed-simd': sums * 32,
  simd: sums * 16,
};

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];

/** One step of each sum. Sums differ, so that no compiler finds the same product twice. */
const steps: Readonly<Record<Multiplication, (sum: number) => number[]>> = {
  // i32x4.relaxed_dot_i8x16_i7x16_add_s
  'relaxed-simd': (sum) => [...get(weights), ...get(values), ...get(sum), 0xfd, 0x93, 0x02],
  // i32x4.dot_i16x8_s, i32x4.add
  simd: (sum) => [...get(sum), ...get(sum), ...get(weights), 0xfd, 0xba, 0x01, 0xfd, 0xae, 0x01],
};

/**
 * A module that does nothing but multiply in registers, written from the WebAssembly spec. Its export
 * `run` takes a number of iterations, at least 1.
 */
export function peakModule(multiplication: Multiplication): Uint8Array<ArrayBuffer> {
  const accumulators = Array.from({ length: sums }, (_, i) => firstSum + i);
  const body = [
    ...[0x01, sums + 2, 0x7b], // locals: v128
    ...[0x41, 0x03, 0xfd, 0x0f, ...set(weights)], // i32.const 3, i8x16.splat
    ...[0x41, 0x05, 0xfd, 0x0f, ...set(values)],
    ...[0x03, 0x40], // loop
    ...accumulators.flatMap((sum) => [...steps[multiplication](sum), ...set(sum)]),
    ...[...get(0), 0x41, 0x01, 0x6b, 0x22, 0x00, 0x0d, 0x00, 0x0b], // until the count is 0
    ...get(weights),
    ...accumulators.flatMap((sum) => [...get(sum), 0xfd, 0x51]), // v128.xor
    ...[0xfd, 0x1b, 0x00, 0x0b], // i32x4.extract_lane 0, end
  ];
  const code = [0x01, ...length(body), ...body];
  return Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic and version
    ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f], // type 0: (i32) -> i32
    ...[0x03, 0x02, 0x01, 0x00], // function 0 is of type 0
    ...[0x07, 0x07, 0x01, 0x03, 0x72, 0x75, 0x6e, 0x00, 0x00], // export "run"
    ...[0x0a, ...length(code), ...code],
  );
}

/** LEB128 of two bytes. */
function length(bytes: readonly number[]): number[] {
  return [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
}
