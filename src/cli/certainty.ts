import type { LoadedNetwork } from '../mobilenet/network.ts';
import { outputOf, type Prediction } from '../mobilenet/top-k.ts';

/** What scores of certainty are made from. */
export interface Outputs {
  /** One an output of the network, background first. */
  readonly probabilities: Float32Array;
  /** Probabilities of the two most probable classes. */
  readonly first: number;
  readonly second: number;
  /** The most probable class's output before softmax. */
  readonly firstLogit: number;
}

/** How sure the network is, by the score's name. The more, the surer. */
const formulas = {
  /** Hendrycks & Gimpel 2017, https://arxiv.org/abs/1610.02136: the baseline. */
  probability: ({ first }: Outputs) => first,
  margin: ({ first, second }: Outputs) => first - second,
  /** Of all outputs, negated; in nats. */
  entropy: ({ probabilities }: Outputs) =>
    probabilities.reduce((sum, p) => (p > 0 ? sum + p * Math.log(p) : sum), 0),
  /** The probability of "background", negated. */
  background: ({ probabilities }: Outputs) => -probabilities[0],
  /** Hendrycks et al. 2022, https://arxiv.org/abs/1911.11132. */
  logit: ({ firstLogit }: Outputs) => firstLogit,
  /** Liu et al. 2020, https://arxiv.org/abs/2010.03759: log of the sum of all logits' exponentials. */
  energy: ({ first, firstLogit }: Outputs) => firstLogit - Math.log(first),
};

export type ScoreName = keyof typeof formulas;
export type Scores = Readonly<Record<ScoreName, number>>;

/** Something of each score, by its name. */
export function mapScores<Value>(make: (name: ScoreName) => Value): Record<ScoreName, Value> {
  const names = Object.keys(formulas) as ScoreName[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<ScoreName, Value>;
}

export function scoreCertainty(outputs: Outputs): Scores {
  return mapScores((name) => formulas[name](outputs));
}

/** A class's logit, which the network itself only gives after softmax. */
export function logitOf(
  network: Pick<LoadedNetwork, 'classifierWeights'>,
  { index }: Prediction,
  embedding: Float32Array,
): number {
  const { weights, bias } = network.classifierWeights(outputOf(index));
  return weights.reduce((sum, weight, channel) => sum + weight * embedding[channel], bias);
}
