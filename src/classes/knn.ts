import type { HeldOutAnswers } from './cross-validation.ts';
import { embeddingLength, type NearestHead, voteShares } from './head.ts';
import { logLoss } from './metrics.ts';
import type { Pace } from './pace.ts';
import type { Split } from './split.ts';
import type { TrainingSet } from './training-set.ts';

/** Temperatures to choose from; at 0.02 hardly any but the nearest example has a say. */
const temperatures = [0.2, 0.14, 0.1, 0.07, 0.05, 0.035, 0.025, 0.02];

/** What serves photos best where each label has one; more photos choose for themselves. */
export const usualTemperature = 0.1;

/**
 * A head that compares with all examples. On flowers, having all of them vote
 * answers better than the nearest three or five at every number of examples.
 */
export function nearestHead(
  { embeddings, labelIndices }: TrainingSet,
  temperature: number,
): NearestHead {
  return {
    kind: 'knn',
    examples: unitRows(embeddings),
    labelIndices: Int32Array.from(labelIndices),
    neighbours: labelIndices.length,
    temperature,
  };
}

/**
 * Has each example answered by the examples of the other folds, and chooses
 * the temperature by the log loss of the answers.
 */
export async function crossValidateNearest(
  set: TrainingSet,
  { folds, rows }: Split,
  pace: Pace,
): Promise<HeldOutAnswers> {
  const labelCount = set.labels.length;
  const units = unitRows(set.embeddings);
  const truth = rows.map((row) => set.labelIndices[row]);
  const answers = temperatures.map((temperature) => ({
    temperature,
    probabilities: new Float32Array(rows.length * labelCount),
  }));
  const all = Int32Array.from(folds.keys());
  for (const [place, row] of rows.entries()) {
    const others = all.filter((other) => folds[other] !== folds[row]);
    const cosines = Float64Array.from(others, (other) => cosine(units, row, other));
    const labelIndices = others.map((other) => set.labelIndices[other]);
    for (const { temperature, probabilities } of answers) {
      const voters = { labelIndices, neighbours: others.length, temperature };
      probabilities.set(voteShares(cosines, voters, labelCount), place * labelCount);
    }
    await pace.spend(others.length * embeddingLength);
  }
  return answers
    .map(({ temperature, probabilities }) => {
      const loss = logLoss(truth, probabilities, labelCount);
      return { truth, probabilities, temperature, logLoss: loss };
    })
    .reduce((best, other) => (other.logLoss < best.logLoss ? other : best));
}

/** Rows of length 1 in the directions of the embeddings; zeros stay zeros. */
function unitRows(embeddings: Float32Array): Float32Array {
  const units = Float32Array.from(embeddings);
  for (let start = 0; start < units.length; start += embeddingLength) {
    const row = units.subarray(start, start + embeddingLength);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let i = 0; i < embeddingLength; i++) row[i] /= length;
  }
  return units;
}

function cosine(units: Float32Array, a: number, b: number): number {
  const [startA, startB] = [a * embeddingLength, b * embeddingLength];
  let sum = 0;
  for (let i = 0; i < embeddingLength; i++) sum += units[startA + i] * units[startB + i];
  return sum;
}
