/**
 * Products of int8 weights and stored activations, summed to int32: 16 at a time, four for each of four
 * outputs. Weights lie as [4 outputs][4 inputs] in 16 bytes.
 *
 * With relaxed SIMD that is one instruction, i32x4.relaxed_dot_i8x16_i7x16_add_s. Where its second operand
 * has the top bit set, what it computes is implementation-defined
 * (https://github.com/WebAssembly/relaxed-simd/blob/main/proposals/relaxed-simd/Overview.md): the processor may take
 * the byte as unsigned (x86's VPDPBUSD) or as signed (ARM's SDOT), or saturate on the way (x86's
 * PMADDUBSW). A build with STORED_OFFSET 128 is right on the first, one with 0 on the second, and neither on
 * the third: {@link relaxedProductsAreExact} tells before one is used.
 *
 * Without it, 8-bit values are extended to 16, and i32x4.dot_i16x8_s sums two products for each of four
 * sums, so that an output has two sums: {@link joined} adds them.
 */

/** Sums and 16 products more. */
export function withProducts(sums: v128, weights: v128, values: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(weights, values, sums);
}

/** Sums of the first two outputs, two for each, and eight products more; weights are extended. */
export function withEightProducts(sums: v128, weights: v128, values: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(weights, values));
}

/** The low eight of 16 stored values, extended. */
export function extendLow(values: v128): v128 {
  return STORED_OFFSET === 128
    ? i16x8.extend_low_i8x16_u(values)
    : i16x8.extend_low_i8x16_s(values);
}

/** The high eight of 16 stored values, extended. */
export function extendHigh(values: v128): v128 {
  return STORED_OFFSET === 128
    ? i16x8.extend_high_i8x16_u(values)
    : i16x8.extend_high_i8x16_s(values);
}

/** Four sums of the two of each of four outputs. */
export function joined(firstTwo: v128, lastTwo: v128): v128 {
  return i32x4.add(
    v128.shuffle<i32>(firstTwo, lastTwo, 0, 2, 4, 6),
    v128.shuffle<i32>(firstTwo, lastTwo, 1, 3, 5, 7),
  );
}

function productsOf(weight: i32, value: i32): i32 {
  const sums = withProducts(i32x4.splat(1), i8x16.splat(<i8>weight), i8x16.splat(<i8>value));
  // All four lanes have to agree, so that their sum tells.
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

/**
 * Whether the instruction computes on this processor what the kernels need, told by the extremes: the largest
 * and the smallest products of a weight and a stored value, whose sum of two is beyond 16 bits.
 */
export function relaxedProductsAreExact(): bool {
  const lowest = -128 + STORED_OFFSET;
  const highest = 127 + STORED_OFFSET;
  return (
    productsOf(127, highest) === 4 * (1 + 4 * 127 * highest) &&
    productsOf(-128, highest) === 4 * (1 - 4 * 128 * highest) &&
    productsOf(127, lowest) === 4 * (1 + 4 * 127 * lowest) &&
    productsOf(-128, lowest) === 4 * (1 - 4 * 128 * lowest)
  );
}
