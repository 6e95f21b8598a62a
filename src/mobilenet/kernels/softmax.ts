import { loadOne } from './activations';

/**
 * Probabilities of quantised logits, as TFLite's softmax for 8 bits works them out
 * (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/kernels/internal/optimized/optimized_ops.h),
 * but for its last step: it rounds them to 256ths, of which this keeps what lies between.
 *
 * @param x stored [length]
 * @param exponentials float32 [256]: exp(-scale * difference) by the difference to the largest logit
 * @param y float32 [length], summing to 1
 */
export function softmax(x: usize, length: usize, exponentials: usize, y: usize): void {
  let largest = i32.MIN_VALUE;
  for (let at: usize = 0; at < length; at++) largest = max<i32>(largest, loadOne(x + at));
  let total: f32 = 0;
  for (let at: usize = 0; at < length; at++) {
    total += load<f32>(exponentials + ((<usize>(largest - loadOne(x + at))) << 2));
  }
  const share: f32 = <f32>1 / total;
  for (let at: usize = 0; at < length; at++) {
    const exponential = load<f32>(exponentials + ((<usize>(largest - loadOne(x + at))) << 2));
    store<f32>(y + (at << 2), exponential * share);
  }
}
