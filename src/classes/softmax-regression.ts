import { type Coordinates, coordinatesOf, type LinearHead } from './coordinates.ts';
import { descend, type Iterate } from './lbfgs.ts';
import type { Pace } from './pace.ts';
import { type SoftmaxEvaluation, softmaxObjective } from './softmax-objective.ts';
import type { TrainingSet } from './training-set.ts';

/** Examples whose coordinates are worked out, for as many fits as are wanted. */
export interface PreparedExamples {
  readonly coordinates: Coordinates;
  /** [examples] */
  readonly labelIndices: Int32Array;
  readonly labelCount: number;
}

export interface FitOptions {
  /** Weight of the penalty, at least 0, for coordinates whose root mean square length is 1. */
  readonly l2: number;
  /** Which examples to fit to. */
  readonly rows: Int32Array;
  readonly pace: Pace;
}

export interface SoftmaxFit extends LinearHead {
  readonly iterations: number;
  /** Length of the gradient there, in nats. */
  readonly gradientNorm: number;
}

/** Length of the gradient, in nats, at which a fit has arrived. */
export const arrived = 1e-4;

/** Works out coordinates; the set must have an example. */
export async function prepareExamples(set: TrainingSet, pace: Pace): Promise<PreparedExamples> {
  return {
    coordinates: await coordinatesOf(set.embeddings, pace),
    labelIndices: set.labelIndices,
    labelCount: set.labels.length,
  };
}

/**
 * Softmax regression, also called multinomial logistic regression, step by
 * step: towards the lowest point of the mean cross-entropy plus l2 / 2 times
 * the sum of the squared weights, from all zeros. Each label counts the same,
 * however many examples it has.
 */
export function softmaxIterates(
  { coordinates, labelIndices, labelCount }: PreparedExamples,
  { l2, rows, pace }: FitOptions,
): AsyncGenerator<Iterate<SoftmaxEvaluation>, void> {
  const { values, dimensions } = coordinates;
  const rowWeights = balancedWeights(labelIndices, rows, labelCount);
  const problem = { values, dimensions, labelCount, labelIndices, rows, rowWeights, l2 };
  return descend(softmaxObjective(problem, pace), new Float64Array(labelCount * (dimensions + 1)));
}

/**
 * Fits a softmax regression as far as is wanted.
 *
 * @param limits ends at the first of the two
 * @returns weights and biases for embeddings, whatever the coordinates
 */
export async function fitSoftmax(
  examples: PreparedExamples,
  options: FitOptions,
  limits: { readonly maxIterations: number; readonly gradientNorm: number },
): Promise<SoftmaxFit> {
  const { coordinates, labelCount } = examples;
  let point: Float64Array = new Float64Array(labelCount * (coordinates.dimensions + 1));
  let [iterations, gradientNorm] = [0, Number.POSITIVE_INFINITY];
  for await (const iterate of softmaxIterates(examples, options)) {
    point = iterate.result.point;
    ({ iteration: iterations, gradientNorm } = iterate);
    if (iterations >= limits.maxIterations || gradientNorm <= limits.gradientNorm) break;
  }
  return { ...coordinates.headOf(point, labelCount), iterations, gradientNorm };
}

/**
 * Weights of examples, summing to 1, by which each label that has examples
 * counts the same: what scikit-learn calls balanced.
 *
 * @param rows which examples
 * @returns [rows]
 */
export function balancedWeights(
  labelIndices: Int32Array,
  rows: Int32Array,
  labelCount: number,
): Float64Array {
  const counts = new Int32Array(labelCount);
  for (const row of rows) counts[labelIndices[row]] += 1;
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return Float64Array.from(rows, (row) => 1 / (present * counts[labelIndices[row]]));
}
