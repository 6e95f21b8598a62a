/**
 * What answers with a user's own labels: a head on the backbone's embedding.
 * Either softmax regression, or the nearest of examples, for labels that have
 * hardly any. Plain loops: five labels are 6,400 multiplications.
 */

/** Numbers in an embedding, and so in each row of a head. */
export const embeddingLength = 1280;

/** Multinomial logistic regression. */
export interface SoftmaxHead {
  readonly kind: 'softmax';
  /** [labels, 1280], row-major. */
  readonly weights: Float32Array;
  /** [labels] */
  readonly biases: Float32Array;
  /** What logits are divided by (https://arxiv.org/abs/1706.04599), above 0. */
  readonly temperature: number;
}

/**
 * The nearest examples, by cosine. Each of the `neighbours` nearest has
 * exp(cosine / temperature) as its vote, and a label's probability is its share
 * of the votes.
 */
export interface NearestHead {
  readonly kind: 'knn';
  /** [examples, 1280], row-major, each of length 1. */
  readonly examples: Float32Array;
  /** [examples]: index of each example's label. */
  readonly labelIndices: Int32Array;
  /** How many examples vote, at least 1. */
  readonly neighbours: number;
  /** Above 0. */
  readonly temperature: number;
}

export type Head = SoftmaxHead | NearestHead;

/**
 * Probabilities of the labels, 0..1, summing to 1.
 *
 * @param labelCount how many labels the head tells apart
 * @param embedding [1280], of the backbone that the head was fitted on
 */
export function headProbabilities(
  head: Head,
  labelCount: number,
  embedding: Float32Array,
): Float32Array {
  return head.kind === 'softmax'
    ? softmax(softmaxLogits(head, embedding), head.temperature)
    : nearestShares(head, labelCount, embedding);
}

/** Logits of a softmax head before its temperature, [labels]. */
export function softmaxLogits(
  { weights, biases }: Pick<SoftmaxHead, 'weights' | 'biases'>,
  embedding: Float32Array,
): Float64Array {
  return Float64Array.from(biases, (bias, label) => bias + dot(weights, label, embedding));
}

/** Softmax of logits divided by a temperature. */
export function softmax(logits: Float64Array, temperature = 1): Float32Array {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const powers = logits.map((logit) => Math.exp((logit - largest) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return Float32Array.from(powers, (power) => power / total);
}

function nearestShares(
  head: NearestHead,
  labelCount: number,
  embedding: Float32Array,
): Float32Array {
  const length = Math.sqrt(dot(embedding, 0, embedding)) || 1;
  const cosines = Float64Array.from(
    head.labelIndices,
    (_, example) => dot(head.examples, example, embedding) / length,
  );
  return voteShares(cosines, head, labelCount);
}

/**
 * The labels' shares of the votes, [labels], summing to 1.
 *
 * @param cosines [examples]: how near each example is
 */
export function voteShares(
  cosines: Float64Array,
  { labelIndices, neighbours, temperature }: Omit<NearestHead, 'kind' | 'examples'>,
  labelCount: number,
): Float32Array {
  let nearest = [...cosines.keys()];
  if (neighbours < nearest.length) {
    nearest = nearest.sort((a, b) => cosines[b] - cosines[a] || a - b).slice(0, neighbours);
  }
  const votes = softmax(
    Float64Array.from(nearest, (example) => cosines[example]),
    temperature,
  );
  const shares = new Float32Array(labelCount);
  for (const [place, example] of nearest.entries()) shares[labelIndices[example]] += votes[place];
  return shares;
}

/**
 * How much each channel of the embedding speaks for a label, [1280]: a softmax
 * head's weights. Nearest examples have none; the mean of a label's own less the
 * mean of all is the linear classifier of nearest means.
 */
export function labelWeights(head: Head, label: number): Float32Array {
  if (head.kind === 'softmax') {
    return head.weights.subarray(label * embeddingLength, (label + 1) * embeddingLength);
  }
  const { examples, labelIndices } = head;
  const own = labelIndices.reduce((count, index) => count + (index === label ? 1 : 0), 0);
  const difference = new Float32Array(embeddingLength);
  for (const [example, index] of labelIndices.entries()) {
    const share = (index === label ? 1 / own : 0) - 1 / labelIndices.length;
    const start = example * embeddingLength;
    for (let i = 0; i < embeddingLength; i++) difference[i] += share * examples[start + i];
  }
  return difference;
}

function dot(rows: Float32Array, row: number, vector: Float32Array): number {
  const start = row * embeddingLength;
  let sum = 0;
  for (let i = 0; i < embeddingLength; i++) sum += rows[start + i] * vector[i];
  return sum;
}
