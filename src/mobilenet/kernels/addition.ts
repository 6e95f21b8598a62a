import { loadEight, loadOne, storable, storeOne } from './activations';

/**
 * The sum of two activations with scales of their own, as XNNPACK's qs8-vadd works it out
 * (https://github.com/google/XNNPACK/blob/master/src/qs8-vadd/scalar.c.in): in integers, where multipliers are
 * scales over the output's in units of 2^-shift, and half a unit is added before the rest is shifted away.
 *
 * @param bias half a unit, less what the zero points of `a` and `b` amount to
 * @param length a multiple of 8
 * @param zeroPoint of the sum, as int8
 */
export function add(
  a: usize,
  b: usize,
  y: usize,
  length: usize,
  bias: i32,
  multiplierA: i32,
  multiplierB: i32,
  shift: i32,
  zeroPoint: i32,
): void {
  if (!ASC_FEATURE_SIMD) {
    for (let at: usize = 0; at < length; at++) {
      const sum = (bias + loadOne(a + at) * multiplierA + loadOne(b + at) * multiplierB) >> shift;
      storeOne(y + at, max<i32>(min<i32>(sum + zeroPoint, 127), -128));
    }
    return;
  }
  const ma = i32x4.splat(multiplierA);
  const mb = i32x4.splat(multiplierB);
  const start = i32x4.splat(bias);
  const zero = i16x8.splat(<i16>zeroPoint);
  const low = i8x16.splat(-128);
  const high = i8x16.splat(127);
  for (let at: usize = 0; at < length; at += 8) {
    const va = loadEight(a + at);
    const vb = loadEight(b + at);
    const first = i32x4.add(
      i32x4.add(start, i32x4.mul(i32x4.extend_low_i16x8_s(va), ma)),
      i32x4.mul(i32x4.extend_low_i16x8_s(vb), mb),
    );
    const last = i32x4.add(
      i32x4.add(start, i32x4.mul(i32x4.extend_high_i16x8_s(va), ma)),
      i32x4.mul(i32x4.extend_high_i16x8_s(vb), mb),
    );
    const sums = i16x8.add_sat_s(
      i16x8.narrow_i32x4_s(i32x4.shr_s(first, shift), i32x4.shr_s(last, shift)),
      zero,
    );
    v128.store64_lane(y + at, storable(sums, sums, low, high), 0);
  }
}
