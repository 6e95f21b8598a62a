import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headProbabilities } from '../../src/classes/head.ts';
import type { ModelMetrics } from '../../src/classes/manifest.ts';
import { measureModel, mostProbable } from '../../src/classes/metrics.ts';
import { type HeadMode, type TrainedHead, trainHead } from '../../src/classes/train-head.ts';
import { planTraining } from '../../src/classes/training-plan.ts';
import type { TrainingSet } from '../../src/classes/training-set.ts';
import { AppError } from '../../src/errors.ts';
import { clusters, smallSet, withRows } from './examples.ts';

const length = 1280;

/** How a head does on a set. */
function measure(set: TrainingSet, { head }: TrainedHead): ModelMetrics {
  const { labels, embeddings, labelIndices } = set;
  const probabilities = [...labelIndices.keys()].flatMap((example) => {
    const embedding = embeddings.subarray(example * length, (example + 1) * length);
    return [...headProbabilities(head, labels.length, embedding)];
  });
  return measureModel(labels, labelIndices, Float32Array.from(probabilities), 1);
}

/** Clusters that overlap, split into what is trained on and what is not. */
function trainAndTest(each: number, spread: number, seed = 11): [TrainingSet, TrainingSet] {
  const all = clusters({ counts: [100 + each, 100 + each, 100 + each], seed, spread });
  const places = [...all.labelIndices.keys()];
  const isTrained = (row: number) => row % (100 + each) < each;
  return [
    withRows(all, places.filter(isTrained)),
    withRows(
      all,
      places.filter((row) => !isTrained(row)),
    ),
  ];
}

