import { loadOne, storable, storeOne } from './activations';
import { extendLow, joined, withEightProducts, withProducts } from './products';
import { originOf, requantise, requantiseOne } from './requantisation';

/** Outputs that one step works out of as many rows as a level has registers for. */
const blockOutputs = 8;

/** Bytes of eight outputs' sums to begin with (int32) and multipliers (float32). */
const blockChannelBytes = 64;

/**
 * A matrix product of rows and weights, requantised and clamped: the 1x1 convolution, the classifier and,
 * with rows that overlap, the stem.
 *
 * A row is `segments` pieces of `segmentBytes` stored values, a multiple of 4; the pieces of a row are
 * `segmentStride` bytes apart, and rows `rowStride`.
 *
 * @param y [rows, outputs]; up to 7 bytes after its end may be written
 * @param outputs a multiple of 8, unless there is one row
 * @param weights int8 [ceil(outputs / 8)][segments * segmentBytes / 4][8 outputs][4 inputs]
 * @param channels [ceil(outputs / 8)]: int32 [8], what the sums begin with; float32 [8], multipliers
 * @param zeroPoint of the outputs, as int8 like the range `lowest` to `highest` that they are clamped to
 */
export function multiplyRows(
  x: usize,
  rowStride: usize,
  segments: i32,
  segmentBytes: usize,
  segmentStride: usize,
  y: usize,
  rows: i32,
  outputs: usize,
  weights: usize,
  channels: usize,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    let row = 0;
    for (; row + 4 <= rows; row += 4) {
      fourRows(
        x,
        rowStride,
        segments,
        segmentBytes,
        segmentStride,
        y,
        outputs,
        weights,
        channels,
        zeroPoint,
        lowest,
        highest,
      );
      x += rowStride << 2;
      y += outputs << 2;
    }
    for (; row < rows; row++) {
      oneRow(
        x,
        segments,
        segmentBytes,
        segmentStride,
        y,
        outputs,
        weights,
        channels,
        zeroPoint,
        lowest,
        highest,
      );
      x += rowStride;
      y += outputs;
    }
  } else if (ASC_FEATURE_SIMD) {
    let row = 0;
    for (; row + 2 <= rows; row += 2) {
      twoRows(
        x,
        rowStride,
        segments,
        segmentBytes,
        segmentStride,
        y,
        outputs,
        weights,
        channels,
        zeroPoint,
        lowest,
        highest,
      );
      x += rowStride << 1;
      y += outputs << 1;
    }
    if (row < rows) {
      twoRows(
        x,
        0,
        segments,
        segmentBytes,
        segmentStride,
        y,
        outputs,
        weights,
        channels,
        zeroPoint,
        lowest,
        highest,
        0,
      );
    }
  } else {
    for (let row = 0; row < rows; row++) {
      scalarRow(
        x,
        segments,
        segmentBytes,
        segmentStride,
        y,
        outputs,
        weights,
        channels,
        zeroPoint,
        lowest,
        highest,
      );
      x += rowStride;
      y += outputs;
    }
  }
}

