import { loadOne, storable, storeOne } from './activations';
import { extendHigh, extendLow, joined, withProducts } from './products';
import { originOf, requantise, requantiseOne } from './requantisation';

/** Channels that one step works out. */
const blockChannels = 16;

/** Bytes of 16 channels' weights: three columns of 64. */
const blockWeightBytes = 192;

/** Bytes of 16 channels' sums to begin with and multipliers, in two halves as pointwise.ts has them. */
const blockChannelBytes = 128;

/**
 * The 3x3 convolution of each channel by itself, `same` padding, requantised and clamped.
 *
 * @param x stored [side, side, channelCount], channelCount a multiple of 16
 * @param zeros room for channelCount bytes, which are made the stored value of the inputs' real zero
 * @param stride 1, or 2 where the side is even: then the padding is below and on the right
 * @param y stored [side / stride, side / stride, channelCount]
 * @param weights int8 [channelCount / 16][3 columns][16 channels][3 rows and a 0]
 * @param channels as for multiplyRows
 * @param padding stored value of the inputs' real zero
 */
export function depthwise(
  x: usize,
  side: i32,
  channelCount: usize,
  stride: i32,
  zeros: usize,
  y: usize,
  weights: usize,
  channels: usize,
  padding: i32,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
): void {
  memory.fill(zeros, <u8>padding, channelCount);
  if (ASC_FEATURE_RELAXED_SIMD && stride === 1) {
    for (let row = 0; row < side; row++) {
      const middle = x + <usize>(row * side) * channelCount;
      const isTop = row === 0;
      const isBottom = row === side - 1;
      slide(
        isTop ? zeros : middle - <usize>side * channelCount,
        isTop ? 0 : channelCount,
        middle,
        isBottom ? zeros : middle + <usize>side * channelCount,
        isBottom ? 0 : channelCount,
        side,
        channelCount,
        zeros,
        y,
        weights,
        channels,
        zeroPoint,
        lowest,
        highest,
      );
      y += <usize>side * channelCount;
    }
    return;
  }
  const outputSide = side / stride;
  const before = stride === 1 ? 1 : 0;
  for (let row = 0; row < outputSide; row++) {
    const top = row * stride - before;
    for (let column = 0; column < outputSide; column++) {
      const left = column * stride - before;
      window(
        pixelAt(x, top, left, side, channelCount, zeros),
        pixelAt(x, top + 1, left, side, channelCount, zeros),
        pixelAt(x, top + 2, left, side, channelCount, zeros),
        pixelAt(x, top, left + 1, side, channelCount, zeros),
        pixelAt(x, top + 1, left + 1, side, channelCount, zeros),
        pixelAt(x, top + 2, left + 1, side, channelCount, zeros),
        pixelAt(x, top, left + 2, side, channelCount, zeros),
        pixelAt(x, top + 1, left + 2, side, channelCount, zeros),
        pixelAt(x, top + 2, left + 2, side, channelCount, zeros),
        channelCount,
        y,
        weights,
        channels,
        zeroPoint,
        lowest,
        highest,
      );
      y += channelCount;
    }
  }
}

/**
 * Relaxed SIMD, stride 1: one row of outputs. Each column of inputs is put in order once, and goes into the
 * sums of three outputs: the right column of the one before, the middle of its own, the left of the next.
 *
 * @param top a row of pixels, `topStep` bytes apart: 0 where it is padding
 */
