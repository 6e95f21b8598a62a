import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Head,
  headProbabilities,
  labelWeights,
  type NearestHead,
  type SoftmaxHead,
} from '../../src/classes/head.ts';
import { seededRandom, shuffled } from '../../src/seeded-random.ts';
import { embeddingsOf } from './examples.ts';

const length = 1280;
const numbers = fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 4, maxLength: 4 });
const temperatures = fc.constantFrom(0.02, 0.25, 1, 4);

const softmaxHeads: fc.Arbitrary<SoftmaxHead> = fc
  .record({
    rows: fc.array(numbers, { minLength: 2, maxLength: 6 }),
    scale: fc.constantFrom(0.01, 1, 1000),
    temperature: temperatures,
  })
  .map(({ rows, scale, temperature }) => ({
    kind: 'softmax',
    weights: embeddingsOf(rows.map((row) => row.map((value) => value * scale))),
    biases: Float32Array.from(rows, ([first]) => first),
    temperature,
  }));

const nearestHeads: fc.Arbitrary<NearestHead> = fc
  .record({
    rows: fc.array(numbers, { minLength: 2, maxLength: 8 }),
    neighbours: fc.integer({ min: 1, max: 9 }),
    temperature: temperatures,
  })
  .map(({ rows, neighbours, temperature }) => ({
    kind: 'knn',
    examples: embeddingsOf(rows.map((row) => row.map((v) => v / (Math.hypot(...row) || 1)))),
    labelIndices: Int32Array.from(rows, (_, i) => i % 3),
    neighbours,
    temperature,
  }));

const embeddings = fc
  .array(fc.integer({ min: 0, max: 48 }), { minLength: 4, maxLength: 4 })
  .map((row) => embeddingsOf([row.map((value) => value / 8)]));

function labelCountOf(head: Head): number {
  return head.kind === 'softmax' ? head.biases.length : 3;
}

describe('headProbabilities', () => {
  test('gives shares of one, whatever the head and the embedding', () => {
    fc.assert(
      fc.property(fc.oneof(softmaxHeads, nearestHeads), embeddings, (head, embedding) => {
        const probabilities = headProbabilities(head, labelCountOf(head), embedding);
        expect(probabilities.length).toBe(labelCountOf(head));
        expect(probabilities.every((value) => value >= 0 && value <= 1 + 1e-6)).toBe(true);
        expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      }),
    );
  });

  test('turns with the labels of a softmax head', () => {
    fc.assert(
      fc.property(softmaxHeads, embeddings, fc.integer(), (head, embedding, seed) => {
        const order = shuffled(head.biases.keys(), seededRandom(seed));
        const turned: SoftmaxHead = {
          ...head,
          biases: Float32Array.from(order, (label) => head.biases[label]),
          weights: Float32Array.from(order.flatMap((label) => [...labelWeights(head, label)])),
        };
        const plain = headProbabilities(head, order.length, embedding);
        const other = headProbabilities(turned, order.length, embedding);
        for (const [place, label] of order.entries()) {
          expect(other[place]).toBeCloseTo(plain[label], 6);
        }
      }),
    );
  });

  test('is the softmax of the logits over the temperature', () => {
    const head: SoftmaxHead = {
      kind: 'softmax',
      weights: embeddingsOf([
        [1, 2],
        [0, -1],
      ]),
      biases: Float32Array.of(0.5, 0),
      temperature: 2,
    };
    // Logits 8.5 and -3.
    const [first] = headProbabilities(head, 2, embeddingsOf([[2, 3]]));
    expect(first).toBeCloseTo(1 / (1 + Math.exp(-11.5 / 2)), 6);
  });

  test('has as many of the nearest examples vote as it should', () => {
    const head: NearestHead = {
      kind: 'knn',
      examples: embeddingsOf([
        [1, 0],
        [0.8, 0.6],
        [0.6, 0.8],
        [0, 1],
      ]),
      labelIndices: Int32Array.of(0, 1, 1, 1),
      neighbours: 1,
      temperature: 0.5,
    };
    const embedding = embeddingsOf([[5, 0]]);
    expect([...headProbabilities(head, 3, embedding)]).toEqual([1, 0, 0]);
    const votes = [1, 0.8, 0.6].map((cosine) => Math.exp(cosine / 0.5));
    const total = votes[0] + votes[1] + votes[2];
    const three = headProbabilities({ ...head, neighbours: 3 }, 3, embedding);
    expect(three[0]).toBeCloseTo(votes[0] / total, 6);
    expect(three[1]).toBeCloseTo((votes[1] + votes[2]) / total, 6);
    expect(three[2]).toBe(0);
  });
});

describe('labelWeights', () => {
  test("is a softmax head's row, which its logits are made of", () => {
    fc.assert(
      fc.property(softmaxHeads, (head) => {
        for (const label of head.biases.keys()) {
          const row = labelWeights(head, label);
          expect(row).toEqual(head.weights.slice(label * length, (label + 1) * length));
        }
      }),
    );
  });

  test("is where a label's examples lie, seen from the middle of all", () => {
    fc.assert(
      fc.property(nearestHeads, (head) => {
        const counts = [0, 1, 2].map(
          (label) => head.labelIndices.filter((own) => own === label).length,
        );
        fc.pre(counts.every((count) => count > 0));
        const weighted = [0, 1, 2].map((label) =>
          labelWeights(head, label).map((value) => value * counts[label]),
        );
        // Weighted by how many there are, the labels' differences from the middle cancel out.
        for (let i = 0; i < 4; i++) {
          expect(weighted[0][i] + weighted[1][i] + weighted[2][i]).toBeCloseTo(0, 5);
        }
      }),
    );
  });
});