/** Relaxed SIMD: four rows. Weights are loaded once for all. */
function fourRows(
  x: usize,
  rowStride: usize,
  segments: i32,
  segmentBytes: usize,
  segmentStride: usize,
  y: usize,
  outputs: usize,
  weights: usize,
  channels: usize,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
): void {
  const origin = originOf(zeroPoint);
  const low = i8x16.splat(<i8>lowest);
  const high = i8x16.splat(<i8>highest);
  for (let output: usize = 0; output < outputs; output += blockOutputs) {
    let a0 = v128.load(channels);
    let a1 = v128.load(channels, 16);
    let b0 = a0;
    let b1 = a1;
    let c0 = a0;
    let c1 = a1;
    let d0 = a0;
    let d1 = a1;
    let segment = x;
    for (let left = segments; left > 0; left--) {
      let a = segment;
      let b = a + rowStride;
      let c = b + rowStride;
      let d = c + rowStride;
      const end = a + segmentBytes;
      do {
        const w0 = v128.load(weights);
        const w1 = v128.load(weights, 16);
        let values = v128.load32_splat(a);
        a0 = withProducts(a0, w0, values);
        a1 = withProducts(a1, w1, values);
        values = v128.load32_splat(b);
        b0 = withProducts(b0, w0, values);
        b1 = withProducts(b1, w1, values);
        values = v128.load32_splat(c);
        c0 = withProducts(c0, w0, values);
        c1 = withProducts(c1, w1, values);
        values = v128.load32_splat(d);
        d0 = withProducts(d0, w0, values);
        d1 = withProducts(d1, w1, values);
        weights += 32;
        a += 4;
        b += 4;
        c += 4;
        d += 4;
      } while (a < end);
      segment += segmentStride;
    }
    const m0 = v128.load(channels, 32);
    const m1 = v128.load(channels, 48);
    const ya = i16x8.narrow_i32x4_s(requantise(a0, m0, origin), requantise(a1, m1, origin));
    const yb = i16x8.narrow_i32x4_s(requantise(b0, m0, origin), requantise(b1, m1, origin));
    const yc = i16x8.narrow_i32x4_s(requantise(c0, m0, origin), requantise(c1, m1, origin));
    const yd = i16x8.narrow_i32x4_s(requantise(d0, m0, origin), requantise(d1, m1, origin));
    const ab = storable(ya, yb, low, high);
    const cd = storable(yc, yd, low, high);
    v128.store64_lane(y, ab, 0);
    v128.store64_lane(y + outputs, ab, 1);
    v128.store64_lane(y + (outputs << 1), cd, 0);
    v128.store64_lane(y + outputs * 3, cd, 1);
    channels += blockChannelBytes;
    y += blockOutputs;
  }
}

/** Relaxed SIMD: one row. */
function oneRow(
  x: usize,
  segments: i32,
  segmentBytes: usize,
  segmentStride: usize,
  y: usize,
  outputs: usize,
  weights: usize,
  channels: usize,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
): void {
  const origin = originOf(zeroPoint);
  const low = i8x16.splat(<i8>lowest);
  const high = i8x16.splat(<i8>highest);
  for (let output: usize = 0; output < outputs; output += blockOutputs) {
    let a0 = v128.load(channels);
    let a1 = v128.load(channels, 16);
    let segment = x;
    for (let left = segments; left > 0; left--) {
      let a = segment;
      const end = a + segmentBytes;
      do {
        const values = v128.load32_splat(a);
        a0 = withProducts(a0, v128.load(weights), values);
        a1 = withProducts(a1, v128.load(weights, 16), values);
        weights += 32;
        a += 4;
      } while (a < end);
      segment += segmentStride;
    }
    const ya = i16x8.narrow_i32x4_s(
      requantise(a0, v128.load(channels, 32), origin),
      requantise(a1, v128.load(channels, 48), origin),
    );
    v128.store64_lane(y, storable(ya, ya, low, high), 0);
    channels += blockChannelBytes;
    y += blockOutputs;
  }
}

/** Plain SIMD: two rows, the sums of which come in two halves. */
function twoRows(
  x: usize,
  rowStride: usize,
  segments: i32,
  segmentBytes: usize,
  segmentStride: usize,
  y: usize,
  outputs: usize,
  weights: usize,
  channels: usize,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
  yStride: usize = outputs,
): void {
  const origin = originOf(zeroPoint);
  const low = i8x16.splat(<i8>lowest);
  const high = i8x16.splat(<i8>highest);
  const zero = i32x4.splat(0);
  for (let output: usize = 0; output < outputs; output += blockOutputs) {
    let a0 = zero;
    let a1 = zero;
    let a2 = zero;
    let a3 = zero;
    let b0 = zero;
    let b1 = zero;
    let b2 = zero;
    let b3 = zero;
    let segment = x;
    for (let left = segments; left > 0; left--) {
      let a = segment;
      let b = a + rowStride;
      const end = a + segmentBytes;
      do {
        const va = extendLow(v128.load32_splat(a));
        const vb = extendLow(v128.load32_splat(b));
        let w = v128.load8x8_s(weights);
        a0 = withEightProducts(a0, w, va);
        b0 = withEightProducts(b0, w, vb);
        w = v128.load8x8_s(weights, 8);
        a1 = withEightProducts(a1, w, va);
        b1 = withEightProducts(b1, w, vb);
        w = v128.load8x8_s(weights, 16);
        a2 = withEightProducts(a2, w, va);
        b2 = withEightProducts(b2, w, vb);
        w = v128.load8x8_s(weights, 24);
        a3 = withEightProducts(a3, w, va);
        b3 = withEightProducts(b3, w, vb);
        weights += 32;
        a += 4;
        b += 4;
      } while (a < end);
      segment += segmentStride;
    }
    const s0 = v128.load(channels);
    const s1 = v128.load(channels, 16);
    const m0 = v128.load(channels, 32);
    const m1 = v128.load(channels, 48);
    const ya = i16x8.narrow_i32x4_s(
      requantise(i32x4.add(s0, joined(a0, a1)), m0, origin),
      requantise(i32x4.add(s1, joined(a2, a3)), m1, origin),
    );
    const yb = i16x8.narrow_i32x4_s(
      requantise(i32x4.add(s0, joined(b0, b1)), m0, origin),
      requantise(i32x4.add(s1, joined(b2, b3)), m1, origin),
    );
    const ab = storable(ya, yb, low, high);
    v128.store64_lane(y, ab, 0);
    v128.store64_lane(y + yStride, ab, 1);
    channels += blockChannelBytes;
    y += blockOutputs;
  }
}

