import { beforeAll, describe, expect, inject, test } from 'vitest';
import { headProbabilities } from '../../src/classes/head.ts';
import { mostProbable } from '../../src/classes/metrics.ts';
import { readModelFile, writeModelFile } from '../../src/classes/model-file.ts';
import { embedViews } from '../../src/fine-tuning/embed-views.ts';
import { runTail } from '../../src/fine-tuning/trainable-tail.ts';
import { type TunedTail, tuneTail } from '../../src/fine-tuning/tune-tail.ts';
import { tunedBlocks } from '../../src/fine-tuning/tuned-blocks.ts';
import { tailOf } from '../../src/fine-tuning/tuned-tail.ts';
import { batchOf, type TuningSet } from '../../src/fine-tuning/tuning-set.ts';
import { type Artifact, openArtifact } from '../../src/mobilenet/artifact.ts';
import { realWeights } from '../../src/mobilenet/loaded-layer.ts';
import {
  type LoadedNetwork,
  loadNetwork,
  type NetworkAssets,
} from '../../src/mobilenet/network.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { readScenes, sceneSet } from './scenes.ts';

let network: LoadedNetwork;
let artifact: Artifact;
/** Two views each of four photos a label. */
let inputs: Uint8Array[];

beforeAll(async () => {
  const assets = await readAssets(inject('artifactPath'));
  network = loadNetwork(assets);
  artifact = openArtifact(assets.artifact);
  inputs = await readScenes(8);
});

/** An isolate has one network: the other is gone. */
function reloadNetwork(assets: NetworkAssets): void {
  network = loadNetwork(assets);
}

function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  const difference = actual.map((value, i) => value - expected[i]);
  return Math.hypot(...difference) / Math.hypot(...expected);
}

/** Photos 0, 1, 4, 5, 8 and 9 to train on, the others held out. */
const trainingPhotos = Int32Array.of(0, 1, 4, 5, 8, 9);
const validationPhotos = Int32Array.of(2, 3, 6, 7, 10, 11);

function tune(set: TuningSet, depth: string, seed = 1, epochs = 6): Promise<TunedTail> {
  const blocks = tunedBlocks(artifact.blocks, depth);
  const { weightsOf } = artifact;
  return tuneTail({ blocks, weightsOf }, set, {
    trainingPhotos,
    validationPhotos,
    seed,
    epochs,
  });
}

describe('a tail before it is trained', () => {
  // One layer; a block of stride 2 among the rest; all that can be trained.
  test.for(['last', 'blocks=4', 'blocks=17'])(
    'gives the embeddings that are served in float32, with %s',
    async (depth) => {
      const assets = await readAssets(inject('artifactPath'));
      const network = loadNetwork({ ...assets, arithmetic: 'float32' });
      const blocks = tunedBlocks(artifact.blocks, depth);
      const parameters = new Map(
        blocks
          .flatMap(({ layers }) => layers)
          .map((layer) => [layer.name, realWeights(layer, artifact.weightsOf(layer))]),
      );
      const set = sceneSet(network, inputs.slice(0, 6), blocks[0].name);
      const { embeddings } = runTail(
        { blocks, parameters },
        batchOf(
          set,
          [
            { photo: 0, view: 0 },
            { photo: 2, view: 1 },
          ],
          blocks[0].layers[0].inputChannels,
        ),
      );
      for (const [i, input] of [inputs[0], inputs[5]].entries()) {
        const served = network.infer(input).embedding;
        const own = embeddings.subarray(i * served.length, (i + 1) * served.length);
        expect(relativeDifference(own, served)).toBeLessThan(1e-5);
      }
      reloadNetwork(assets);
    },
  );
});

describe.each(['last', 'blocks=1'])('a tail tuned with %s', (depth) => {
  let set: TuningSet;
  let tuned: TunedTail;

  beforeAll(async () => {
    set = sceneSet(network, inputs, tunedBlocks(artifact.blocks, depth)[0].name);
    tuned = await tune(set, depth);
  });

  test('learns six photos by heart', () => {
    const losses = tuned.epochs.map(({ trainingLoss }) => trainingLoss);
    expect(losses[losses.length - 1]).toBeLessThan(losses[0] / 4);
    expect(tuned.epochs.at(-1)?.trainingAccuracy).toBe(1);
  });

  test('is served as it was trained: the same embeddings and probabilities', async () => {
    const blocks = tunedBlocks(artifact.blocks, depth);
    const tail = await tailOf(blocks, tuned.layers);
    const { model, sha256 } = artifact.metadata;
    const file = writeModelFile({
      manifest: {
        format: 'petal-model/1',
        labels: [...set.labels],
        backbone: { model, sha256 },
        head: { kind: 'softmax', temperature: 1 },
        firstTunedBlock: blocks[0].name,
        thresholds: { minTopProbability: 0, minMargin: 0 },
        training: { examples: [2, 2, 2], seed: 1, fineTuned: depth, views: 2 },
        createdAt: '2026-01-02T03:04:05.000Z',
        createdBy: 'petal 0.1.0',
      },
      head: { kind: 'softmax', ...tuned.head, temperature: 1 },
      tail,
    });
    const identity = { model, sha256, blocks: artifact.blocks };
    const read = readModelFile(file.buffer, identity, tail.sha256);
    const parameters = new Map(
      blocks
        .flatMap(({ layers }) => layers)
        .map((layer) => [layer.name, realWeights(layer, tail.weightsOf(layer))]),
    );
    for (const [row, photo] of validationPhotos.entries()) {
      const own = embedViews({ blocks, parameters }, set, [{ photo, view: 0 }]);
      const [reading] = network.read(inputs[photo * 2], [read.tail ?? 'backbone']);
      expect(relativeDifference(reading.embedding, own)).toBeLessThan(1e-4);
      const logits = tuned.logits.subarray(row * 3, row * 3 + 3);
      const served = headProbabilities(read.head, 3, reading.embedding);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      for (const [label, probability] of served.entries()) {
        expect(Math.abs(probability - Math.exp(logits[label]) / total)).toBeLessThan(1e-4);
      }
    }
  });

  test('is another than the backbone', () => {
    const [layer] = tunedBlocks(artifact.blocks, depth)[0].layers;
    expect(tuned.layers.get(layer.name)?.weights).not.toEqual(artifact.weightsOf(layer).weights);
    expect(tuned.layers.get(layer.name)?.biases).not.toEqual(artifact.weightsOf(layer).biases);
  });

  test.runIf(inject('trained'))('knows other parts of the same scenes', () => {
    const answers = [...validationPhotos.keys()].map((row) => mostProbable(tuned.logits, 3, row));
    expect(answers).toEqual([0, 0, 1, 1, 2, 2]);
  });
});

test('a tail is the same for the same seed, and another for another', async () => {
  const set = sceneSet(network, inputs, 'block17');
  const tensors = network.tensorCount();
  const [first, again, other] = [
    await tune(set, 'blocks=1', 1, 2),
    await tune(set, 'blocks=1', 1, 2),
    await tune(set, 'blocks=1', 2, 2),
  ];
  expect(again).toEqual(first);
  expect(other.head).not.toEqual(first.head);
  expect(network.tensorCount()).toBe(tensors);
});
