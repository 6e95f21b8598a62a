import { beforeAll, describe, expect, inject, test } from 'vitest';
import classNames from '../../model/classes.json' with { type: 'json' };
import type { PublishedModel } from '../../src/classes/catalog.ts';
import { embeddingLength } from '../../src/classes/head.ts';
import { type LoadedNetwork, loadNetwork } from '../../src/mobilenet/network.ts';
import type { AnalysisParts } from '../../src/pipeline/analyse-image.ts';
import { backboneModel, customModel } from '../../src/pipeline/answering-model.ts';
import { classifyByModels, classifyImage } from '../../src/pipeline/classify-image.ts';
import { explainImage } from '../../src/pipeline/explain-image.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { seededRandom } from '../../src/seeded-random.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = new Uint8Array(Buffer.from(base64, 'base64'));
const classes = classNames.map(({ names, wnid }) => ({ label: names[0], wnid }));

let network: LoadedNetwork;
let parts: AnalysisParts;
/** How often the backbone ran. */
let passes = 0;

beforeAll(async () => {
  network = loadNetwork(await readAssets(inject('artifactPath')));
  parts = {
    network: {
      inputSize: network.inputSize,
      read(...asked) {
        passes += 1;
        return network.read(...asked);
      },
    },
    limits: { maxPixels: 50e6, maxDecodeBytes: 48e6 },
    now: () => 0,
  };
});

/** A head with weights at random, which nobody trained. */
function published(name: string, labels: string[], seed: number): PublishedModel {
  const random = seededRandom(seed);
  return {
    name,
    version: 2,
    sha256: String(seed).repeat(64),
    model: {
      manifest: {
        format: 'petal-model/1',
        labels,
        backbone: { model: network.metadata.model, sha256: network.metadata.sha256 },
        head: { kind: 'softmax', temperature: 2 },
        thresholds: { minTopProbability: 0, minMargin: 0 },
        training: { examples: labels.map(() => 1), seed, fineTuned: 'none', views: 1 },
        createdAt: '2026-01-01T00:00:00Z',
        createdBy: 'test',
      },
      head: {
        kind: 'softmax',
        temperature: 2,
        weights: Float32Array.from(
          { length: labels.length * embeddingLength },
          () => random() * 0.1 - 0.05,
        ),
        biases: Float32Array.from(labels, () => random()),
      },
    },
  };
}

describe('a user’s model', () => {
  test('answers with its own labels, whose probabilities sum to 1', () => {
    const model = customModel(published('flowers', ['daisy', 'rose', 'tulip'], 1));
    const { predictions, ...answer } = classifyImage(parts, daisy, model, { topK: 5, fit: 'crop' });
    expect(predictions.map(({ label }) => label).sort()).toEqual(['daisy', 'rose', 'tulip']);
    const sum = predictions.reduce((total, { probability }) => total + probability, 0);
    expect(sum).toBeCloseTo(1, 6);
    expect(predictions[0]).not.toHaveProperty('wnid');
    expect(answer).not.toHaveProperty('backgroundProbability');
  });

  test('shares one pass of the backbone with others, and answers as it does alone', () => {
    const models = [
      customModel(published('flowers', ['daisy', 'rose', 'tulip'], 1)),
      backboneModel(network, classes),
      customModel(published('pets', ['cat', 'dog'], 2)),
    ];
    const options = { topK: 5, fit: 'crop', heatmaps: true } as const;
    const alone = models.map((model) => classifyImage(parts, daisy, model, options));
    passes = 0;
    const questions = models.map((model) => ({ model }));
    const together = classifyByModels(parts, daisy, questions, options);
    expect(passes).toBe(1);
    expect(together.answers).toEqual(
      alone.map(({ image: _, view: __, durationsMs: ___, ...answer }) => answer),
    );
  });

  // In int8 the embedding is a mean that was rounded once more.
  test('says where it sees a label: in float32, the mean of the evidence and the bias make the logit', async () => {
    const assets = await readAssets(inject('artifactPath'));
    network = loadNetwork({ ...assets, arithmetic: 'float32' });
    const source = published('flowers', ['daisy', 'rose', 'tulip'], 3);
    const model = customModel(source);
    const { head } = source.model;
    if (head.kind !== 'softmax') throw new Error('It is another head.');
    const evidences = [0, 1, 2].map((index) => {
      const isAllowed = new Uint8Array(3);
      isAllowed[index] = 1;
      const explanation = explainImage(parts, daisy, model, { fit: 'crop', isAllowed });
      expect(explanation.prediction.index).toBe(index);
      const cells = explanation.evidence.flat();
      const mean = cells.reduce((sum, value) => sum + value, 0) / cells.length;
      return { logit: mean + head.biases[index], probability: explanation.prediction.probability };
    });
    const powers = evidences.map(({ logit }) => Math.exp(logit / head.temperature));
    const total = powers.reduce((sum, power) => sum + power, 0);
    for (const [i, { probability }] of evidences.entries()) {
      expect(probability).toBeCloseTo(powers[i] / total, 4);
    }
  });
});
