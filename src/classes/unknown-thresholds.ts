import { isUnknown, noThresholds, type UnknownThresholds } from '../mobilenet/uncertainty.ts';
import { mostProbable } from './metrics.ts';

/** Of the right answers, those that may be called unknown, for the sake of what the model has never seen. */
const mostLost = 0.05;

/** Thresholds are rounded down to thousandths. */
const steps = 1000;

/**
 * No threshold is higher. Where a few photos are told apart without a doubt, all
 * answers are near 1, and one photo a little different from them would be called
 * unknown at 0.99, which is an answer by any other measure.
 */
const highest: UnknownThresholds = { minTopProbability: 0.9, minMargin: 0.8 };

/**
 * The highest thresholds at which at most one right answer in twenty becomes
 * `unknown`: each is raised past the same number of answers.
 *
 * @param truth [photos], that the model was not trained on
 * @param probabilities [photos, labels], row-major, after the temperature
 */
export function chooseThresholds(
  truth: Int32Array,
  probabilities: Float32Array,
): UnknownThresholds {
  const labelCount = probabilities.length / truth.length;
  const right = [...truth.keys()]
    .map((photo) => probabilities.subarray(photo * labelCount, (photo + 1) * labelCount))
    .filter((own, photo) => mostProbable(own, labelCount) === truth[photo]);
  const leads = right.map((own) => own.toSorted((a, b) => b - a));
  const firsts = leads.map(([first]) => first).sort((a, b) => a - b);
  const margins = leads.map(([first, second]) => first - second).sort((a, b) => a - b);
  const allowed = Math.floor(mostLost * right.length);
  // Those who fall below one need not be those who fall below the other.
  for (let passed = Math.min(allowed, right.length - 1); passed >= 0; passed--) {
    const thresholds = {
      minTopProbability: Math.min(
        highest.minTopProbability,
        Math.floor(firsts[passed] * steps) / steps,
      ),
      minMargin: Math.min(highest.minMargin, Math.floor(margins[passed] * steps) / steps),
    };
    if (right.filter((own) => isUnknown(own, thresholds)).length <= allowed) return thresholds;
  }
  return noThresholds;
}
