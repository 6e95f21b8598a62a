/**
 * How activations lie in memory: one byte each, [height, width, channels], row-major.
 *
 * TFLite's are int8. What is stored is `value + STORED_OFFSET`: with 128 unsigned bytes, with 0 signed ones.
 * Relaxed dot products need the one or the other, see dot-product.ts; the other kernels take both.
 */

/** Stored bytes of eight int8 values in an i16x8, saturating, or of sixteen in two. */
export function storable(low: v128, high: v128, lowest: v128, highest: v128): v128 {
  const values = i8x16.narrow_i16x8_s(low, high);
  const clamped = i8x16.min_s(i8x16.max_s(values, lowest), highest);
  return STORED_OFFSET === 128 ? v128.xor(clamped, i8x16.splat(-128)) : clamped;
}

/** Eight stored values from memory, as i16x8. */
export function loadEight(address: usize): v128 {
  return STORED_OFFSET === 128 ? v128.load8x8_u(address) : v128.load8x8_s(address);
}

/** One stored value from memory. */
export function loadOne(address: usize): i32 {
  return STORED_OFFSET === 128 ? <i32>load<u8>(address) : <i32>load<i8>(address);
}

/** Stores one int8 value. */
export function storeOne(address: usize, value: i32): void {
  store<u8>(address, <u8>(value + STORED_OFFSET));
}
