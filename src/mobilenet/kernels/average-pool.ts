import { loadEight, loadOne, storable, storeOne } from './activations';
import { originOf, requantise, requantiseOne } from './requantisation';

/**
 * The mean over all positions, as XNNPACK's qs8 mean works it out: the sum of a channel, requantised with
 * input scale / (output scale * positions).
 *
 * @param x stored [positions, channelCount], channelCount a multiple of 8
 * @param bias less what the inputs' zero point amounts to over all positions
 * @param y stored [channelCount]
 */
export function averagePool(
  x: usize,
  positions: i32,
  channelCount: usize,
  y: usize,
  bias: i32,
  multiplier: f32,
  zeroPoint: i32,
): void {
  if (!ASC_FEATURE_SIMD) {
    for (let channel: usize = 0; channel < channelCount; channel++) {
      let sum = bias;
      for (let position = 0; position < positions; position++) {
        sum += loadOne(x + <usize>position * channelCount + channel);
      }
      storeOne(y + channel, requantiseOne(sum, multiplier, zeroPoint, -128, 127));
    }
    return;
  }
  const origin = originOf(zeroPoint);
  const multipliers = f32x4.splat(multiplier);
  const low = i8x16.splat(-128);
  const high = i8x16.splat(127);
  for (let channel: usize = 0; channel < channelCount; channel += 8) {
    let first = i32x4.splat(bias);
    let last = first;
    let from = x + channel;
    for (let position = 0; position < positions; position++) {
      const values = loadEight(from);
      first = i32x4.add(first, i32x4.extend_low_i16x8_s(values));
      last = i32x4.add(last, i32x4.extend_high_i16x8_s(values));
      from += channelCount;
    }
    const means = i16x8.narrow_i32x4_s(
      requantise(first, multipliers, origin),
      requantise(last, multipliers, origin),
    );
    v128.store64_lane(y + channel, storable(means, means, low, high), 0);
  }
}
