import type { Evaluation, Objective } from './line-search.ts';
import { mostProbable } from './metrics.ts';
import type { Pace } from './pace.ts';
import { addResiduals, logitsOf, type Rows } from './row-products.ts';

/** What a softmax regression is fitted to. */
export interface SoftmaxProblem extends Rows {
  readonly labelCount: number;
  /** [examples] */
  readonly labelIndices: Int32Array;
  /** [rows]: how much each counts; they sum to 1. */
  readonly rowWeights: Float64Array;
  /** Weight of the penalty, at least 0. */
  readonly l2: number;
}

/** The penalised loss at a point, and what it is made of. */
export interface SoftmaxEvaluation extends Evaluation {
  /** Weighted mean of the examples' cross-entropy, in nats, without the penalty. */
  readonly loss: number;
  /** Share of the examples whose label has the most probability. */
  readonly accuracy: number;
}

/**
 * The weighted mean of the examples' cross-entropy, plus l2 / 2 times the sum
 * of the squared weights. Biases carry no penalty.
 *
 * A point is [labels, dimensions] weights, row-major, then [labels] biases.
 */
export function softmaxObjective(
  problem: SoftmaxProblem,
  pace: Pace,
): Objective<SoftmaxEvaluation> {
  const { dimensions, labelCount, labelIndices, rows, rowWeights, l2 } = problem;
  const weightCount = labelCount * dimensions;

  return async (point) => {
    const gradient = new Float64Array(point.length);
    let penalty = 0;
    for (let i = 0; i < weightCount; i++) {
      penalty += (l2 / 2) * point[i] * point[i];
      gradient[i] = l2 * point[i];
    }
    const logits = await logitsOf(problem, point, labelCount, pace);
    let [loss, right] = [0, 0];
    for (const [i, row] of rows.entries()) {
      const own = logits.subarray(i * labelCount, (i + 1) * labelCount);
      const truth = labelIndices[row];
      right += mostProbable(own, labelCount) === truth ? 1 : 0;
      loss += rowWeights[i] * crossEntropy(own, truth, rowWeights[i]);
    }
    await addResiduals(gradient, problem, logits, labelCount, pace);
    return { point, value: loss + penalty, gradient, loss, accuracy: right / rows.length };
  };
}

/**
 * Gives an example's cross-entropy, and turns its logits into the gradient by
 * them: probabilities less the truth, times the example's weight.
 */
function crossEntropy(logits: Float64Array, truth: number, weight: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) largest = Math.max(largest, logit);
  const trueLogit = logits[truth] - largest;
  let total = 0;
  for (let label = 0; label < logits.length; label++) {
    logits[label] = Math.exp(logits[label] - largest);
    total += logits[label];
  }
  for (let label = 0; label < logits.length; label++) logits[label] *= weight / total;
  logits[truth] -= weight;
  return Math.log(total) - trueLogit;
}