describe('trainHead', () => {
  test('says of itself what it then does on examples that it has not seen', async () => {
    const [known, unknown] = trainAndTest(60, 2.5, 12);
    const trained = await trainHead(known, { seed: 1 });
    expect(trained.head.kind).toBe('softmax');
    expect(trained.training).toMatchObject({ examples: [60, 60, 60], seed: 1, views: 1 });
    const [low, high] = trained.metrics?.interval ?? [0, 0];
    expect(trained.metrics).toMatchObject({ folds: 5, photos: 180 });
    expect(low).toBeGreaterThan(0.5);
    expect(high).toBeLessThan(1);
    const { accuracy, logLoss } = measure(unknown, trained);
    expect(accuracy).toBeGreaterThan(low - 0.05);
    expect(accuracy).toBeLessThan(high + 0.05);
    expect(Math.abs(logLoss - (trained.metrics?.logLoss ?? 0))).toBeLessThan(0.1);
  });

  test('answers each example by a head that has not seen it', async () => {
    // Labels that nothing in the embeddings tells: whoever has seen an example knows it all the same.
    const noise = clusters({ counts: [60], seed: 4, spread: 1 });
    const labelIndices = noise.labelIndices.map((_, i) => i % 2);
    const set = { ...noise, labels: ['even', 'odd'], labelIndices };
    const trained = await trainHead(set, { mode: 'softmax' });
    expect(trained.metrics?.accuracy).toBeGreaterThan(0.2);
    expect(trained.metrics?.accuracy).toBeLessThan(0.75);
    expect(trained.metrics?.logLoss).toBeGreaterThan(0.5);
  });

  test.for(['softmax', 'knn'] as const)(
    'gives the held-out answers of %s, and their folds',
    async (mode) => {
      const set = clusters({ counts: [12, 12], seed: 2, spread: 4 });
      const { validation, metrics } = await trainHead(set, { mode, folds: 3, seed: 5 });
      const { probabilities, folds, curve } = validation ?? {};
      expect(new Set(folds)).toEqual(new Set([0, 1, 2]));
      const right = set.labelIndices.filter(
        (label, i) => mostProbable(probabilities ?? [], 2, i) === label,
      );
      expect(metrics?.correct).toBe(right.length);
      expect(curve?.length === 0).toBe(mode === 'knn');
    },
  );

  test('draws a learning curve that begins with no idea and ends with one', async () => {
    const { validation } = await trainHead(trainAndTest(40, 3)[0]);
    const curve = validation?.curve ?? [];
    expect(curve[0]).toMatchObject({ iteration: 0, trainingLoss: expect.closeTo(Math.log(3), 6) });
    expect(curve.map(({ iteration }) => iteration)).toEqual([...curve.keys()]);
    const last = curve[curve.length - 1];
    expect(last.trainingLoss).toBeLessThan(0.3);
    expect(last.trainingAccuracy).toBeGreaterThan(last.validationAccuracy);
  });

  test('holds a fifth out once where one fold is asked for', async () => {
    const set = clusters({ counts: [20, 10], seed: 3, spread: 1 });
    const { metrics, validation } = await trainHead(set, { folds: 1, mode: 'softmax' });
    expect(metrics).toMatchObject({
      folds: 1,
      photos: 6,
      confusion: [
        [4, 0],
        [0, 2],
      ],
    });
    expect(validation?.folds.filter((fold) => fold === -1).length).toBe(24);
  });

  test('is the same for the same seed', async () => {
    const [set] = trainAndTest(15, 3);
    const [first, again] = [await trainHead(set, { seed: 9 }), await trainHead(set, { seed: 9 })];
    expect(again).toEqual(first);
  });

  test('takes the penalty that is given', async () => {
    const set = clusters({ counts: [10, 10], seed: 1, spread: 1 });
    const { training } = await trainHead(set, { l2: 0.02, mode: 'softmax' });
    expect(training.l2).toBe(0.02);
  });

  test.for<[number[], HeadMode]>([
    [[1, 1, 1], 'knn'],
    [[2, 2, 2], 'knn'],
    [[3, 3, 3], 'softmax'],
    [[1, 1, 30], 'softmax'],
  ])('of %j photos, chooses %s', async ([counts, kind]) => {
    const { head } = await trainHead(clusters({ counts, seed: 1, spread: 1 }));
    expect(head.kind).toBe(kind);
  });

  test.for(['softmax', 'knn'] as const)(
    'makes a head by %s of one photo of each label, and measures nothing',
    async (mode) => {
      const set = clusters({ counts: [1, 1, 1], seed: 6, spread: 0.2 });
      const trained = await trainHead(set, { mode });
      expect(measure(set, trained).accuracy).toBe(1);
      expect(trained.metrics).toBeUndefined();
      expect(trained.validation).toBeUndefined();
      expect(trained.thresholds).toEqual({ minTopProbability: 0, minMargin: 0 });
    },
  );

  test('measures photos, not the views of them that it trains on', async () => {
    const plain = clusters({ counts: [10, 10], seed: 8, spread: 2 });
    const rows = [...plain.labelIndices.keys()].flatMap((row) => [row, row, row]);
    const set: TrainingSet = {
      ...withRows(plain, rows),
      groups: Int32Array.from(rows),
      augmented: Uint8Array.from(rows, (_, i) => (i % 3 === 0 ? 0 : 1)),
    };
    const { metrics, training } = await trainHead(set);
    expect(metrics?.photos).toBe(20);
    expect(training).toMatchObject({ examples: [10, 10], views: 3 });
  });

  test('says which labels have no photos', async () => {
    const refused = trainHead(smallSet([0, 0, 2], [[1], [2], [3]], 4));
    await expect(refused).rejects.toThrow(AppError);
    await expect(refused).rejects.toMatchObject({
      code: 'not-enough-examples',
      message: expect.stringContaining('"label 1", "label 3"'),
      facts: { labels: ['label 1', 'label 3'] },
    });
  });

  test('names a few of many labels without photos', async () => {
    await expect(trainHead(smallSet([0], [[1]], 9))).rejects.toMatchObject({
      message: expect.stringMatching(/"label 5" and 3 more\.$/),
    });
  });

  test.for([
    [1, 'only "label 0"'],
    [0, 'none'],
  ] as const)('refuses %i labels', async ([labelCount, reason]) => {
    const set = labelCount === 0 ? smallSet([], [], 0) : smallSet([0, 0], [[1], [2]], 1);
    await expect(trainHead(set)).rejects.toMatchObject({
      code: 'not-enough-examples',
      message: expect.stringContaining(reason),
    });
  });

  test.for(['softmax', 'knn'] as const)(
    'tells how far %s is, from nothing to all',
    async (mode) => {
      const shares: number[] = [];
      await trainHead(clusters({ counts: [10, 10], seed: 1, spread: 3 }), {
        mode,
        onProgress: (done, total) => shares.push(done / total),
      });
      expect(shares[0]).toBe(0);
      expect(shares.at(-1)).toBe(1);
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    },
  );

  test('goes on only when its pause is over', async () => {
    const set = clusters({ counts: [60, 60], seed: 3, spread: 3 });
    let pauses = 0;
    const trained = await trainHead(set, {
      pause: async () => {
        pauses += 1;
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    expect(pauses).toBeGreaterThan(0);
    expect(trained).toEqual(await trainHead(set));
  });
});

describe('planTraining', () => {
  test('tries less the more there is, but always what was asked for', () => {
    const sizes = fc.record({
      examples: fc.integer({ min: 2, max: 20_000 }),
      labels: fc.integer({ min: 2, max: 1000 }),
      dimensions: fc.constantFrom(100, 1280),
    });
    fc.assert(
      fc.property(sizes, (size) => {
        const plan = planTraining(size);
        const larger = planTraining({ ...size, examples: size.examples * 2 });
        expect(larger.folds).toBeLessThanOrEqual(plan.folds);
        expect(larger.l2s.length).toBeLessThanOrEqual(plan.l2s.length);
        expect(planTraining({ ...size, folds: 7 }).folds).toBe(7);
        expect(planTraining({ ...size, l2: 0.5 }).l2s).toEqual([0.5]);
      }),
    );
    const flowers = planTraining({ examples: 300, labels: 5, dimensions: 299 });
    expect(flowers).toMatchObject({ folds: 5, l2s: { length: 3 } });
    expect(planTraining({ examples: 20_000, labels: 100, dimensions: length }).folds).toBe(1);
  });
});
