/**
 * The gradient by a layer's biases, each of which is added at every position.
 *
 * @param gradient by the layer's output, [positions, channels], row-major
 * @returns [channels]
 */
export function biasGradient(gradient: Float32Array, channels: number): Float32Array {
  const sums = new Float32Array(channels);
  for (let start = 0; start < gradient.length; start += channels) {
    for (let channel = 0; channel < channels; channel++) {
      sums[channel] += gradient[start + channel];
    }
  }
  return sums;
}
