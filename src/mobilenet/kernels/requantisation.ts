/**
 * From the sums of products to 8 bits, as XNNPACK's qs8-qc8w "fp32" kernels do it, which TFLite's and
 * LiteRT's engines run (https://github.com/google/XNNPACK/blob/master/src/qs8-gemm/MRx4c16-wasmdot.c.in):
 * float32(sum) * multiplier, rounded to float32, then to the nearest integer with ties to even, then
 * moved by the zero point and clamped. The multiplier is input scale * weight scale / output scale.
 *
 * TFLite's specification (https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/quantization_spec)
 * leaves the rounding to the engine.
 */

/**
 * 1.5 * 2^23. Floats of this size have no room for fractions: adding it rounds to the nearest integer,
 * ties to even, and leaves that integer in the low bits of the result.
 */
const roundingOffset: f32 = 12582912.0;
const roundingOffsetBits: i32 = 0x4b400000;

/** Below every value that 16 bits hold, so that what is far below saturates instead of wrapping. */
const lowestBits: i32 = roundingOffsetBits - 65536;

/** What {@link requantise} subtracts, so that real 0 becomes the zero point. */
export function originOf(zeroPoint: i32): v128 {
  return i32x4.splat(roundingOffsetBits - zeroPoint);
}

/** Four sums to four int32 that 8 bits hold after saturation; `origin` is of {@link originOf}. */
export function requantise(sums: v128, multipliers: v128, origin: v128): v128 {
  const scaled = f32x4.mul(f32x4.convert_i32x4_s(sums), multipliers);
  const rounded = f32x4.add(scaled, f32x4.splat(roundingOffset));
  return i32x4.sub(i32x4.max_s(rounded, i32x4.splat(lowestBits)), origin);
}

/** The same for one sum, clamped. */
export function requantiseOne(
  sum: i32,
  multiplier: f32,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
): i32 {
  const rounded = nearest<f32>(<f32>sum * multiplier);
  // Clamped before it is an integer, as the largest sums don't fit into one.
  const moved = max<f32>(min<f32>(rounded, 65536.0), -65536.0);
  return max<i32>(min<i32>(<i32>moved + zeroPoint, highest), lowest);
}
