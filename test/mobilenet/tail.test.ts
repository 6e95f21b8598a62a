import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { type Artifact, openArtifact } from '../../src/mobilenet/artifact.ts';
import type { Source } from '../../src/mobilenet/backbone.ts';
import {
  type LoadedNetwork,
  loadNetwork,
  type NetworkAssets,
} from '../../src/mobilenet/network.ts';
import type { Tail } from '../../src/mobilenet/tail.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { seededRandom } from '../../src/seeded-random.ts';

let assets: NetworkAssets;
let artifact: Artifact;
let network: LoadedNetwork;
let input: Uint8Array;

beforeAll(async () => {
  // Tails are float32: with the backbone in float32, too, they give the very same.
  assets = { ...(await readAssets(inject('artifactPath'))), arithmetic: 'float32' };
  artifact = openArtifact(assets.artifact);
  network = loadNetwork(assets);
  const random = seededRandom(4);
  input = Uint8Array.from({ length: 224 * 224 * 3 }, () => random() * 256);
});

/** The backbone's own blocks from one on, with the weights of the first layer multiplied. */
function tailFrom(firstBlock: string, factor = 1): Tail {
  const blocks = artifact.blocks.slice(0, -1);
  const tuned = blocks.slice(blocks.findIndex(({ name }) => name === firstBlock));
  const [firstLayer] = tuned[0].layers;
  return {
    sha256: `${firstBlock} x ${factor}`,
    blocks: tuned,
    weightsOf(layer) {
      const weights = artifact.weightsOf(layer);
      if (layer.name !== firstLayer.name) return weights;
      return { ...weights, scales: weights.scales.map((scale) => scale * factor) };
    },
  };
}

const firstBlocks = ['block01', 'block05', 'block14', 'block16', 'block17', 'embedding'];

describe('a tail', () => {
  test.for(firstBlocks)(
    'from %s on with the backbone’s own weights gives its embedding',
    (block) => {
      const [own, tuned] = network.read(input, ['backbone', tailFrom(block)], { featureMap: true });
      expect(tuned).toEqual(own);
    },
  );

  test('gives the same alone as with others, in whatever order they are asked', () => {
    const tails: Source[] = firstBlocks.map((block) => tailFrom(block, 1.25));
    const sources: Source[] = [...tails, 'backbone', tailFrom('block16', 0.5)];
    const alone = sources.map((source) => network.read(input, [source])[0]);
    expect(network.read(input, sources)).toEqual(alone);
    expect(network.read(input, sources.toReversed())).toEqual(alone.toReversed());
    const embeddings = new Set(alone.map(({ embedding }) => embedding.join()));
    expect(embeddings.size).toBe(sources.length);
  });

  test('leaves the backbone’s own answers as they are', () => {
    const before = network.infer(input);
    network.read(input, [tailFrom('block17', 2)]);
    expect(network.infer(input)).toEqual(before);
  });

  test('is loaded once, and makes room for others that are used', () => {
    const tails = Array.from({ length: 8 }, (_, i) => tailFrom('block14', 1 + i / 8));
    for (const tail of tails) network.read(input, [tail]);
    const full = memory();
    const heapBytes = network.wasmHeapBytes();
    for (let round = 0; round < 2; round++) {
      for (const tail of tails) network.read(input, [tail, 'backbone']);
    }
    expect(memory().numTensors).toBe(full.numTensors);
    expect(network.wasmHeapBytes()).toBe(heapBytes);
    // 8 MB of tails at the most, beside the backbone's 14.
    expect(full.numBytes).toBeLessThan(23e6);
    network.read(input, [tails[7]]);
    expect(memory().numTensors).toBe(full.numTensors);
  });

  test('that makes nothing of a photo is no broken network', () => {
    const [{ embedding }] = network.read(input, [tailFrom('block17', 0)]);
    expect(embedding.every(Number.isFinite)).toBe(true);
  });

  test('is freed with the network', () => {
    const other = loadNetwork(assets);
    other.read(input, [tailFrom('block16')]);
    other.dispose();
    network = loadNetwork(assets);
    expect(network.tensorCount()).toBe(106);
  });
});

describe('activationBefore', () => {
  test.for([
    ['block01', 112 * 112 * 32],
    ['block14', 14 * 14 * 96],
    ['block17', 7 * 7 * 160],
    ['embedding', 7 * 7 * 320],
  ] as const)('gives what goes into %s', ([block, length]) => {
    const activation = network.activationBefore(input, block);
    expect(activation).toHaveLength(length);
    expect(activation.some((value) => value !== 0)).toBe(true);
  });

  test('refuses the classifier, and what is no block', () => {
    for (const name of ['classifier', 'block99']) {
      expect(() => network.activationBefore(input, name)).toThrow(RangeError);
    }
  });
});

describe('a tail on the backbone in int8', () => {
  beforeAll(() => {
    network = loadNetwork({ ...assets, arithmetic: 'int8' });
  });

  test('gives the backbone’s embedding to within the rounding of its last layer’s outputs', () => {
    const { activations } = artifact;
    const [own, tuned] = network.read(input, ['backbone', tailFrom('embedding')]);
    // Half a step where the layer rounds, and half a step where the mean does.
    const bound = 0.501 * (activations.layers.embedding.scale + activations.embedding.scale);
    for (const [channel, value] of own.embedding.entries()) {
      const real = Math.min(tuned.embedding[channel], 255 * activations.embedding.scale);
      expect(Math.abs(real - value)).toBeLessThan(bound);
    }
  });

  test('gives the same alone as with others, and leaves the backbone’s bytes as they are', () => {
    const before = network.infer(input, { featureMap: true });
    const heapBytes = network.wasmHeapBytes();
    const tails: Source[] = firstBlocks.map((block) => tailFrom(block, 1.25));
    const sources: Source[] = [...tails, 'backbone', tailFrom('block16', 0.5)];
    const together = network.read(input, sources);
    expect(network.wasmHeapBytes()).toBeGreaterThan(heapBytes);
    expect(sources.map((source) => network.read(input, [source])[0])).toEqual(together);
    expect(network.infer(input, { featureMap: true })).toEqual(before);
  });
});
