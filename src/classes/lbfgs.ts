import { dot, type Evaluation, type Objective, searchLine } from './line-search.ts';

/** A place on the way down. */
export interface Iterate<Result extends Evaluation> {
  /** 0 for the start. */
  readonly iteration: number;
  /** Euclidean length of the gradient. */
  readonly gradientNorm: number;
  readonly result: Result;
}

/** What a step has taught about the function's curvature. */
interface Correction {
  /** The step, and by how much it changed the gradient. */
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / (step . change) */
  readonly scale: number;
}

/** Corrections kept: 10, or as many as fit into 16 MB, but 3 at least. */
function historyLength(dimensions: number): number {
  return Math.max(3, Math.min(10, Math.floor(1_000_000 / dimensions)));
}

/**
 * Minimises a smooth function by L-BFGS (D. C. Liu and J. Nocedal 1989, On the
 * limited memory BFGS method for large scale optimization). Goes on until it is
 * left, or no lower point can be told apart; whoever asks decides what is near
 * enough.
 *
 * @param start where to begin; left as it is
 */
export async function* descend<Result extends Evaluation>(
  objective: Objective<Result>,
  start: Float64Array,
): AsyncGenerator<Iterate<Result>, void> {
  const corrections: Correction[] = [];
  let current = await objective(start);
  for (let iteration = 0; ; iteration++) {
    const gradientNorm = Math.sqrt(dot(current.gradient, current.gradient));
    yield { iteration, gradientNorm, result: current };
    if (gradientNorm === 0) return;
    const direction = descentDirection(current.gradient, corrections);
    // Nothing is known of the scale before the first step.
    const firstStep = corrections.length === 0 ? 1 / gradientNorm : 1;
    const next = await searchLine(objective, current, direction, firstStep);
    if (next === undefined) return;
    remember(corrections, current, next);
    current = next;
  }
}

function remember(corrections: Correction[], from: Evaluation, to: Evaluation): void {
  const step = to.point.map((value, i) => value - from.point[i]);
  const change = to.gradient.map((value, i) => value - from.gradient[i]);
  const product = dot(step, change);
  // Wolfe's conditions make it positive, but for rounding.
  if (!(product > 0)) return;
  corrections.push({ step, change, scale: 1 / product });
  if (corrections.length > historyLength(step.length)) corrections.shift();
}

/** The two-loop recursion (Nocedal and Wright, algorithm 7.4). */
function descentDirection(
  gradient: Float64Array,
  corrections: readonly Correction[],
): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares: number[] = [];
  for (const { step, change, scale } of corrections.toReversed()) {
    const share = scale * dot(step, direction);
    shares.push(share);
    addScaled(direction, change, -share);
  }
  const last = corrections.at(-1);
  if (last !== undefined) {
    const curvature = 1 / (last.scale * dot(last.change, last.change));
    for (let i = 0; i < direction.length; i++) direction[i] *= curvature;
  }
  for (const [i, { step, change, scale }] of corrections.entries()) {
    const share = shares[corrections.length - 1 - i] - scale * dot(change, direction);
    addScaled(direction, step, share);
  }
  return direction;
}

function addScaled(target: Float64Array, values: Float64Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i] += scale * values[i];
}
