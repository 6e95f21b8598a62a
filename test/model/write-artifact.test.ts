import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ArtifactOrigin, writeArtifact } from '../../model/write-artifact.ts';
import {
  type Artifact,
  type Block,
  type Layer,
  type LayerWeights,
  layerKinds,
  openArtifact,
  weightShape,
} from '../../src/mobilenet/artifact.ts';

const origin: ArtifactOrigin = {
  model: 'tiny',
  inputSize: 32,
  labelCount: 7,
  license: 'Apache-2.0',
  source: 'https://example.com/tiny.tflite',
  sourceSha256: '00'.repeat(32),
};

interface Network {
  blocks: Block[];
  weights: Map<string, LayerWeights>;
}

function weightsFor(layer: Layer, seed: number): LayerWeights {
  const { outputChannels } = layer;
  const length = weightShape(layer).reduce((product, side) => product * side, 1);
  return {
    weights: new Int8Array(length).map((_, i) => i * 31 + seed),
    scales: new Float32Array(outputChannels).map((_, i) => (i + 1) / (seed + 2)),
    biases: new Float32Array(outputChannels).map((_, i) => i - seed / 3),
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
          outputChannels: fc.integer({ min: 1, max: 9 }),
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
    const weights = new Map<string, LayerWeights>();
    const blocks = drawn.map(({ residual, layers }, b) => ({
      name: `block${b}`,
      residual,
      layers: layers.map(({ seed, kind, outputChannels, ...rest }, l) => {
        // A depthwise layer gives as many channels as it takes.
        const outputs = kind === 'depthwise' ? rest.inputChannels : outputChannels;
        const layer: Layer = { ...rest, kind, name: `b${b}.l${l}`, outputChannels: outputs };
        weights.set(layer.name, weightsFor(layer, seed));
        return layer;
      }),
    }));
    return { blocks, weights };
  });

function write({ blocks, weights }: Network): Uint8Array<ArrayBuffer> {
  return writeArtifact(origin, blocks, ({ name }) => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`The network has no layer ${name}.`);
    return found;
  });
}

/** Everything that an artifact holds, read; otherwise the error. */
function readAll(bytes: Uint8Array): Artifact | Error {
  try {
    const artifact = openArtifact(new Uint8Array(bytes).buffer);
    for (const { layers } of artifact.blocks) {
      for (const layer of layers) artifact.weightsOf(layer);
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
        const { blocks, metadata, weightsOf } = openArtifact(write(network).buffer);
        expect(blocks).toEqual(network.blocks);
        expect(metadata).toMatchObject(origin);
        for (const layer of blocks.flatMap((block) => block.layers)) {
          expect(weightsOf(layer)).toEqual(network.weights.get(layer.name));
        }
      }),
    );
  });

  test('has the same bytes whenever the same network is written', () => {
    fc.assert(
      fc.property(networks, (network) => {
        expect(write(network)).toEqual(write(structuredClone(network)));
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
    const hashOf = (changed: Layer, change: (weights: LayerWeights) => void) => {
      const weights = weightsFor(changed, 1);
      change(weights);
      const blocks = [{ name: 'only', residual: false, layers: [changed] }];
      const written = write({ blocks, weights: new Map([['only', weights]]) });
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
