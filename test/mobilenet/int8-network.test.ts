import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { openArtifact } from '../../src/mobilenet/artifact.ts';
import type { KernelBinary } from '../../src/mobilenet/kernel-level.ts';
import {
  type LoadedNetwork,
  loadNetwork,
  type NetworkAssets,
} from '../../src/mobilenet/network.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { sharedFolder } from '../support/photos.ts';

const inputLength = 224 * 224 * 3;

function randomInput(seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: inputLength }, () => random() * 256);
}

/** What TFLite's last step makes of probabilities: 256ths, of which 255 is the most. */
function quantised(probabilities: Float32Array): Uint8Array {
  return Uint8Array.from(probabilities, (value) => Math.min(Math.round(value * 256), 255));
}

let assets: NetworkAssets;
/** The kernels of each level that this processor runs exactly. */
let levels: readonly KernelBinary[];

beforeAll(async () => {
  assets = await readAssets(inject('artifactPath'));
  levels = assets.kernels.filter((binary) => {
    try {
      loadNetwork({ ...assets, kernels: [binary] }).dispose();
      return true;
    } catch {
      return false;
    }
  });
});

describe('the network in int8', () => {
  const reference = sharedFolder('models/reference');
  test.runIf(reference !== null && inject('trained'))(
    'answers 20 photos byte for byte as TFLite does, at every instruction level',
    async () => {
      const pixels = await readFile(join(reference ?? '', 'inputs_u8.bin'));
      const expected = await readFile(join(reference ?? '', 'int8_outputs_u8.bin'));
      expect(expected).toHaveLength(20 * 1001);
      expect(levels.map(({ level }) => level)).toContain('scalar');
      for (const binary of levels) {
        const network = loadNetwork({ ...assets, kernels: [binary] });
        for (let photo = 0; photo < 20; photo++) {
          const input = pixels.subarray(photo * inputLength, (photo + 1) * inputLength);
          const wanted = new Uint8Array(expected.subarray(photo * 1001, (photo + 1) * 1001));
          expect(quantised(network.infer(input).probabilities)).toEqual(wanted);
        }
        network.dispose();
      }
    },
  );

  test('gives the same numbers at every instruction level, in every activation', () => {
    const input = randomInput(5);
    const blocks = openArtifact(assets.artifact).blocks.slice(0, -1);
    const answers = levels.map((binary) => {
      const network = loadNetwork({ ...assets, kernels: [binary] });
      const activations = blocks.map(({ name }) => network.activationBefore(input, name));
      const inference = network.infer(input, { featureMap: true });
      network.dispose();
      return { activations, inference };
    });
    expect(answers.length).toBeGreaterThan(1);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe('the network in int8 at the level that this processor takes', () => {
  let network: LoadedNetwork;
  beforeAll(() => {
    network = loadNetwork(assets);
  });
  afterAll(() => network.dispose());

  test('is what is loaded unless something else is asked for', () => {
    expect(network.arithmetic).toBe('int8');
    expect(network.kernelLevel).toBe(levels[0].level);
  });

  test('takes no memory beyond what the backend starts with, and leaves no tensor behind', () => {
    const tensors = network.tensorCount();
    for (let i = 0; i < 20; i++) network.infer(randomInput(i), { featureMap: i % 2 === 0 });
    expect(network.wasmHeapBytes()).toBe(16 * 2 ** 20);
    expect(network.tensorCount()).toBe(tensors);
  });

  test('gives the mean of its feature map as the embedding, to the nearest of its 256 values', () => {
    const { embedding, featureMap = new Float32Array() } = network.infer(randomInput(6), {
      featureMap: true,
    });
    const { scale } = openArtifact(assets.artifact).activations.embedding;
    for (const [channel, value] of embedding.entries()) {
      let sum = 0;
      for (let i = channel; i < featureMap.length; i += embedding.length) sum += featureMap[i];
      expect(Math.abs(Math.min(sum / 49, 255 * scale) - value)).toBeLessThan(scale * 0.5001);
    }
  });

  test('classifies the embedding that it gave as it classifies the photo', () => {
    const { embedding, probabilities } = network.infer(randomInput(7));
    network.infer(randomInput(8));
    expect(network.classify(embedding)).toEqual(probabilities);
  });

  test('frees its memory when it is disposed of', () => {
    const other = loadNetwork(assets);
    expect(other.tensorCount()).toBeGreaterThan(0);
    other.dispose();
    expect(memory().numTensors).toBe(0);
    network = loadNetwork(assets);
  });

  test('says which kernels there were where none can be used', () => {
    expect(() => loadNetwork({ ...assets, kernels: [] })).toThrow(
      'None of the int8 kernels can be used here: there are none.',
    );
    network = loadNetwork(assets);
  });
});
