import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { embeddingLength } from '../../src/classes/head.ts';
import { descend } from '../../src/classes/lbfgs.ts';
import { Pace } from '../../src/classes/pace.ts';
import { type SoftmaxProblem, softmaxObjective } from '../../src/classes/softmax-objective.ts';
import { seededRandom, shuffled } from '../../src/seeded-random.ts';
import { smallSets } from './examples.ts';

const pace = new Pace(async () => {});

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
        (_, i) => set.embeddings[Math.floor(i / 3) * embeddingLength + (i % 3)],
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
      { numRuns: 30 },
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
