/** A function's value and gradient at a point. */
export interface Evaluation {
  readonly point: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/**
 * A smooth function of many numbers. What it gives is the caller's, and may
 * say more than the search needs.
 */
export type Objective<Result extends Evaluation> = (point: Float64Array) => Promise<Result>;

/** A point on the line that is searched. */
interface Trial<Result extends Evaluation = Evaluation> {
  readonly step: number;
  readonly value: number;
  /** Derivative along the line. */
  readonly slope: number;
  /** Missing at the start. */
  readonly result?: Result;
}

/** Armijo's and Wolfe's constants as Nocedal and Wright give them for quasi-Newton methods. */
const sufficientDecrease = 1e-4;
const curvature = 0.9;
const maxEvaluations = 25;

/**
 * Finds a step that satisfies the strong Wolfe conditions: Nocedal and Wright,
 * Numerical Optimization, 2nd ed. 2006, algorithms 3.5 and 3.6 with cubic
 * interpolation.
 *
 * @param start where the line begins
 * @param direction in which the function descends
 * @param firstStep the step to try first, above 0
 * @returns undefined where there is no such step within the precision of numbers
 */
export async function searchLine<Result extends Evaluation>(
  objective: Objective<Result>,
  start: Evaluation,
  direction: Float64Array,
  firstStep: number,
): Promise<Result | undefined> {
  const startSlope = dot(start.gradient, direction);
  if (!(startSlope < 0)) return undefined;
  let evaluations = 0;

  async function tryStep(step: number): Promise<Trial<Result>> {
    evaluations += 1;
    const result = await objective(start.point.map((value, i) => value + step * direction[i]));
    return { step, value: result.value, slope: dot(result.gradient, direction), result };
  }

  function isTooHigh({ value, step }: Trial): boolean {
    // Written so that a value that is no number counts as too high.
    return !(value <= start.value + sufficientDecrease * step * startSlope);
  }

  function isFlatEnough({ slope }: Trial): boolean {
    return Math.abs(slope) <= -curvature * startSlope;
  }

  /** Between a point that is low enough and another, with a point that is wanted between them. */
  async function zoom(low: Trial<Result>, high: Trial<Result>): Promise<Result | undefined> {
    let [near, far] = [low, high];
    while (evaluations < maxEvaluations) {
      const trial = await tryStep(interpolate(near, far));
      if (isTooHigh(trial) || trial.value >= near.value) {
        far = trial;
        continue;
      }
      if (isFlatEnough(trial)) return trial.result;
      if (trial.slope * (far.step - near.step) >= 0) far = near;
      near = trial;
    }
    // Lower than the start, or the start.
    return near.result;
  }

  let previous: Trial<Result> = { step: 0, value: start.value, slope: startSlope };
  let trial = await tryStep(firstStep);
  while (evaluations < maxEvaluations) {
    if (isTooHigh(trial) || (previous.step > 0 && trial.value >= previous.value)) {
      return zoom(previous, trial);
    }
    if (isFlatEnough(trial)) return trial.result;
    if (trial.slope >= 0) return zoom(trial, previous);
    previous = trial;
    trial = await tryStep(2 * trial.step);
  }
  return undefined;
}

/**
 * The lowest point of the cubic through two trials (Nocedal and Wright, 3.59),
 * kept away from both so that the interval shrinks.
 */
function interpolate(a: Trial, b: Trial): number {
  const width = b.step - a.step;
  const mean = a.slope + b.slope - (3 * (b.value - a.value)) / width;
  const root = Math.sign(width) * Math.sqrt(mean * mean - a.slope * b.slope);
  const share = 1 - (b.slope + root - mean) / (b.slope - a.slope + 2 * root);
  // Where there is no lowest point between them, the middle will do.
  const safe = share > 0 && share < 1 ? Math.min(0.9, Math.max(0.1, share)) : 0.5;
  return a.step + safe * width;
}

/** Sum of products. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
