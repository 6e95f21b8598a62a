import { usualIterations } from './cross-validation.ts';
import { usualFolds } from './split.ts';

/** Penalties to choose from. Between them the log loss after the temperature changes by a hundredth. */
const l2Grid = [1e-3, 1e-4, 1e-5] as const;

/** What suits five flowers best, from one photo of each to 48. */
export const usualL2 = 1e-4;

/** Multiplications for choosing and measuring: some 6 seconds of one core. */
const mostMultiplications = 12e9;

/** What is tried before the head is fitted. */
export interface TrainingPlan {
  /** 1 for one part of a fifth that is held out once. */
  readonly folds: number;
  readonly l2s: readonly number[];
}

/** How much there is to fit, and what is asked for. */
export interface TrainingSize {
  readonly examples: number;
  readonly labels: number;
  /** Numbers in an example's coordinates. */
  readonly dimensions: number;
  readonly folds?: number | undefined;
  readonly l2?: number | undefined;
}

/**
 * The most that there is time for: all penalties and folds; then one penalty;
 * then three folds, or one part held out. What was asked for is done, however
 * long it takes.
 */
export function planTraining({
  examples,
  labels,
  dimensions,
  folds,
  l2,
}: TrainingSize): TrainingPlan {
  const fixed = [l2 ?? usualL2];
  const plans: TrainingPlan[] = [
    { folds: folds ?? usualFolds, l2s: l2 === undefined ? l2Grid : fixed },
    ...[usualFolds, 3, 1].map((fewer) => ({ folds: folds ?? fewer, l2s: fixed })),
  ];
  /** Loss and gradient of all examples, once. */
  const evaluation = 2 * examples * labels * dimensions;
  const affordable = plans.find((plan) => {
    const seen = plan.folds === 1 ? 1 - 1 / usualFolds : plan.folds - 1;
    return plan.l2s.length * seen * usualIterations * evaluation <= mostMultiplications;
  });
  return affordable ?? plans[plans.length - 1];
}
