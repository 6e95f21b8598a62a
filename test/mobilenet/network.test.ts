import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env, memory, setBackend } from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type Artifact, openArtifact } from '../../src/mobilenet/artifact.ts';
import { infer } from '../../src/mobilenet/backbone.ts';
import { FloatBackbone } from '../../src/mobilenet/float-backbone.ts';
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

function maxDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** Outputs in order of probability. */
function topOutputs(probabilities: Float32Array, count: number): number[] {
  const outputs = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  return outputs.slice(0, count);
}

let assets: NetworkAssets;
let network: LoadedNetwork;

beforeAll(async () => {
  assets = { ...(await readAssets(inject('artifactPath'))), arithmetic: 'float32' };
  network = loadNetwork(assets);
});

describe('the network in float32 on the WASM backend', () => {
  test('answers 1001 probabilities that sum to 1', () => {
    const probabilities = network.infer(randomInput(1)).probabilities;
    expect(probabilities).toHaveLength(1001);
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
  });

  test('gives the mean of its feature map as the embedding', () => {
    const { embedding, featureMap = new Float32Array() } = network.infer(randomInput(6), {
      featureMap: true,
    });
    expect(embedding).toHaveLength(1280);
    expect(featureMap).toHaveLength(7 * 7 * 1280);
    const means = embedding.map((_, channel) => {
      let sum = 0;
      for (let i = channel; i < featureMap.length; i += 1280) sum += featureMap[i];
      return sum / 49;
    });
    expect(maxDifference(embedding, means)).toBeLessThan(1e-5);
    expect(Math.min(...embedding)).toBeGreaterThanOrEqual(0);
    expect(network.infer(randomInput(6))).not.toHaveProperty('featureMap');
  });

  test('leaves no tensor behind, and grows its memory no further', () => {
    network.infer(randomInput(2));
    const [tensors, heapBytes] = [network.tensorCount(), network.wasmHeapBytes()];
    for (let i = 0; i < 20; i++) network.infer(randomInput(i), { featureMap: i % 2 === 0 });
    expect(network.tensorCount()).toBe(tensors);
    expect(network.wasmHeapBytes()).toBe(heapBytes);
  });

  const reference = sharedFolder('models/reference');
  test.runIf(reference !== null && inject('trained'))(
    'agrees with ONNX Runtime on 20 photos within 0.001, with the same top five',
    async () => {
      const pixels = await readFile(join(reference ?? '', 'inputs_u8.bin'));
      const bytes = await readFile(join(reference ?? '', 'probabilities_f32.bin'));
      const expected = new Float32Array(new Uint8Array(bytes).buffer);
      expect(pixels).toHaveLength(20 * inputLength);
      for (let photo = 0; photo < 20; photo++) {
        const from = pixels.subarray(photo * inputLength, (photo + 1) * inputLength);
        const actual = network.infer(from).probabilities;
        const wanted = expected.subarray(photo * 1001, (photo + 1) * 1001);
        expect(maxDifference(actual, wanted)).toBeLessThan(0.001);
        expect(topOutputs(actual, 5)).toEqual(topOutputs(wanted, 5));
      }
    },
  );
});

describe('the same network elsewhere', () => {
  beforeEach(() => {
    // tfjs recommends its native backend at the first use of the one in JavaScript, except to tests.
    env().set('IS_TEST', true);
  });
  // The WASM backend is replaced here; other tests load the network anew.
  afterEach(() => {
    network = loadNetwork(assets);
  });

  test('gives the same probabilities on the plain binary, for runtimes without SIMD', async () => {
    const input = randomInput(3);
    const expected = network.infer(input).probabilities;
    const path = import.meta.resolve(
      '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm',
    );
    const wasm = await WebAssembly.compile(await readFile(new URL(path)));
    const plain = loadNetwork({ ...assets, wasm });
    expect(maxDifference(plain.infer(input).probabilities, expected)).toBeLessThan(1e-5);
  });

  test("gives the same probabilities on tfjs's own JavaScript backend", async () => {
    const input = randomInput(4);
    const expected = network.infer(input).probabilities;
    await setBackend('cpu');
    const backbone = new FloatBackbone(openArtifact(assets.artifact));
    expect(maxDifference(infer(backbone, input).probabilities, expected)).toBeLessThan(1e-5);
    backbone.dispose();
  });

  test('frees all of its weights when it is disposed of', async () => {
    await setBackend('cpu');
    const before = memory().numTensors;
    const backbone = new FloatBackbone(openArtifact(assets.artifact));
    expect(memory().numTensors).toBe(before + 106);
    backbone.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('an artifact', () => {
  const opened = (): Artifact => openArtifact(assets.artifact);

  test('lists 53 convolutions in 20 blocks', () => {
    const { blocks } = opened();
    expect(blocks).toHaveLength(20);
    expect(blocks.flatMap(({ layers }) => layers)).toHaveLength(53);
    expect(blocks.filter(({ residual }) => residual)).toHaveLength(10);
  });

  test.for([0, 4, 8, 1000, 100_000, 3_000_000])(
    'is refused with a sentence where it is cut to %i bytes',
    (bytes) => {
      expect(() => loadNetwork({ ...assets, artifact: assets.artifact.slice(0, bytes) })).toThrow(
        /^The file/,
      );
    },
  );

  test('is refused where it is some other file', () => {
    expect(() => openArtifact(new Uint8Array(64).fill(255).buffer)).toThrow(/^The file/);
  });
});
