import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headProbabilities, softmaxLogits } from '../../src/classes/head.ts';
import { Pace } from '../../src/classes/pace.ts';
import {
  balancedWeights,
  fitSoftmax,
  prepareExamples,
  type SoftmaxFit,
} from '../../src/classes/softmax-regression.ts';
import type { TrainingSet } from '../../src/classes/training-set.ts';
import { seededRandom, shuffled } from '../../src/seeded-random.ts';
import { clusters, smallSet, smallSets, withRows } from './examples.ts';

const pace = new Pace(async () => {});
const length = 1280;

async function fitTo(set: TrainingSet, l2: number): Promise<SoftmaxFit> {
  const rows = Int32Array.from(set.labelIndices.keys());
  return fitSoftmax(
    await prepareExamples(set, pace),
    { l2, rows, pace },
    { maxIterations: 1000, gradientNorm: 1e-8 },
  );
}

/** Probabilities of all labels for each example of a set, [examples][labels]. */
function answers(head: SoftmaxFit, { labels, embeddings }: TrainingSet): number[][] {
  return Array.from({ length: embeddings.length / length }, (_, example) => {
    const embedding = embeddings.subarray(example * length, (example + 1) * length);
    return [
      ...headProbabilities({ kind: 'softmax', ...head, temperature: 1 }, labels.length, embedding),
    ];
  });
}

function expectClose(received: readonly number[][], expected: readonly number[][]): void {
  for (const [i, row] of expected.entries()) {
    for (const [label, value] of row.entries()) expect(received[i][label]).toBeCloseTo(value, 4);
  }
}

const penalties = fc.constantFrom(1, 0.1, 0.01, 0.001);
const runs = { numRuns: 30 };

