import type { ModelMetrics } from './manifest.ts';

/** Photos whose first label had about the same probability. */
export interface ReliabilityBin {
  /** Probabilities above `from`, up to `to`. */
  readonly from: number;
  readonly to: number;
  readonly photos: number;
  /** Of the photos' first labels; null without photos. */
  readonly meanProbability: number | null;
  /** Share of the photos whose first label is right; null without photos. */
  readonly accuracy: number | null;
}

/** Fewer nats than one wrong answer of probability 0 would cost, which are infinitely many. */
const leastProbability = 1e-15;

/** The label with the most probability, the first of several. */
export function mostProbable(
  probabilities: ArrayLike<number>,
  labelCount: number,
  row = 0,
): number {
  const start = row * labelCount;
  let best = 0;
  for (let label = 1; label < labelCount; label++) {
    if (probabilities[start + label] > probabilities[start + best]) best = label;
  }
  return best;
}

/**
 * Measures answers to photos that the model was not trained on.
 *
 * @param truth [photos]: what each shows, as index of a label
 * @param probabilities [photos, labels], row-major, after the temperature
 * @param folds how the photos were held out: 1 for once, more for cross-validation
 */
export function measureModel(
  labels: readonly string[],
  truth: Int32Array,
  probabilities: Float32Array,
  folds: number,
): ModelMetrics {
  const labelCount = labels.length;
  const confusion = labels.map(() => labels.map(() => 0));
  for (const [photo, label] of truth.entries()) {
    confusion[label][mostProbable(probabilities, labelCount, photo)] += 1;
  }
  const correct = labels.reduce((sum, _, label) => sum + confusion[label][label], 0);
  const photos = truth.length;
  return {
    folds,
    photos,
    correct,
    accuracy: photos === 0 ? 0 : correct / photos,
    interval: wilsonInterval(correct, photos),
    confusion,
    labels: labels.map((label, index) => {
      const shown = confusion[index].reduce((sum, count) => sum + count, 0);
      const taken = confusion.reduce((sum, row) => sum + row[index], 0);
      const right = confusion[index][index];
      return {
        label,
        photos: shown,
        precision: taken === 0 ? null : right / taken,
        recall: shown === 0 ? null : right / shown,
      };
    }),
    logLoss: logLoss(truth, probabilities, labelCount),
    calibrationError: calibrationError(reliabilityBins(truth, probabilities, labelCount)),
  };
}

/**
 * Mean negative logarithm of the right label's probability, in nats;
 * probabilities below 1e-15 count as that.
 *
 * @param probabilities [photos, labels], row-major
 */
export function logLoss(
  truth: Int32Array,
  probabilities: Float32Array,
  labelCount: number,
): number {
  if (truth.length === 0) return 0;
  let sum = 0;
  for (const [photo, label] of truth.entries()) {
    sum -= Math.log(Math.max(leastProbability, probabilities[photo * labelCount + label]));
  }
  return Math.max(0, sum / truth.length);
}

/**
 * How often the first label is right, by its probability: a reliability
 * diagram's bars (A. Niculescu-Mizil and R. Caruana 2005, Predicting good
 * probabilities with supervised learning).
 *
 * @param probabilities [photos, labels], row-major
 * @param count bins of equal width over 0..1
 */
export function reliabilityBins(
  truth: Int32Array,
  probabilities: Float32Array,
  labelCount: number,
  count = 10,
): ReliabilityBin[] {
  const sums = Array.from({ length: count }, () => ({ photos: 0, right: 0, probability: 0 }));
  for (const [photo, label] of truth.entries()) {
    const first = mostProbable(probabilities, labelCount, photo);
    const probability = probabilities[photo * labelCount + first];
    const bin = sums[Math.min(count - 1, Math.max(0, Math.ceil(probability * count) - 1))];
    bin.photos += 1;
    bin.right += first === label ? 1 : 0;
    bin.probability += probability;
  }
  return sums.map(({ photos, right, probability }, i) => ({
    from: i / count,
    to: (i + 1) / count,
    photos,
    meanProbability: photos === 0 ? null : probability / photos,
    accuracy: photos === 0 ? null : right / photos,
  }));
}

/** Expected calibration error (https://arxiv.org/abs/1706.04599): mean distance of accuracy and probability, 0..1. */
function calibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, { photos }) => sum + photos, 0);
  return bins.reduce((sum, { photos, meanProbability, accuracy }) => {
    if (meanProbability === null || accuracy === null) return sum;
    return sum + (photos / total) * Math.abs(accuracy - meanProbability);
  }, 0);
}

/**
 * Wilson's 95 % score interval of a proportion (E. B. Wilson 1927), which
 * stays within 0..1 and holds for small counts. Of nothing it is all of 0..1.
 */
export function wilsonInterval(successes: number, trials: number): [number, number] {
  if (trials === 0) return [0, 1];
  const z = 1.96;
  const p = successes / trials;
  const denominator = 1 + z ** 2 / trials;
  const centre = (p + z ** 2 / (2 * trials)) / denominator;
  const half = (z * Math.sqrt((p * (1 - p)) / trials + z ** 2 / (4 * trials ** 2))) / denominator;
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
