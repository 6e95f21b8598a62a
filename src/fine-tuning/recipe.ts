/**
 * How tails are trained. The numbers were chosen on photos of flowers, 60 of
 * each of five kinds, cross-validated; docs/decisions.md has what else was tried.
 */
export const recipe = {
  /** Times that each photo is seen. */
  epochs: 10,
  /** Photos a step. */
  batchSize: 16,
  /** Of Adam, for the last 1x1 convolution and the head, at its highest. */
  learningRate: 1e-3,
  /** The same for the blocks before, whose features are more general than the last layer's. */
  blockLearningRate: 3e-5,
  /** Share of the steps in which the learning rate rises; it falls in all others. */
  warmUp: 0.1,
  /**
   * Penalty of the head that training begins with (the unit is that of
   * `fitSoftmax`): high, so that it is sure of nothing yet. A head that knows
   * all photos by heart leaves nothing to learn for the layers before it.
   */
  firstHeadL2: 2.5e-3,
  /** Penalty of the head that is fitted to the tuned embeddings. */
  headL2: 1e-4,
  /** Views of each photo that heads are fitted to. */
  headViews: 4,
} as const;

/**
 * The share of the highest learning rate at a step: a line up, then half a
 * cosine down, that would be at 0 after the last step (https://arxiv.org/abs/1608.03983).
 *
 * @param step from 1 to `steps`
 */
export function learningRateShare(step: number, steps: number): number {
  const done = step / (steps + 1);
  return Math.min(1, done / recipe.warmUp) * 0.5 * (1 + Math.cos(Math.PI * done));
}