describe('fitSoftmax', () => {
  test('gives the same labels the same answers when their order is another', async () => {
    await fc.assert(
      fc.asyncProperty(smallSets, penalties, fc.integer(), async (set, l2, seed) => {
        const order = shuffled(set.labels.keys(), seededRandom(seed));
        const renamed = { ...set, labelIndices: set.labelIndices.map((label) => order[label]) };
        const [plain, other] = [await fitTo(set, l2), await fitTo(renamed, l2)];
        const expected = answers(plain, set);
        const received = answers(other, set).map((row) => row.map((_, label) => row[order[label]]));
        expectClose(received, expected);
      }),
      runs,
    );
  });

  test('answers the same when examples come in another order, or each several times', async () => {
    await fc.assert(
      fc.asyncProperty(
        smallSets,
        penalties,
        fc.integer(),
        fc.integer({ min: 1, max: 3 }),
        async (set, l2, seed, times) => {
          const rows = Array.from({ length: times }, () => [...set.labelIndices.keys()]).flat();
          const other = withRows(set, shuffled(rows, seededRandom(seed)));
          expectClose(answers(await fitTo(other, l2), set), answers(await fitTo(set, l2), set));
        },
      ),
      runs,
    );
  });

  test('answers the same with so many examples that their span is not worked out', async () => {
    const set = clusters({ counts: [40, 30, 30], seed: 1, spread: 3 });
    // 700 examples, where half of 1280 is the limit.
    const repeated = withRows(
      set,
      Array.from({ length: 700 }, (_, i) => i % 100),
    );
    const [few, many] = [await prepareExamples(set, pace), await prepareExamples(repeated, pace)];
    expect(few.coordinates.dimensions).toBe(99);
    expect(many.coordinates.dimensions).toBe(length);
    const [short, long] = [await fitTo(set, 0.001), await fitTo(repeated, 0.001)];
    expectClose(answers(long, set), answers(short, set));
    const largest = short.weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    for (const [i, weight] of short.weights.entries()) {
      expect(Math.abs(long.weights[i] - weight)).toBeLessThan(1e-4 * largest);
    }
  });

  test('stops where the gradient of what it minimises is zero', async () => {
    await fc.assert(
      fc.asyncProperty(smallSets, penalties, async (set, l2) => {
        const head = await fitTo(set, l2);
        const count = set.labelIndices.length;
        const rows = Int32Array.from(set.labelIndices.keys());
        const weights = balancedWeights(set.labelIndices, rows, set.labels.length);
        const numbers = [...rows].map((row) => [
          ...set.embeddings.subarray(row * length, row * length + 3),
        ]);
        const mean = [0, 1, 2].map((i) => numbers.reduce((sum, row) => sum + row[i] / count, 0));
        const centred = numbers.map((row) => row.map((value, i) => value - mean[i]));
        const scale = centred.flat().reduce((sum, value) => sum + value ** 2, 0) / count || 1;
        const probabilities = answers(head, set);
        for (const label of set.labels.keys()) {
          const residuals = probabilities.map(
            (row, i) => weights[i] * ((set.labelIndices[i] === label ? 1 : 0) - row[label]),
          );
          expect(residuals.reduce((sum, residual) => sum + residual, 0)).toBeCloseTo(0, 5);
          for (const i of mean.keys()) {
            const pull = residuals.reduce(
              (sum, residual, row) => sum + residual * centred[row][i],
              0,
            );
            expect(l2 * scale * head.weights[label * length + i]).toBeCloseTo(pull, 4);
          }
        }
      }),
      runs,
    );
  });

  test('finds what Newton finds for one number and two labels that overlap', async () => {
    const numbers = [0, 1, 2, 3, 1.5, 2.5, 4, 5];
    const shows = [0, 0, 0, 0, 1, 1, 1, 1];
    const l2 = 0.05;
    const set = smallSet(
      shows,
      numbers.map((number) => [number]),
    );
    const mean = numbers.reduce((sum, number) => sum + number / 8, 0);
    const scale = Math.sqrt(numbers.reduce((sum, number) => sum + (number - mean) ** 2 / 8, 0));
    // The two labels' weights are opposite: of their difference u, the penalty is l2 / 4 * u^2.
    let [u, b] = [0, 0];
    for (let step = 0; step < 50; step++) {
      let [gradU, gradB, uu, ub, bb] = [(l2 / 2) * u, 0, l2 / 2, 0, 0];
      for (const [i, number] of numbers.entries()) {
        const x = (number - mean) / scale;
        const p = 1 / (1 + Math.exp(-(u * x + b)));
        gradU += ((p - shows[i]) * x) / 8;
        gradB += (p - shows[i]) / 8;
        uu += (p * (1 - p) * x * x) / 8;
        ub += (p * (1 - p) * x) / 8;
        bb += (p * (1 - p)) / 8;
      }
      const determinant = uu * bb - ub * ub;
      u -= (bb * gradU - ub * gradB) / determinant;
      b -= (uu * gradB - ub * gradU) / determinant;
    }
    const head = await fitTo(set, l2);
    for (const number of numbers) {
      const embedding = new Float32Array(length);
      embedding[0] = number;
      const [zero, one] = softmaxLogits(head, embedding);
      expect(one - zero).toBeCloseTo((u * (number - mean)) / scale + b, 4);
    }
  });

  test('tells labels apart that a line tells apart, the surer the smaller the penalty', async () => {
    const set = smallSet([0, 0, 1, 1], [[1], [2], [4], [5]]);
    const [strong, weak] = [
      answers(await fitTo(set, 0.1), set),
      answers(await fitTo(set, 1e-4), set),
    ];
    for (const [i, label] of set.labelIndices.entries()) {
      expect(strong[i][label]).toBeGreaterThan(0.5);
      expect(weak[i][label]).toBeGreaterThan(strong[i][label]);
    }
  });

  test('calls all labels as likely where the penalty is enormous, however many examples each has', async () => {
    const set = clusters({ counts: [12, 3, 1], seed: 2, spread: 0.1 });
    for (const row of answers(await fitTo(set, 1e6), set)) {
      for (const probability of row) expect(probability).toBeCloseTo(1 / 3, 4);
    }
  });

  test('has no opinion where all examples are the same', async () => {
    const set = smallSet([0, 1, 1], [[2], [2], [2]]);
    const head = await fitTo(set, 0.01);
    expect(head.weights.every((weight) => weight === 0)).toBe(true);
    expectClose(answers(head, set), [
      [0.5, 0.5],
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
  });

  test('lets others have their turn', async () => {
    let pauses = 0;
    const counting = new Pace(async () => {
      pauses += 1;
    });
    const set = clusters({ counts: [60, 60], seed: 3, spread: 2 });
    const examples = await prepareExamples(set, counting);
    const rows = Int32Array.from(set.labelIndices.keys());
    const limits = { maxIterations: 1000, gradientNorm: 0 };
    const { iterations } = await fitSoftmax(examples, { l2: 1e-3, rows, pace: counting }, limits);
    // Each iteration takes 2 * 120 * 2 * 119 multiplications or more; a turn is 10 million.
    expect(pauses).toBeGreaterThanOrEqual(Math.floor((iterations * 57_120) / 10_000_000));
    expect(pauses).toBeGreaterThan(0);
  });
});
