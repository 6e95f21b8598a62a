import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import {
  type ArtifactOrigin,
  type QuantisedLayer,
  type QuantisedNetwork,
  quantisedLayerOf,
  writeArtifact,
} from '../../model/write-artifact.ts';
import { type Artifact, layerTensors, openArtifact } from '../../src/mobilenet/artifact.ts';
import {
  type Block,
  type Layer,
  layerKinds,
  weightShape,
} from '../../src/mobilenet/layer-table.ts';
import type { Plan } from '../../src/mobilenet/plan.ts';
import type { Quantisation } from '../../src/mobilenet/quantisation.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { bytesOf } from '../../src/safetensors.ts';

const origin: ArtifactOrigin = {
  model: 'tiny',
  inputSize: 32,
  labelCount: 7,
  license: 'Apache-2.0',
  source: 'https://example.com/tiny.tflite',
  sourceSha256: '00'.repeat(32),
};

const plan: Plan = {
  arenaBytes: 128,
  pixels: { place: 0, side: 4, channels: 3 },
  blocks: [],
  embedding: { place: 64, side: 1, channels: 8 },
  logits: { place: 72, side: 1, channels: 8 },
  probabilities: 80,
};

interface Network extends QuantisedNetwork {
  layers: ReadonlyMap<string, QuantisedLayer>;
}

function quantised(layer: Layer, seed: number): QuantisedLayer {
  const { outputChannels } = layer;
  const length = weightShape(layer).reduce((product, side) => product * side, 1);
  return {
    weights: new Int8Array(length).map((_, i) => i * 31 + seed),
    scales: new Float32Array(outputChannels).map((_, i) => (i + 1) / (seed + 2)),
    biases: new Int32Array(outputChannels).map((_, i) => i - seed * 1001),
  };
}

function quantisation(seed: number): Quantisation {
  return { scale: Math.fround((seed + 1) / 97), zeroPoint: ((seed * 37) % 256) - 128 };
}

function networkOf(
  blocks: readonly Block[],
  layers: ReadonlyMap<string, QuantisedLayer>,
  seed = 0,
): Network {
  return {
    blocks,
    layers,
    activations: {
      input: quantisation(seed),
      layers: Object.fromEntries([...layers.keys()].map((name, i) => [name, quantisation(i + 1)])),
      sums: Object.fromEntries(blocks.map(({ name }, i) => [name, quantisation(i + 50)])),
      embedding: quantisation(seed + 3),
    },
    layerOf({ name }) {
      const found = layers.get(name);
      if (found === undefined) throw new Error(`The network has no layer ${name}.`);
      return found;
    },
  };
}

