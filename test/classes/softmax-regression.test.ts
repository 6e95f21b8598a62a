import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headProbabilities, softmaxLogits } from '../../src/classes/head.ts';
import { descend } from '../../src/classes/lbfgs.ts';
import { Pace } from '../../src/classes/pace.ts';
import { type SoftmaxProblem, softmaxObjective } from '../../src/classes/softmax-objective.ts';
import {
  balancedWeights,
  fitSoftmax,
  prepareExamples,
  type SoftmaxFit,
} from '../../src/classes/softmax-regression.ts';
import type { TrainingSet } from '../../src/classes/training-set.ts';
import { seededRandom, shuffled } from '../../src/seeded-random.ts';
import { clusters, smallSet, withRows } from './examples.ts';

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

/** Examples of three numbers each and two to four labels, at least one example a label. */
const smallSets = fc
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
const penalties = fc.constantFrom(1, 0.1, 0.01, 0.001);
const runs = { numRuns: 30 };

describe('softmaxObjective', () => {
  const problems = fc
    .record({
      set: smallSets,
      l2: fc.constantFrom(0, 0.01, 1),
      seed: fc.integer(),
      kept: fc.integer({ min: 1, max: 14 }),
    })
    .map(({ set, l2, seed, kept }) => {
      const random = seededRandom(seed);
      const labelCount = set.labels.length;
      const count = set.labelIndices.length;
      const values = Float32Array.from(
        { length: count * 3 },
        (_, i) => set.embeddings[Math.floor(i / 3) * length + (i % 3)],
      );
      const rows = Int32Array.from(shuffled(Array(count).keys(), random).slice(0, kept));
      const raw = Float64Array.from(rows, () => random() + 0.1);
      const total = raw.reduce((sum, weight) => sum + weight, 0);
      const problem: SoftmaxProblem = {
        values,
        dimensions: 3,
        labelCount,
        labelIndices: set.labelIndices,
        rows,
        rowWeights: raw.map((weight) => weight / total),
        l2,
      };
      return {
        problem,
        point: Float64Array.from({ length: labelCount * 4 }, () => random() * 4 - 2),
      };
    });

  test('has the gradient that finite differences have, with weights and penalty', async () => {
    await fc.assert(
      fc.asyncProperty(problems, async ({ problem, point }) => {
        const objective = softmaxObjective(problem, pace);
        const { gradient } = await objective(point);
        const step = 1e-5;
        for (const [i, slope] of gradient.entries()) {
          const [low, high] = [point.slice(), point.slice()];
          low[i] -= step;
          high[i] += step;
          const difference = (await objective(high)).value - (await objective(low)).value;
          expect(difference / (2 * step)).toBeCloseTo(slope, 6);
        }
      }),
      runs,
    );
  });

  test('is the loss that the formula says, and does not overflow', async () => {
    const problem: SoftmaxProblem = {
      values: Float32Array.of(1, 2),
      dimensions: 1,
      labelCount: 2,
      labelIndices: Int32Array.of(0, 1),
      rows: Int32Array.of(0, 1),
      rowWeights: Float64Array.of(0.25, 0.75),
      l2: 0.5,
    };
    const objective = softmaxObjective(problem, pace);
    const { value, loss, accuracy } = await objective(Float64Array.of(1, 0, 0.5, 0));
    // Logits are 1.5 and 0, then 2.5 and 0.
    const expected = 0.25 * Math.log1p(Math.exp(-1.5)) + 0.75 * Math.log1p(Math.exp(2.5));
    expect(loss).toBeCloseTo(expected, 12);
    expect(value).toBeCloseTo(expected + 0.25, 12);
    expect(accuracy).toBe(0.5);
    const far = await objective(Float64Array.of(5000, 0, 0, 0));
    expect(far.loss).toBeCloseTo(0.75 * 10_000, 6);
    expect(far.gradient.every(Number.isFinite)).toBe(true);
  });

  test('without numbers to go by, finds the logarithms of the frequencies', async () => {
    const labelIndices = Int32Array.of(0, 0, 0, 1, 1, 2);
    const problem: SoftmaxProblem = {
      values: new Float32Array(6),
      dimensions: 1,
      labelCount: 3,
      labelIndices,
      rows: Int32Array.from(labelIndices.keys()),
      rowWeights: new Float64Array(6).fill(1 / 6),
      l2: 0.1,
    };
    let biases = new Float64Array(3);
    for await (const { result } of descend(softmaxObjective(problem, pace), new Float64Array(6))) {
      biases = Float64Array.from(result.point.subarray(3));
    }
    expect(biases[0] - biases[2]).toBeCloseTo(Math.log(3), 6);
    expect(biases[1] - biases[2]).toBeCloseTo(Math.log(2), 6);
  });
});

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
