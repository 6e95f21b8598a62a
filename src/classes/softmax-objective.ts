import type { Evaluation, Objective } from './line-search.ts';
import { mostProbable } from './metrics.ts';
import type { Pace } from './pace.ts';

/** What a softmax regression is fitted to. */
export interface SoftmaxProblem {
  /** [examples, dimensions], row-major. */
  readonly values: Float32Array;
  readonly dimensions: number;
  readonly labelCount: number;
  /** [examples] */
  readonly labelIndices: Int32Array;
  /** Which examples to fit to. */
  readonly rows: Int32Array;
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
  const logits = new Float64Array(labelCount);

  return async (point) => {
    const gradient = new Float64Array(point.length);
    let [loss, penalty, right] = [0, 0, 0];
    for (let i = 0; i < weightCount; i++) {
      penalty += (l2 / 2) * point[i] * point[i];
      gradient[i] = l2 * point[i];
    }
    for (const [i, row] of rows.entries()) {
      const truth = labelIndices[row];
      writeLogits(logits, problem, row, point);
      const trueLogit = logits[truth];
      right += mostProbable(logits, labelCount) === truth ? 1 : 0;
      loss += rowWeights[i] * (exponentiate(logits) - trueLogit);
      // The gradient of cross-entropy by the logits: probabilities less the truth.
      logits[truth] -= 1;
      addGradient(gradient, problem, row, logits, rowWeights[i]);
      const due = pace.spend(2 * weightCount);
      if (due !== undefined) await due;
    }
    return { point, value: loss + penalty, gradient, loss, accuracy: right / rows.length };
  };
}

/** Turns logits into probabilities, in place, and gives the logarithm of the sum of their exponentials. */
function exponentiate(logits: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) largest = Math.max(largest, logit);
  let total = 0;
  for (let label = 0; label < logits.length; label++) {
    logits[label] = Math.exp(logits[label] - largest);
    total += logits[label];
  }
  for (let label = 0; label < logits.length; label++) logits[label] /= total;
  return largest + Math.log(total);
}

type Shape = Pick<SoftmaxProblem, 'values' | 'dimensions' | 'labelCount'>;

/**
 * Logits of one example.
 *
 * @param logits [labels], overwritten
 * @param point as {@link softmaxObjective} has it
 */
export function writeLogits(
  logits: Float64Array,
  { values, dimensions, labelCount }: Shape,
  row: number,
  point: Float64Array,
): void {
  const start = row * dimensions;
  const biases = labelCount * dimensions;
  let label = 0;
  // Four at a time: the processor adds to one sum while the others are under way.
  for (; label + 4 <= labelCount; label += 4) {
    const [first, second] = [label * dimensions, (label + 1) * dimensions];
    const [third, fourth] = [(label + 2) * dimensions, (label + 3) * dimensions];
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let k = 0; k < dimensions; k++) {
      const value = values[start + k];
      a += point[first + k] * value;
      b += point[second + k] * value;
      c += point[third + k] * value;
      d += point[fourth + k] * value;
    }
    logits[label] = a + point[biases + label];
    logits[label + 1] = b + point[biases + label + 1];
    logits[label + 2] = c + point[biases + label + 2];
    logits[label + 3] = d + point[biases + label + 3];
  }
  for (; label < labelCount; label++) {
    const own = label * dimensions;
    let sum = 0;
    for (let k = 0; k < dimensions; k++) sum += point[own + k] * values[start + k];
    logits[label] = sum + point[biases + label];
  }
}

/** Adds one example's part: its coordinates times each label's residual. */
function addGradient(
  gradient: Float64Array,
  { values, dimensions, labelCount }: Shape,
  row: number,
  residuals: Float64Array,
  weight: number,
): void {
  const start = row * dimensions;
  for (let label = 0; label < labelCount; label++) {
    const share = weight * residuals[label];
    const own = label * dimensions;
    for (let k = 0; k < dimensions; k++) gradient[own + k] += share * values[start + k];
    gradient[labelCount * dimensions + label] += share;
  }
}
