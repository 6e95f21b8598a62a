import { softmax } from './head.ts';
import type { Iterate } from './lbfgs.ts';
import { logLoss, mostProbable } from './metrics.ts';
import type { Pace } from './pace.ts';
import { logitsOf } from './row-products.ts';
import type { SoftmaxEvaluation } from './softmax-objective.ts';
import { arrived, type PreparedExamples, softmaxIterates } from './softmax-regression.ts';
import type { Split } from './split.ts';
import { fitTemperature } from './temperature.ts';

/** One iteration. Losses are in nats, before the temperature; accuracies 0..1. */
export interface CurvePoint {
  readonly iteration: number;
  /** Means over the folds. */
  readonly trainingLoss: number;
  readonly trainingAccuracy: number;
  /** Of all examples that are held out. */
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}

/** Answers to examples that were held out. */
export interface HeldOutAnswers {
  /** [rows], of the split: what they show. */
  readonly truth: Int32Array;
  /** [rows, labels], row-major: by the head that had not seen the example, after the temperature. */
  readonly probabilities: Float32Array;
  /** The temperature that makes the most of them. */
  readonly temperature: number;
  /** Of the probabilities, in nats. */
  readonly logLoss: number;
}

export interface CrossValidation extends HeldOutAnswers {
  readonly l2: number;
  /** After how many the held-out examples were answered best. */
  readonly iterations: number;
  readonly curve: readonly CurvePoint[];
}

/** Iterations without a better answer after which fits are given up. */
const patience = 10;
/** Fewer are no fit yet, however a handful of examples is answered by then. */
const minIterations = 5;
const maxIterations = 200;

/** How many iterations a cross-validation takes, more or less. */
export const usualIterations = 35;

/**
 * Fits a head for each fold to what is not in it, and has it answer what is.
 *
 * All folds go on at the same step, and end together (early stopping) where the
 * held-out examples, all in one, have not been answered better for ten
 * iterations. "Better" is the log loss after the temperature, as it will be
 * served: before it, the loss rises with the weights long before the answers
 * get worse. So what is chosen by the held-out examples is one number of
 * iterations for all, none for a fold by its own.
 *
 * @param l2 as {@link FitOptions} has it
 * @param onIteration is told how many iterations are done
 */
export async function crossValidate(
  examples: PreparedExamples,
  split: Split,
  l2: number,
  pace: Pace,
  onIteration?: (iteration: number) => void,
): Promise<CrossValidation> {
  const { labelIndices, labelCount } = examples;
  const { rows } = split;
  const truth = rows.map((row) => labelIndices[row]);
  const fits = startFits(examples, split, l2, pace);
  const logits = new Float64Array(rows.length * labelCount);
  const curve: CurvePoint[] = [];

  function measure(iterations: number): Omit<CrossValidation, 'curve'> {
    const temperature = fitTemperature(logits, truth);
    const probabilities = softmaxRows(logits, labelCount, temperature);
    const loss = logLoss(truth, probabilities, labelCount);
    return { l2, iterations, truth, probabilities, temperature, logLoss: loss };
  }

  let best = measure(0);
  for (let iteration = 0; iteration <= maxIterations; iteration++) {
    let moving = false;
    // One after another: they share the logits, and a processor.
    for (const fit of fits) moving = (await advance(fit, examples, logits, pace)) || moving;
    if (!moving) break;
    curve.push({ iteration, ...progressOf(fits, truth, logits, labelCount) });
    const measured = measure(iteration);
    if (iteration <= minIterations || measured.logLoss < best.logLoss) best = measured;
    onIteration?.(iteration);
    if (iteration - best.iterations >= patience) break;
  }
  return { ...best, curve };
}

/** The fit of one fold, at some iteration. */
interface FoldFit {
  /** Examples that it has not seen, and their places among all that are measured. */
  readonly rows: Int32Array;
  readonly places: Int32Array;
  readonly iterates: AsyncGenerator<Iterate<SoftmaxEvaluation>, void>;
  current?: Iterate<SoftmaxEvaluation>;
}

function startFits(
  examples: PreparedExamples,
  { folds, rows: measured }: Split,
  l2: number,
  pace: Pace,
): FoldFit[] {
  const all = Int32Array.from(folds.keys());
  const heldOut = Map.groupBy(measured.keys(), (place) => folds[measured[place]]);
  return [...heldOut].map(([fold, places]) => {
    const trainedOn = all.filter((row) => folds[row] !== fold);
    return {
      rows: Int32Array.from(places, (place) => measured[place]),
      places: Int32Array.from(places),
      iterates: softmaxIterates(examples, { l2, rows: trainedOn, pace }),
    };
  });
}

/**
 * Takes a fit one iteration further, and writes what it makes of its held-out examples.
 *
 * @returns false where it has arrived
 */
async function advance(
  fit: FoldFit,
  { coordinates, labelCount }: PreparedExamples,
  logits: Float64Array,
  pace: Pace,
): Promise<boolean> {
  if (fit.current !== undefined && fit.current.gradientNorm <= arrived) return false;
  const next = await fit.iterates.next();
  if (next.done) return false;
  fit.current = next.value;
  const { values, dimensions } = coordinates;
  const point = next.value.result.point;
  const own = await logitsOf({ values, dimensions, rows: fit.rows }, point, labelCount, pace);
  for (const [i, place] of fit.places.entries()) {
    logits.set(own.subarray(i * labelCount, (i + 1) * labelCount), place * labelCount);
  }
  return true;
}

function progressOf(
  fits: readonly FoldFit[],
  truth: Int32Array,
  logits: Float64Array,
  labelCount: number,
): Omit<CurvePoint, 'iteration'> {
  const results = fits.flatMap(({ current }) => (current === undefined ? [] : [current.result]));
  const right = truth.filter((label, i) => mostProbable(logits, labelCount, i) === label).length;
  return {
    trainingLoss: mean(results.map(({ loss }) => loss)),
    trainingAccuracy: mean(results.map(({ accuracy }) => accuracy)),
    validationLoss: logLoss(truth, softmaxRows(logits, labelCount, 1), labelCount),
    validationAccuracy: right / truth.length,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Softmax of each row of [rows, labels], divided by a temperature. */
export function softmaxRows(
  logits: Float64Array,
  labelCount: number,
  temperature: number,
): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += labelCount) {
    probabilities.set(softmax(logits.subarray(start, start + labelCount), temperature), start);
  }
  return probabilities;
}
