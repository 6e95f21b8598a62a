import type { LinearHead } from '../classes/coordinates.ts';
import { embeddingLength, softmax } from '../classes/head.ts';
import { mostProbable } from '../classes/metrics.ts';
import { multiply, transpose } from './matrix.ts';

/** How wrong a head is about some photos, and how that changes. */
export interface HeadLoss {
  /** Weighted sum of the photos' cross-entropy, in nats. */
  readonly loss: number;
  /** Photos whose label has the most probability. */
  readonly correct: number;
  /** Gradients of the loss by the head. */
  readonly head: LinearHead;
  /** And by the embeddings, [photos, 1280]. */
  readonly embeddings: Float32Array;
}

/**
 * Cross-entropy of a softmax head, before its temperature.
 *
 * @param embeddings [photos, 1280], row-major
 * @param labelIndices [photos]: what the photos show
 * @param photoWeights [photos]: how much each counts
 */
export function headLoss(
  { weights, biases }: LinearHead,
  embeddings: Float32Array,
  labelIndices: Int32Array,
  photoWeights: Float64Array,
): HeadLoss {
  const [photos, labels] = [labelIndices.length, biases.length];
  const turned = transpose(weights, labels, embeddingLength);
  const logits = multiply(embeddings, turned, [photos, embeddingLength, labels]);
  const byLogits = new Float32Array(photos * labels);
  const byBiases = new Float32Array(labels);
  let [loss, correct] = [0, 0];
  for (const [photo, truth] of labelIndices.entries()) {
    const own = logits.subarray(photo * labels, (photo + 1) * labels);
    const probabilities = softmax(Float64Array.from(own, (logit, label) => logit + biases[label]));
    loss -= photoWeights[photo] * Math.log(Math.max(probabilities[truth], leastProbability));
    if (mostProbable(probabilities, labels) === truth) correct += 1;
    for (let label = 0; label < labels; label++) {
      // Probabilities less the truth.
      const slope = photoWeights[photo] * (probabilities[label] - Number(label === truth));
      byLogits[photo * labels + label] = slope;
      byBiases[label] += slope;
    }
  }
  const byLogitsTurned = transpose(byLogits, photos, labels);
  return {
    loss,
    correct,
    head: {
      weights: multiply(byLogitsTurned, embeddings, [labels, photos, embeddingLength]),
      biases: byBiases,
    },
    embeddings: multiply(byLogits, weights, [photos, labels, embeddingLength]),
  };
}

/** What float32 rounds to 0 has a logarithm, too. */
const leastProbability = 1e-38;