function slide(
  top: usize,
  topStep: usize,
  middle: usize,
  bottom: usize,
  bottomStep: usize,
  side: i32,
  channelCount: usize,
  zeros: usize,
  y: usize,
  weights: usize,
  channels: usize,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
): void {
  const origin = originOf(zeroPoint);
  const low = i8x16.splat(<i8>lowest);
  const high = i8x16.splat(<i8>highest);
  for (let at: usize = 0; at < channelCount; at += blockChannels) {
    let t = top + at;
    let m = middle + at;
    let b = bottom + at;
    const padding = zeros + at;
    let to = y + at;
    // Sums of this column's output and of the next one's, four channels each.
    let here0 = v128.load(channels);
    let here1 = here0;
    let here2 = here0;
    let here3 = here0;
    let next0 = here0;
    let next1 = here0;
    let next2 = here0;
    let next3 = here0;
    for (let column = -1; column <= side; column++) {
      const isInside = i32(<u32>column < <u32>side);
      const upper = v128.load(select(t, padding, isInside));
      const center = v128.load(select(m, padding, isInside));
      const under = v128.load(select(b, padding, isInside));
      let pairs = interleaveLow(upper, center);
      let others = interleaveLow(under, under);
      let values = interleavePairsLow(pairs, others);
      const last0 = withProducts(here0, v128.load(weights, 128), values);
      here0 = withProducts(next0, v128.load(weights, 64), values);
      next0 = withProducts(v128.load(channels), v128.load(weights), values);
      values = interleavePairsHigh(pairs, others);
      const last1 = withProducts(here1, v128.load(weights, 144), values);
      here1 = withProducts(next1, v128.load(weights, 80), values);
      next1 = withProducts(v128.load(channels, 16), v128.load(weights, 16), values);
      const first = i16x8.narrow_i32x4_s(
        requantise(last0, v128.load(channels, 32), origin),
        requantise(last1, v128.load(channels, 48), origin),
      );
      pairs = interleaveHigh(upper, center);
      others = interleaveHigh(under, under);
      values = interleavePairsLow(pairs, others);
      const last2 = withProducts(here2, v128.load(weights, 160), values);
      here2 = withProducts(next2, v128.load(weights, 96), values);
      next2 = withProducts(v128.load(channels, 64), v128.load(weights, 32), values);
      values = interleavePairsHigh(pairs, others);
      const last3 = withProducts(here3, v128.load(weights, 176), values);
      here3 = withProducts(next3, v128.load(weights, 112), values);
      next3 = withProducts(v128.load(channels, 80), v128.load(weights, 48), values);
      const second = i16x8.narrow_i32x4_s(
        requantise(last2, v128.load(channels, 96), origin),
        requantise(last3, v128.load(channels, 112), origin),
      );
      if (column > 0) {
        v128.store(to, storable(first, second, low, high));
        to += channelCount;
      }
      if (isInside) {
        t += topStep;
        m += channelCount;
        b += bottomStep;
      }
    }
    weights += blockWeightBytes;
    channels += blockChannelBytes;
  }
}

function pixelAt(
  x: usize,
  row: i32,
  column: i32,
  side: i32,
  channelCount: usize,
  zeros: usize,
): usize {
  // Unsigned, -1 is beyond the side, too.
  const isInside = i32(<u32>row < <u32>side) & i32(<u32>column < <u32>side);
  return select(x + <usize>(row * side + column) * channelCount, zeros, isInside);
}

