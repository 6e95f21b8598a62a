import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { embeddingLength } from '../../src/classes/head.ts';
import { fineTune, type RunTuning } from '../../src/fine-tuning/fine-tune.ts';
import { quantiseLayers } from '../../src/fine-tuning/quantise.ts';
import type { TunedTail, TuningJob } from '../../src/fine-tuning/tune-tail.ts';
import { tunedBlocks } from '../../src/fine-tuning/tuned-blocks.ts';
import type { TuningSet } from '../../src/fine-tuning/tuning-set.ts';
import { type Artifact, openArtifact } from '../../src/mobilenet/artifact.ts';
import { realWeights } from '../../src/mobilenet/loaded-layer.ts';

let artifact: Artifact;

beforeAll(async () => {
  artifact = openArtifact(new Uint8Array(await readFile(inject('artifactPath'))).buffer);
});

const labels = ['daisy', 'rose', 'tulip'];

/** Ten photos a label, of which two look the same; nobody looks at the activations. */
const set: TuningSet = {
  labels,
  labelIndices: Int32Array.from({ length: 30 }, (_, photo) => photo % 3),
  groups: Int32Array.from({ length: 30 }, (_, photo) => (photo === 27 ? 0 : photo)),
  views: 4,
  activations: new Float32Array(),
};

/** Which photos the stand-in for a training is wrong about. */
const mistaken = [4, 8, 12];

/** What training would give, at once: the backbone's own weights, and logits as a job's photos ask for. */
function standIn(seen: TuningJob[]): RunTuning {
  return async (job, onProgress) => {
    seen.push(job);
    onProgress(0.5);
    await new Promise((resolve) => setTimeout(resolve, 5));
    onProgress(1);
    const layers = tunedBlocks(artifact.blocks, 'last').flatMap((block) => block.layers);
    const weights = layers.map(
      (layer) => [layer.name, realWeights(layer, artifact.weightsOf(layer))] as const,
    );
    const logits = Float64Array.from({ length: job.validationPhotos.length * 3 }, (_, i) => {
      const photo = job.validationPhotos[Math.floor(i / 3)];
      const label = (photo + (mistaken.includes(photo) ? 1 : 0)) % 3;
      return label === i % 3 ? 3 : 0;
    });
    const tuned: TunedTail = {
      layers: quantiseLayers(layers, new Map(weights)),
      head: {
        weights: new Float32Array(3 * embeddingLength).fill(job.trainingPhotos.length),
        biases: new Float32Array(3),
      },
      logits,
      epochs: [{ trainingLoss: 1, trainingAccuracy: 0.5, logits }],
    };
    return tuned;
  };
}

describe('fineTune', () => {
  test('trains on all photos, and measures trainings that have not seen what they answer', async () => {
    const jobs: TuningJob[] = [];
    const progress: [number, number][] = [];
    const tuned = await fineTune(artifact, set, {
      depth: 'last',
      seed: 3,
      folds: 5,
      run: standIn(jobs),
      onProgress: (done, total) => progress.push([done, total]),
    });
    const [whole, ...parts] = jobs;
    expect([...whole.trainingPhotos]).toEqual([...set.labelIndices.keys()]);
    expect(whole.validationPhotos).toHaveLength(0);
    expect(parts).toHaveLength(5);
    expect(parts.flatMap((job) => [...job.validationPhotos]).sort((a, b) => a - b)).toEqual([
      ...set.labelIndices.keys(),
    ]);
    for (const { trainingPhotos, validationPhotos } of parts) {
      expect([...trainingPhotos, ...validationPhotos].sort((a, b) => a - b)).toEqual([
        ...set.labelIndices.keys(),
      ]);
      // Photos that look the same are on one side.
      expect(trainingPhotos.includes(0)).toBe(trainingPhotos.includes(27));
      expect(new Set(trainingPhotos.map((photo) => set.labelIndices[photo])).size).toBe(3);
    }
    expect(tuned.metrics).toMatchObject({ folds: 5, photos: 30, correct: 27, accuracy: 0.9 });
    expect(tuned.head.weights[0]).toBe(30);
    expect(tuned.head.temperature).toBeGreaterThan(0);
    expect(tuned.training).toMatchObject({
      examples: [10, 10, 10],
      seed: 3,
      fineTuned: 'last',
      views: 4,
    });
    expect(tuned.validation?.folds).not.toContain(-1);
    expect(tuned.validation?.curve).toMatchObject([
      { iteration: 1, trainingLoss: 1, trainingAccuracy: 0.5, validationAccuracy: 0.9 },
    ]);
    expect(tuned.tail.blocks.map(({ name }) => name)).toEqual(['embedding']);
    expect(tuned.tail.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(progress.at(-1)).toEqual([6, 6]);
    const done = progress.map(([each]) => each);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });

  test('holds one fifth out once, unless folds are asked for', async () => {
    const jobs: TuningJob[] = [];
    const tuned = await fineTune(artifact, set, { depth: 'last', run: standIn(jobs) });
    expect(jobs).toHaveLength(2);
    expect(jobs[1].validationPhotos.length).toBeGreaterThanOrEqual(5);
    expect(jobs[1].validationPhotos.length).toBeLessThanOrEqual(7);
    expect(tuned.metrics).toMatchObject({ folds: 1, photos: jobs[1].validationPhotos.length });
  });

  test('measures nothing where a label has one photo only', async () => {
    const few = {
      ...set,
      labelIndices: Int32Array.of(0, 0, 1, 2),
      groups: Int32Array.of(0, 1, 2, 3),
    };
    const jobs: TuningJob[] = [];
    const tuned = await fineTune(artifact, few, { depth: 'last', run: standIn(jobs) });
    expect(jobs).toHaveLength(1);
    expect(tuned).not.toHaveProperty('metrics');
    expect(tuned.head.temperature).toBe(1);
  });

  test('refuses a label without photos, and a depth that the backbone does not have', async () => {
    const none = { ...set, labelIndices: Int32Array.of(0, 1), groups: Int32Array.of(0, 1) };
    const run = standIn([]);
    await expect(fineTune(artifact, none, { depth: 'last', run })).rejects.toMatchObject({
      code: 'not-enough-examples',
    });
    await expect(fineTune(artifact, set, { depth: 'blocks=99', run })).rejects.toThrow(RangeError);
  });
});