/** Without SIMD: one row, eight outputs at a time. */
function scalarRow(
  x: usize,
  segments: i32,
  segmentBytes: usize,
  segmentStride: usize,
  y: usize,
  outputs: usize,
  weights: usize,
  channels: usize,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
): void {
  for (let output: usize = 0; output < outputs; output += blockOutputs) {
    let sum0 = load<i32>(channels);
    let sum1 = load<i32>(channels, 4);
    let sum2 = load<i32>(channels, 8);
    let sum3 = load<i32>(channels, 12);
    let sum4 = load<i32>(channels, 16);
    let sum5 = load<i32>(channels, 20);
    let sum6 = load<i32>(channels, 24);
    let sum7 = load<i32>(channels, 28);
    let segment = x;
    for (let left = segments; left > 0; left--) {
      for (let at: usize = 0; at < segmentBytes; at += 4) {
        const a = loadOne(segment + at);
        const b = loadOne(segment + at + 1);
        const c = loadOne(segment + at + 2);
        const d = loadOne(segment + at + 3);
        sum0 += fourProducts(weights, a, b, c, d);
        sum1 += fourProducts(weights + 4, a, b, c, d);
        sum2 += fourProducts(weights + 8, a, b, c, d);
        sum3 += fourProducts(weights + 12, a, b, c, d);
        sum4 += fourProducts(weights + 16, a, b, c, d);
        sum5 += fourProducts(weights + 20, a, b, c, d);
        sum6 += fourProducts(weights + 24, a, b, c, d);
        sum7 += fourProducts(weights + 28, a, b, c, d);
        weights += 32;
      }
      segment += segmentStride;
    }
    storeSum(y + output, sum0, channels, zeroPoint, lowest, highest);
    storeSum(y + output + 1, sum1, channels + 4, zeroPoint, lowest, highest);
    storeSum(y + output + 2, sum2, channels + 8, zeroPoint, lowest, highest);
    storeSum(y + output + 3, sum3, channels + 12, zeroPoint, lowest, highest);
    storeSum(y + output + 4, sum4, channels + 16, zeroPoint, lowest, highest);
    storeSum(y + output + 5, sum5, channels + 20, zeroPoint, lowest, highest);
    storeSum(y + output + 6, sum6, channels + 24, zeroPoint, lowest, highest);
    storeSum(y + output + 7, sum7, channels + 28, zeroPoint, lowest, highest);
    channels += blockChannelBytes;
  }
}

function fourProducts(weights: usize, a: i32, b: i32, c: i32, d: i32): i32 {
  return (
    <i32>load<i8>(weights) * a +
    <i32>load<i8>(weights, 1) * b +
    <i32>load<i8>(weights, 2) * c +
    <i32>load<i8>(weights, 3) * d
  );
}

/** @param channel of the output's sum to begin with */
function storeSum(
  y: usize,
  sum: i32,
  channel: usize,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
): void {
  storeOne(y, requantiseOne(sum, load<f32>(channel, 32), zeroPoint, lowest, highest));
}
