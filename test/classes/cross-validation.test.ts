import { describe, expect, test } from 'vitest';
import { type CrossValidation, crossValidate } from '../../src/classes/cross-validation.ts';
import { headProbabilities } from '../../src/classes/head.ts';
import { logLoss } from '../../src/classes/metrics.ts';
import { Pace } from '../../src/classes/pace.ts';
import {
  arrived,
  fitSoftmax,
  type PreparedExamples,
  prepareExamples,
} from '../../src/classes/softmax-regression.ts';
import { type Split, splitExamples } from '../../src/classes/split.ts';
import type { TrainingSet } from '../../src/classes/training-set.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { clusters, smallSet } from './examples.ts';

const length = 1280;
const pace = new Pace(async () => {});
const plainSet = clusters({ counts: [20, 20, 20], seed: 12, spread: 3 });

async function validate(
  l2: number,
  set: TrainingSet = plainSet,
): Promise<{
  examples: PreparedExamples;
  split: Split;
  validated: CrossValidation;
}> {
  const examples = await prepareExamples(set, pace);
  const split = splitExamples(set, 4, 1);
  if (split === undefined) throw new Error('Expected a split.');
  return { examples, split, validated: await crossValidate(examples, split, l2, pace) };
}

describe('crossValidate', () => {
  test('answers as heads do that are fitted to the other folds for as many iterations', async () => {
    const set = plainSet;
    const { examples, split, validated } = await validate(1e-4, set);
    const { iterations, temperature, probabilities } = validated;
    for (let fold = 0; fold < split.count; fold++) {
      const all = Int32Array.from(split.folds.keys());
      const rows = all.filter((row) => split.folds[row] !== fold);
      const limits = { maxIterations: iterations, gradientNorm: arrived };
      const { weights, biases } = await fitSoftmax(examples, { l2: 1e-4, rows, pace }, limits);
      for (const [place, row] of split.rows.entries()) {
        if (split.folds[row] !== fold) continue;
        const embedding = set.embeddings.subarray(row * length, (row + 1) * length);
        const head = { kind: 'softmax', weights, biases, temperature } as const;
        const expected = headProbabilities(head, 3, embedding);
        for (const [label, value] of expected.entries()) {
          expect(probabilities[place * 3 + label]).toBeCloseTo(value, 4);
        }
      }
    }
    expect(validated.logLoss).toBeCloseTo(logLoss(validated.truth, probabilities, 3), 9);
  });

  test('gives up ten iterations after the best', async () => {
    // Nothing tells these labels, and there are too many examples to learn them by heart.
    const random = seededRandom(3);
    const numbers = Array.from({ length: 120 }, () =>
      Array.from({ length: 30 }, (_, i) => random() / (1 + i)),
    );
    const set = smallSet(
      numbers.map((_, example) => example % 2),
      numbers,
    );
    const { curve, iterations, logLoss: loss } = (await validate(1e-6, set)).validated;
    expect(curve.length - 1).toBe(iterations + 10);
    expect(loss).toBeGreaterThan(0.65);
  });

  test('ends where the fits have arrived', async () => {
    const { curve, iterations } = (await validate(1)).validated;
    expect(iterations).toBeLessThanOrEqual(curve.length - 1);
    expect(curve.length).toBeLessThan(15);
  });
});