/** Any layer table of small layers, which need not fit to each other, with weights. */
const networks: fc.Arbitrary<Network> = fc
  .array(
    fc.record({
      residual: fc.boolean(),
      layers: fc.array(
        fc.record({
          kind: fc.constantFrom(...layerKinds),
          inputChannels: fc.integer({ min: 1, max: 9 }),
          outputChannels: fc.integer({ min: 1, max: 17 }),
          stride: fc.constantFrom(1 as const, 2 as const),
          activation: fc.constantFrom('relu6' as const, 'linear' as const),
          seed: fc.nat(200),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 4 },
  )
  .map((drawn) => {
    const written = new Map<string, QuantisedLayer>();
    const blocks = drawn.map(({ residual, layers }, b) => ({
      name: `block${b}`,
      residual,
      layers: layers.map(({ seed, kind, inputChannels, outputChannels, ...rest }, l) => {
        // A depthwise layer gives as many channels as it takes, and the stem takes the three of a picture.
        const inputs = kind === 'stem' ? 3 : inputChannels;
        const outputs = kind === 'depthwise' ? inputs : outputChannels;
        const name = `b${b}.l${l}`;
        const layer: Layer = {
          ...rest,
          kind,
          name,
          inputChannels: inputs,
          outputChannels: outputs,
        };
        written.set(name, quantised(layer, seed));
        return layer;
      }),
    }));
    return networkOf(blocks, written, drawn.length);
  });

function write(network: QuantisedNetwork): Uint8Array<ArrayBuffer> {
  return writeArtifact(origin, network, plan);
}

/** The hash as it is defined, and as it was where files held just these tensors. */
function hashOfWeights({ blocks, weightsOf }: Artifact): string {
  const layers = blocks.flatMap((block) => block.layers);
  const hash = createHash('sha256').update(JSON.stringify(blocks));
  for (const { values } of layerTensors(layers, weightsOf)) hash.update(bytesOf(values));
  return hash.digest('hex');
}

/** Everything that an artifact holds, read; otherwise the error. */
function readAll(bytes: Uint8Array): Artifact | Error {
  try {
    const artifact = openArtifact(new Uint8Array(bytes).buffer);
    for (const { layers } of artifact.blocks) {
      for (const layer of layers) {
        artifact.weightsOf(layer);
        artifact.outputOf(layer, 0);
      }
    }
    return artifact;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

describe('an artifact', () => {
  test('gives back the network that was written, whatever its layer table', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const artifact = openArtifact(write(network).buffer);
        const { blocks, activations, metadata } = artifact;
        expect(blocks).toEqual(network.blocks);
        expect(activations).toEqual(network.activations);
        expect(artifact.plan).toEqual(plan);
        expect(metadata).toMatchObject(origin);
        for (const layer of blocks.flatMap((block) => block.layers)) {
          expect(quantisedLayerOf(artifact, layer)).toEqual(network.layers.get(layer.name));
        }
      }),
    );
  });

  test('gives biases in real numbers: their int32 values times input scale times weight scale', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const artifact = openArtifact(write(network).buffer);
        for (const layer of network.blocks.flatMap((block) => block.layers)) {
          const { scale } = artifact.inputOf(layer);
          const { weights, scales, biases } = network.layerOf(layer);
          const unit = scales.map((weightScale) => scale * weightScale);
          expect(artifact.weightsOf(layer)).toEqual({
            weights,
            scales,
            biases: Float32Array.from(biases, (bias, i) => bias * unit[i]),
          });
        }
      }),
    );
  });

  test('names its weights by what they are, however they are stored', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const artifact = openArtifact(write(network).buffer);
        expect(artifact.metadata.sha256).toBe(hashOfWeights(artifact));
      }),
    );
  });

  test('has the weights of one output as those of all have them', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const artifact = openArtifact(write(network).buffer);
        const layers = network.blocks.flatMap((block) => block.layers);
        for (const layer of layers.filter(({ kind }) => kind === 'pointwise')) {
          const { weights, scales, biases } = artifact.weightsOf(layer);
          const { inputChannels, outputChannels } = layer;
          for (let output = 0; output < outputChannels; output++) {
            const column = Float32Array.from(
              { length: inputChannels },
              (_, input) => weights[input * outputChannels + output] * scales[output],
            );
            expect(artifact.outputOf(layer, output)).toEqual({
              weights: column,
              bias: biases[output],
            });
          }
        }
      }),
    );
  });

  test('has the same bytes whenever the same network is written', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const { blocks, layers, activations } = network;
        const copy = networkOf(structuredClone(blocks), structuredClone(layers));
        expect(write(network)).toEqual(
          write({ ...copy, activations: structuredClone(activations) }),
        );
      }),
    );
  });

  test('has another hash where any weight, scale, bias or layer differs', () => {
    const layer: Layer = {
      name: 'only',
      kind: 'pointwise',
      inputChannels: 2,
      outputChannels: 2,
      stride: 1,
      activation: 'linear',
    };
    const hashOf = (changed: Layer, change: (weights: QuantisedLayer) => void) => {
      const weights = quantised(changed, 1);
      change(weights);
      const blocks = [{ name: 'only', residual: false, layers: [changed] }];
      const written = write(networkOf(blocks, new Map([['only', weights]])));
      return openArtifact(written.buffer).metadata.sha256;
    };
    const hashes = [
      hashOf(layer, () => {}),
      hashOf({ ...layer, stride: 2 }, () => {}),
      hashOf(layer, ({ weights }) => weights.fill(9, 3)),
      hashOf(layer, ({ scales }) => scales.fill(9, 1)),
      hashOf(layer, ({ biases }) => biases.fill(9, 1)),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('is refused with a sentence where its end is missing', () => {
    fc.assert(
      fc.property(
        networks,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (network, part) => {
          const bytes = write(network);
          const cut = readAll(bytes.subarray(0, Math.floor(part * bytes.length)));
          expect(cut).toBeInstanceOf(Error);
          expect(cut instanceof Error && cut.message).toMatch(/^The (artifact|file|tensor) .+\.$/);
        },
      ),
    );
  });

  test('is refused or opened, and never read beyond its end, with any of its bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(networks, changes, (network, changed) => {
        const bytes = write(network);
        for (const [at, value] of changed) bytes[at % bytes.length] = value;
        const read = readAll(bytes);
        if (read instanceof Error) expect(read.message).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });
});

test.runIf(inject('trained'))(
  'the trained weights have the hash that models which were trained on them name',
  async () => {
    const artifact = openArtifact((await readAssets(inject('artifactPath'))).artifact);
    const hash = '0ee6a3befda3052131aa4b95cb930209223f7c1d59022a47c0e1de8d78b6364b';
    expect(artifact.metadata.sha256).toBe(hash);
    expect(hashOfWeights(artifact)).toBe(hash);
  },
);
