import type { Manifest } from './manifest.ts';
import { mostProbable } from './metrics.ts';

export type Thresholds = Manifest['thresholds'];

/** Thresholds under which nothing falls. */
export const noThresholds: Thresholds = { minTopProbability: 0, minMargin: 0 };

/** Of the right answers, those that may be called unknown, for the sake of what the model has never seen. */
const mostLost = 0.05;

/** Thresholds are rounded down to this. */
const digits = 1000;

/**
 * The highest thresholds at which at most one right answer in twenty becomes
 * `unknown`, by either: both are raised by the same number of answers.
 *
 * @param truth [photos], that the model was not trained on
 * @param probabilities [photos, labels], row-major, after the temperature
 */
export function chooseThresholds(truth: Int32Array, probabilities: Float32Array): Thresholds {
  const labelCount = probabilities.length / Math.max(1, truth.length);
  const right = [...truth.keys()].flatMap((photo) => {
    const own = probabilities.subarray(photo * labelCount, (photo + 1) * labelCount);
    if (mostProbable(own, labelCount) !== truth[photo]) return [];
    const [first, second] = own.toSorted((a, b) => b - a);
    return [{ first, margin: first - second }];
  });
  const firsts = right.map(({ first }) => first).sort((a, b) => a - b);
  const margins = right.map(({ margin }) => margin).sort((a, b) => a - b);
  const allowed = Math.floor(mostLost * right.length);
  for (let lowest = allowed; lowest >= 0 && lowest < right.length; lowest--) {
    const minTopProbability = Math.floor(firsts[lowest] * digits) / digits;
    const minMargin = Math.floor(margins[lowest] * digits) / digits;
    const lost = right.filter(
      (answer) => answer.first < minTopProbability || answer.margin < minMargin,
    );
    if (lost.length <= allowed) return { minTopProbability, minMargin };
  }
  return noThresholds;
}
