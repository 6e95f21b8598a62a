import fc from 'fast-check';
import { embeddingLength } from '../../src/classes/head.ts';
import type { TrainingSet } from '../../src/classes/training-set.ts';
import { seededRandom } from '../../src/seeded-random.ts';

/** Embeddings with these numbers first, and zeros after them. */
export function embeddingsOf(rows: readonly (readonly number[])[]): Float32Array {
  const embeddings = new Float32Array(rows.length * embeddingLength);
  for (const [i, row] of rows.entries()) embeddings.set(row, i * embeddingLength);
  return embeddings;
}

/** A set whose examples are described by a few numbers each. */
export function smallSet(
  labelIndices: readonly number[],
  rows: readonly (readonly number[])[],
  labelCount = Math.max(...labelIndices) + 1,
): TrainingSet {
  return {
    labels: Array.from({ length: labelCount }, (_, label) => `label ${label}`),
    embeddings: embeddingsOf(rows),
    labelIndices: Int32Array.from(labelIndices),
  };
}

/** How clusters are made. */
export interface ClusterOptions {
  /** Examples of each label. */
  readonly counts: readonly number[];
  readonly seed: number;
  /** Standard deviation around a cluster's centre, whose own numbers are 0..1; more is harder. */
  readonly spread: number;
}

/** Clouds of examples, a label each, in the range that the backbone's embeddings have. */
export function clusters({ counts, seed, spread }: ClusterOptions): TrainingSet {
  const random = seededRandom(seed);
  const centres = counts.map(() => Float64Array.from({ length: embeddingLength }, random));
  const labelIndices = Int32Array.from(counts.flatMap((count, label) => Array(count).fill(label)));
  const embeddings = new Float32Array(labelIndices.length * embeddingLength);
  for (const [example, label] of labelIndices.entries()) {
    for (let i = 0; i < embeddingLength; i++) {
      // A uniform number of variance 1.
      const noise = (random() - 0.5) * Math.sqrt(12) * spread;
      embeddings[example * embeddingLength + i] = Math.max(0, centres[label][i] + noise);
    }
  }
  return { labels: counts.map((_, label) => `label ${label}`), embeddings, labelIndices };
}

/** The set with its examples in another order, or some of them, or some more than once. */
export function withRows(set: TrainingSet, rows: readonly number[]): TrainingSet {
  const embeddings = new Float32Array(rows.length * embeddingLength);
  for (const [place, row] of rows.entries()) {
    const own = set.embeddings.subarray(row * embeddingLength, (row + 1) * embeddingLength);
    embeddings.set(own, place * embeddingLength);
  }
  const labelIndices = Int32Array.from(rows, (row) => set.labelIndices[row]);
  return { labels: set.labels, embeddings, labelIndices };
}

/** Examples of three numbers each and two to four labels, at least one example a label. */
export const smallSets = fc
  .record({
    labelCount: fc.integer({ min: 2, max: 4 }),
    rows: fc.array(
      fc.record({
        label: fc.nat(100),
        // Sixteenths, as nothing is to be learnt from numbers that are next to none.
        numbers: fc.array(fc.integer({ min: 0, max: 96 }), { minLength: 3, maxLength: 3 }),
      }),
      { minLength: 4, maxLength: 14 },
    ),
  })
  .map(({ labelCount, rows }) =>
    smallSet(
      rows.map(({ label }, i) => (i < labelCount ? i : label % labelCount)),
      rows.map(({ numbers }) => numbers.map((number) => number / 16)),
      labelCount,
    ),
  );
