/** Temperatures that are not gone beyond: few photos, all answered rightly, would ask for 0. */
const [lowest, highest] = [0.25, 4];

/** Steps after which the temperature is exact to the last digits that matter. */
const maxSteps = 60;

/**
 * Temperature scaling (C. Guo, G. Pleiss, Y. Sun and K. Weinberger 2017, On
 * calibration of modern neural networks, https://arxiv.org/abs/1706.04599): the
 * temperature that logits are divided by so that the right labels get the most
 * probability, in the mean of its logarithm. That mean is convex in the
 * temperature's inverse: Newton's method finds it, kept within an interval that
 * is halved where a step would leave it.
 *
 * @param logits [photos, labels], row-major, of photos that the head was not fitted to
 * @param truth [photos]: what each shows, as index of a label
 * @returns 0.25..4; 1 without photos
 */
export function fitTemperature(logits: Float64Array, truth: Int32Array): number {
  if (truth.length === 0) return 1;
  const labelCount = logits.length / truth.length;
  let [low, high] = [1 / highest, 1 / lowest];
  let inverse = 1;
  for (let step = 0; step < maxSteps; step++) {
    const { slope, curvature } = derivatives(logits, truth, labelCount, inverse);
    if (slope === 0) break;
    if (slope > 0) high = inverse;
    else low = inverse;
    const newton = inverse - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - inverse) < 1e-9) break;
    inverse = next;
  }
  return 1 / inverse;
}

/** Of the mean negative logarithm of the right label's probability, by the temperature's inverse. */
function derivatives(
  logits: Float64Array,
  truth: Int32Array,
  labelCount: number,
  inverse: number,
): { slope: number; curvature: number } {
  let slope = 0;
  let curvature = 0;
  for (const [photo, label] of truth.entries()) {
    const own = logits.subarray(photo * labelCount, (photo + 1) * labelCount);
    const largest = own.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
    let [total, mean, square] = [0, 0, 0];
    for (const logit of own) {
      const power = Math.exp((logit - largest) * inverse);
      total += power;
      mean += power * logit;
      square += power * logit * logit;
    }
    mean /= total;
    slope += mean - own[label];
    curvature += square / total - mean * mean;
  }
  return { slope: slope / truth.length, curvature: curvature / truth.length };
}
