import { describe, expect, test } from 'vitest';
import { headProbabilities } from '../../src/classes/head.ts';
import { crossValidateNearest, nearestHead } from '../../src/classes/knn.ts';
import { mostProbable } from '../../src/classes/metrics.ts';
import { Pace } from '../../src/classes/pace.ts';
import { splitExamples } from '../../src/classes/split.ts';
import { clusters, smallSet } from './examples.ts';

const pace = new Pace(async () => {});
const length = 1280;

describe('nearestHead', () => {
  test('answers with the label of the only example in that direction, however long', () => {
    const set = smallSet(
      [0, 1, 2],
      [
        [6, 0, 0],
        [0, 0.5, 0],
        [1, 1, 1],
      ],
    );
    const head = nearestHead(set, 0.1);
    for (const [numbers, label] of [
      [[0.1, 0, 0.01], 0],
      [[1, 6, 1], 1],
      [[5, 5, 4], 2],
    ] as const) {
      const embedding = new Float32Array(length);
      embedding.set(numbers);
      expect(mostProbable(headProbabilities(head, 3, embedding), 3)).toBe(label);
    }
  });

  test('holds examples of length 1, and leaves the set as it was', () => {
    const set = smallSet([0, 1], [[3, 4], [0]]);
    const { examples, neighbours } = nearestHead(set, 0.1);
    expect(examples[0]).toBeCloseTo(0.6, 6);
    expect(examples[1]).toBeCloseTo(0.8, 6);
    // An embedding of zeros has no direction, and is near to none.
    expect(examples.subarray(length).every((value) => value === 0)).toBe(true);
    expect(neighbours).toBe(2);
    expect([...set.embeddings.subarray(0, 2)]).toEqual([3, 4]);
  });
});

describe('crossValidateNearest', () => {
  test('never asks an example about itself', async () => {
    // Each is nearest to itself, and next to one of the other label.
    const set = smallSet(
      [0, 1, 0, 1],
      [
        [1, 0],
        [1, 0.1],
        [0.1, 1],
        [0, 1],
      ],
    );
    const split = splitExamples(set, 4, 0);
    expect(split).toBeDefined();
    if (split === undefined) return;
    const { probabilities, truth } = await crossValidateNearest(set, split, pace);
    const right = truth.filter((label, i) => mostProbable(probabilities, 2, i) === label);
    expect(right.length).toBe(0);
  });

  test('answers as a head would that was made of the other folds', async () => {
    const set = clusters({ counts: [6, 6, 6], seed: 5, spread: 1.5 });
    const split = splitExamples(set, 3, 1);
    expect(split).toBeDefined();
    if (split === undefined) return;
    const { probabilities, temperature } = await crossValidateNearest(set, split, pace);
    for (const [place, row] of split.rows.entries()) {
      const others = [...split.folds.keys()].filter((i) => split.folds[i] !== split.folds[row]);
      const embeddings = Float32Array.from(
        others.flatMap((i) => [...set.embeddings.subarray(i * length, (i + 1) * length)]),
      );
      const labelIndices = Int32Array.from(others, (i) => set.labelIndices[i]);
      const head = nearestHead({ labels: set.labels, embeddings, labelIndices }, temperature);
      const embedding = set.embeddings.subarray(row * length, (row + 1) * length);
      const expected = headProbabilities(head, 3, embedding);
      for (const [label, value] of expected.entries()) {
        expect(probabilities[place * 3 + label]).toBeCloseTo(value, 5);
      }
    }
  });
});