/** One output pixel of nine input pixels, named by column (l, m, r) and row. */
function window(
  l0: usize,
  l1: usize,
  l2: usize,
  m0: usize,
  m1: usize,
  m2: usize,
  r0: usize,
  r1: usize,
  r2: usize,
  channelCount: usize,
  y: usize,
  weights: usize,
  channels: usize,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
): void {
  if (!ASC_FEATURE_SIMD) {
    for (let channel: usize = 0; channel < channelCount; channel++) {
      const block = channel / blockChannels;
      const w = weights + block * blockWeightBytes + ((channel & 15) << 2);
      const c = channels + (channel >> 3) * 64 + ((channel & 7) << 2);
      const sum =
        load<i32>(c) +
        <i32>load<i8>(w) * loadOne(l0 + channel) +
        <i32>load<i8>(w, 1) * loadOne(l1 + channel) +
        <i32>load<i8>(w, 2) * loadOne(l2 + channel) +
        <i32>load<i8>(w, 64) * loadOne(m0 + channel) +
        <i32>load<i8>(w, 65) * loadOne(m1 + channel) +
        <i32>load<i8>(w, 66) * loadOne(m2 + channel) +
        <i32>load<i8>(w, 128) * loadOne(r0 + channel) +
        <i32>load<i8>(w, 129) * loadOne(r1 + channel) +
        <i32>load<i8>(w, 130) * loadOne(r2 + channel);
      storeOne(y + channel, requantiseOne(sum, load<f32>(c, 32), zeroPoint, lowest, highest));
    }
    return;
  }
  const origin = originOf(zeroPoint);
  const low = i8x16.splat(<i8>lowest);
  const high = i8x16.splat(<i8>highest);
  for (let at: usize = 0; at < channelCount; at += blockChannels) {
    let s0: v128;
    let s1: v128;
    let s2: v128;
    let s3: v128;
    // Plain SIMD has two sums of each channel, which stand apart until the end.
    let t0 = i32x4.splat(0);
    let t1 = t0;
    let t2 = t0;
    let t3 = t0;
    // Four channels' three rows of a column stand together, as their weights do.
    let top = v128.load(l0 + at);
    let middle = v128.load(l1 + at);
    let bottom = v128.load(l2 + at);
    let upper = interleaveLow(top, middle);
    let lower = interleaveLow(bottom, bottom);
    let v0 = interleavePairsLow(upper, lower);
    let v1 = interleavePairsHigh(upper, lower);
    upper = interleaveHigh(top, middle);
    lower = interleaveHigh(bottom, bottom);
    let v2 = interleavePairsLow(upper, lower);
    let v3 = interleavePairsHigh(upper, lower);
    if (ASC_FEATURE_RELAXED_SIMD) {
      s0 = withProducts(v128.load(channels), v128.load(weights), v0);
      s1 = withProducts(v128.load(channels, 16), v128.load(weights, 16), v1);
      s2 = withProducts(v128.load(channels, 64), v128.load(weights, 32), v2);
      s3 = withProducts(v128.load(channels, 80), v128.load(weights, 48), v3);
    } else {
      s0 = firstTwo(weights, v0);
      t0 = lastTwo(weights, v0);
      s1 = firstTwo(weights + 16, v1);
      t1 = lastTwo(weights + 16, v1);
      s2 = firstTwo(weights + 32, v2);
      t2 = lastTwo(weights + 32, v2);
      s3 = firstTwo(weights + 48, v3);
      t3 = lastTwo(weights + 48, v3);
    }
    top = v128.load(m0 + at);
    middle = v128.load(m1 + at);
    bottom = v128.load(m2 + at);
    upper = interleaveLow(top, middle);
    lower = interleaveLow(bottom, bottom);
    v0 = interleavePairsLow(upper, lower);
    v1 = interleavePairsHigh(upper, lower);
    upper = interleaveHigh(top, middle);
    lower = interleaveHigh(bottom, bottom);
    v2 = interleavePairsLow(upper, lower);
    v3 = interleavePairsHigh(upper, lower);
    if (ASC_FEATURE_RELAXED_SIMD) {
      s0 = withProducts(s0, v128.load(weights, 64), v0);
      s1 = withProducts(s1, v128.load(weights, 80), v1);
      s2 = withProducts(s2, v128.load(weights, 96), v2);
      s3 = withProducts(s3, v128.load(weights, 112), v3);
    } else {
      s0 = i32x4.add(s0, firstTwo(weights + 64, v0));
      t0 = i32x4.add(t0, lastTwo(weights + 64, v0));
      s1 = i32x4.add(s1, firstTwo(weights + 80, v1));
      t1 = i32x4.add(t1, lastTwo(weights + 80, v1));
      s2 = i32x4.add(s2, firstTwo(weights + 96, v2));
      t2 = i32x4.add(t2, lastTwo(weights + 96, v2));
      s3 = i32x4.add(s3, firstTwo(weights + 112, v3));
      t3 = i32x4.add(t3, lastTwo(weights + 112, v3));
    }
    top = v128.load(r0 + at);
    middle = v128.load(r1 + at);
    bottom = v128.load(r2 + at);
    upper = interleaveLow(top, middle);
    lower = interleaveLow(bottom, bottom);
    v0 = interleavePairsLow(upper, lower);
    v1 = interleavePairsHigh(upper, lower);
    upper = interleaveHigh(top, middle);
    lower = interleaveHigh(bottom, bottom);
    v2 = interleavePairsLow(upper, lower);
    v3 = interleavePairsHigh(upper, lower);
    if (ASC_FEATURE_RELAXED_SIMD) {
      s0 = withProducts(s0, v128.load(weights, 128), v0);
      s1 = withProducts(s1, v128.load(weights, 144), v1);
      s2 = withProducts(s2, v128.load(weights, 160), v2);
      s3 = withProducts(s3, v128.load(weights, 176), v3);
    } else {
      s0 = i32x4.add(s0, firstTwo(weights + 128, v0));
      t0 = i32x4.add(t0, lastTwo(weights + 128, v0));
      s0 = i32x4.add(v128.load(channels), joined(s0, t0));
      s1 = i32x4.add(s1, firstTwo(weights + 144, v1));
      t1 = i32x4.add(t1, lastTwo(weights + 144, v1));
      s1 = i32x4.add(v128.load(channels, 16), joined(s1, t1));
      s2 = i32x4.add(s2, firstTwo(weights + 160, v2));
      t2 = i32x4.add(t2, lastTwo(weights + 160, v2));
      s2 = i32x4.add(v128.load(channels, 64), joined(s2, t2));
      s3 = i32x4.add(s3, firstTwo(weights + 176, v3));
      t3 = i32x4.add(t3, lastTwo(weights + 176, v3));
      s3 = i32x4.add(v128.load(channels, 80), joined(s3, t3));
    }
    const first = i16x8.narrow_i32x4_s(
      requantise(s0, v128.load(channels, 32), origin),
      requantise(s1, v128.load(channels, 48), origin),
    );
    const last = i16x8.narrow_i32x4_s(
      requantise(s2, v128.load(channels, 96), origin),
      requantise(s3, v128.load(channels, 112), origin),
    );
    v128.store(y + at, storable(first, last, low, high));
    weights += blockWeightBytes;
    channels += blockChannelBytes;
  }
}

/** Plain SIMD: a column's sums of the first two of four channels, two for each. */
function firstTwo(weights: usize, values: v128): v128 {
  return i32x4.dot_i16x8_s(v128.load8x8_s(weights), extendLow(values));
}

function lastTwo(weights: usize, values: v128): v128 {
  return i32x4.dot_i16x8_s(v128.load8x8_s(weights, 8), extendHigh(values));
}

function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

function interleavePairsLow(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

function interleavePairsHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
