import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { headProbabilities } from '../../src/classes/head.ts';
import type { Manifest } from '../../src/classes/manifest.ts';
import {
  type BackboneIdentity,
  type CustomModel,
  readModelFile,
  writeModelFile,
} from '../../src/classes/model-file.ts';
import { AppError } from '../../src/errors.ts';
import { type Artifact, openArtifact } from '../../src/mobilenet/artifact.ts';
import type { Tail } from '../../src/mobilenet/tail.ts';
import { type NamedTensor, openSafetensors, writeSafetensors } from '../../src/safetensors.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { allocatedBytes } from '../image/allocated-bytes.ts';

const length = 1280;
const fileSha256 = 'f'.repeat(64);
const labels = ['daisy', 'rose', 'tulip'];

let artifact: Artifact;
let backbone: BackboneIdentity;

beforeAll(async () => {
  artifact = openArtifact(new Uint8Array(await readFile(inject('artifactPath'))).buffer);
  const { model, sha256 } = artifact.metadata;
  backbone = { model, sha256, blocks: artifact.blocks };
});

function manifestOf(head: Manifest['head'], more: Partial<Manifest> = {}): Manifest {
  return {
    format: 'petal-model/1',
    labels,
    backbone: { model: backbone.model, sha256: backbone.sha256 },
    head,
    thresholds: { minTopProbability: 0.4, minMargin: 0.1 },
    training: { examples: [3, 4, 5], seed: 7, l2: 1e-4, fineTuned: 'none', views: 1 },
    createdAt: '2026-01-02T03:04:05.000Z',
    createdBy: 'petal 0.1.0',
    ...more,
  };
}

function softmaxModel(seed: number, more: Partial<Manifest> = {}): CustomModel {
  const random = seededRandom(seed);
  const manifest = manifestOf({ kind: 'softmax', temperature: 0.5 + random() }, more);
  const count = manifest.labels.length;
  const weights = Float32Array.from({ length: count * length }, () => random() - 0.5);
  const biases = Float32Array.from({ length: count }, () => random());
  const { temperature } = manifest.head;
  return { manifest, head: { kind: 'softmax', weights, biases, temperature } };
}

function nearestModel(seed: number): CustomModel {
  const random = seededRandom(seed);
  const manifest = manifestOf({ kind: 'knn', temperature: 0.05, neighbours: 4 });
  const labelIndices = Int32Array.of(0, 1, 2, 0, 1);
  const examples = Float32Array.from({ length: 5 * length }, () => random() / 20);
  return {
    manifest,
    head: { kind: 'knn', examples, labelIndices, neighbours: 4, temperature: 0.05 },
  };
}

/** The last blocks of the backbone with other scales, as fine-tuning leaves them. */
function tailFrom(firstBlock: string): Tail {
  const before = artifact.blocks.slice(0, -1);
  const blocks = before.slice(before.findIndex(({ name }) => name === firstBlock));
  return {
    sha256: fileSha256,
    blocks,
    weightsOf(layer) {
      const weights = artifact.weightsOf(layer);
      return { ...weights, scales: weights.scales.map((scale) => scale * 1.5) };
    },
  };
}

function tunedModel(): CustomModel {
  const more: Partial<Manifest> = {
    firstTunedBlock: 'block17',
    training: { examples: [3, 4, 5], seed: 7, fineTuned: 'blocks=1', views: 4, epochs: 3 },
  };
  return { ...softmaxModel(3, more), tail: tailFrom('block17') };
}

const models: [string, () => CustomModel][] = [
  ['a softmax head', () => softmaxModel(1)],
  ['nearest examples', () => nearestModel(2)],
  ['a head and a tail', tunedModel],
];

function read(file: Uint8Array<ArrayBuffer>): CustomModel {
  return readModelFile(file.slice().buffer, backbone, fileSha256);
}

/** The refusal of a file, or undefined where it is taken; anything but a refusal is thrown on. */
function refusalOf(file: Uint8Array<ArrayBuffer>): AppError | undefined {
  try {
    const { head, manifest } = read(file);
    const probabilities = headProbabilities(head, manifest.labels.length, new Float32Array(length));
    // What is taken must answer.
    expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** The file of a model whose manifest says something else; what is undefined is left out. */
function withManifest(
  model: CustomModel,
  changes: Record<string, unknown>,
): Uint8Array<ArrayBuffer> {
  const { head } = model;
  if (head.kind !== 'softmax') throw new Error('Expected a softmax head.');
  const manifest = JSON.stringify({ ...model.manifest, ...changes });
  const count = head.biases.length;
  return writeSafetensors({ format: model.manifest.format, manifest }, [
    { name: 'head.weights', shape: [count, length], values: head.weights },
    { name: 'head.biases', shape: [count], values: head.biases },
  ]);
}

describe('a model’s file', () => {
  test.for(models)('with %s is read as it was written', ([, make]) => {
    const model = make();
    const file = writeModelFile(model);
    const { manifest, head, tail } = read(file);
    expect(manifest).toEqual(model.manifest);
    expect(head).toEqual(model.head);
    expect(tail?.blocks).toEqual(model.tail?.blocks);
    for (const layer of tail?.blocks.flatMap(({ layers }) => layers) ?? []) {
      expect(tail?.weightsOf(layer)).toEqual(model.tail?.weightsOf(layer));
    }
    expect(tail?.sha256).toBe(model.tail === undefined ? undefined : fileSha256);
    const again = writeModelFile({ manifest, head, ...(tail === undefined ? {} : { tail }) });
    expect(Buffer.compare(again, file)).toBe(0);
  });

  test.for(models)('with %s is refused wherever it is cut', ([, make]) => {
    const file = writeModelFile(make());
    const cuts = fc.oneof(fc.nat(file.length - 1), fc.integer({ min: 0, max: 4000 }));
    fc.assert(
      fc.property(cuts, (end) => {
        expect(refusalOf(file.slice(0, Math.min(end, file.length - 1)))?.code).toBe(
          'invalid-model',
        );
      }),
    );
  });

  test('is taken or refused, whatever bytes of it are others', () => {
    const files = [writeModelFile(softmaxModel(1)), writeModelFile(nearestModel(2))];
    const changes = fc.array(
      fc.record({ at: fc.oneof(fc.nat(1500), fc.nat(20_000)), value: fc.nat(255) }),
      { minLength: 1, maxLength: 4 },
    );
    const codes = new Set<string | undefined>();
    fc.assert(
      fc.property(fc.constantFrom(...files), changes, (file, list) => {
        const damaged = file.slice();
        for (const { at, value } of list) damaged[at % damaged.length] = value;
        codes.add(refusalOf(damaged)?.code);
      }),
      { numRuns: 1000 },
    );
    expect(codes.has('invalid-model')).toBe(true);
    expect(codes.has(undefined)).toBe(true);
    expect(
      [...codes].every((c) => [undefined, 'invalid-model', 'model-mismatch'].includes(c)),
    ).toBe(true);
  });

  test.for([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 10_001, -1e30])(
    'is refused with %d in its head',
    (value) => {
      for (const make of [() => softmaxModel(1), () => nearestModel(2)]) {
        const model = make();
        const { head } = model;
        const values = head.kind === 'softmax' ? head.weights : head.examples;
        values[777] = value;
        const refusal = refusalOf(writeModelFile(model));
        expect(refusal?.code).toBe('invalid-model');
        expect(refusal?.message).toContain('10000');
      }
      const model = softmaxModel(1);
      if (model.head.kind === 'softmax') model.head.biases[1] = value;
      expect(refusalOf(writeModelFile(model))?.message).toContain('head.biases');
    },
  );

  test('is refused with a number that is not finite in its tail', () => {
    const model = tunedModel();
    const tail = model.tail;
    if (tail === undefined) throw new Error('Expected a tail.');
    const [layer] = tail.blocks[0].layers;
    const broken: Tail = {
      ...tail,
      weightsOf(own) {
        const weights = tail.weightsOf(own);
        if (own.name === layer.name) weights.scales[3] = Number.NaN;
        return weights;
      },
    };
    const refusal = refusalOf(writeModelFile({ ...model, tail: broken }));
    expect(refusal?.message).toContain(`${layer.name}.scales`);
  });

  test('is refused where its tail is not all there, or begins nowhere', () => {
    const model = softmaxModel(1);
    for (const [firstTunedBlock, reason] of [
      ['block17', 'The tensor block17'],
      ['no such block', 'has no block'],
      [artifact.blocks[0].name, 'has no block'],
      [artifact.blocks[artifact.blocks.length - 1].name, 'has no block'],
    ]) {
      const refusal = refusalOf(withManifest(model, { firstTunedBlock }));
      expect(refusal?.code).toBe('invalid-model');
      expect(refusal?.message).toContain(reason);
    }
  });

  test.for<[string, Record<string, unknown>, string]>([
    ['of another version', { format: 'petal-model/2' }, 'format petal-model/1'],
    ['with a label twice', { labels: ['a', 'b', 'a'] }, 'each label once'],
    ['with one label', { labels: ['a'] }, 'at least two labels'],
    ['with a comma in a label', { labels: ['a', 'b', 'c,d'] }, 'without commas'],
    ['with spaces around a label', { labels: ['a', 'b', ' c'] }, 'without spaces around'],
    ['with half of a character in a label', { labels: ['a', 'b', '\ud83c'] }, 'lone surrogates'],
    ['with the other half in a label', { labels: ['a', 'b', 'c\udf38'] }, 'lone surrogates'],
    ['with a replacement for what was no text', { labels: ['a', 'b', '\ufffd'] }, 'U+FFFD'],
    ['with a label of 101 characters', { labels: ['a', 'b', 'c'.repeat(101)] }, 'at most 100'],
    ['with fewer labels than weights', { labels: ['a', 'b'] }, 'training.examples'],
    ['with more counts than labels', { training: { examples: [1, 2, 3, 4], seed: 0 } }, '3'],
    ['with a temperature of 0', { head: { kind: 'softmax', temperature: 0 } }, 'temperature'],
    ['with a head of another kind', { head: { kind: 'tree', temperature: 1 } }, 'head'],
    ['without a backbone', { backbone: undefined }, 'backbone'],
    ['with something that nobody knows', { colour: 'red' }, 'colour'],
  ])('%s is refused', ([, changes, reason]) => {
    const refusal = refusalOf(withManifest(softmaxModel(1), changes));
    expect(refusal?.code).toBe('invalid-model');
    expect(refusal?.message).toContain(reason);
  });

  test('is refused where its labels are fewer than its weights’ rows', () => {
    const changes = { labels: ['a', 'b'], training: { examples: [1, 2], seed: 0 } };
    const refusal = refusalOf(withManifest(softmaxModel(1), changes));
    expect(refusal?.message).toContain('head.weights');
  });

  test('is refused where an example has a label that there is not', () => {
    for (const index of [-1, 3]) {
      const model = nearestModel(2);
      if (model.head.kind === 'knn') model.head.labelIndices[2] = index;
      expect(refusalOf(writeModelFile(model))?.message).toContain('does not name');
    }
  });

  test('is refused where its head compares with no examples', () => {
    const { manifest } = nearestModel(2);
    const text = JSON.stringify(manifest);
    const empty: NamedTensor[] = [
      { name: 'head.examples', shape: [0, length], values: new Float32Array(0) },
      { name: 'head.label_indices', shape: [0], values: new Int32Array(0) },
    ];
    for (const tensors of [empty, []]) {
      const refusal = refusalOf(
        writeSafetensors({ format: manifest.format, manifest: text }, tensors),
      );
      expect(refusal?.code).toBe('invalid-model');
      expect(refusal?.message).toContain('compares with examples, but has none');
    }
  });

  test('made for another backbone is refused, with both hashes', () => {
    const sha256 = 'a'.repeat(64);
    const other = softmaxModel(1, { backbone: { model: 'mobilenet_v3', sha256 } });
    expect(refusalOf(writeModelFile(other))).toMatchObject({
      code: 'model-mismatch',
      facts: { expected: backbone.sha256, received: sha256 },
    });
  });

  test('with sizes of terabytes in its header is refused before anything is allocated', () => {
    const file = openSafetensors(writeModelFile(nearestModel(2)).buffer);
    const examples = 2 ** 31;
    const header = {
      __metadata__: file.metadata,
      'head.examples': {
        dtype: 'F32',
        shape: [examples, length],
        data_offsets: [0, examples * length * 4],
      },
      'head.label_indices': { dtype: 'I32', shape: [examples], data_offsets: [0, examples * 4] },
    };
    const text = new TextEncoder().encode(JSON.stringify(header));
    const headerBytes = Math.ceil(text.length / 8) * 8;
    const claimed = new Uint8Array(8 + headerBytes).fill(0x20);
    new DataView(claimed.buffer).setUint32(0, headerBytes, true);
    claimed.set(text, 8);
    expect(
      allocatedBytes(() => {
        expect(refusalOf(claimed)?.message).toContain('cut short');
      }),
    ).toBeLessThan(100_000);
  });

  test('is not taken for one when it is another program’s', () => {
    const other = writeSafetensors({}, [{ name: 'w', shape: [1], values: Float32Array.of(1) }]);
    expect(refusalOf(other)?.message).toContain('no manifest');
    const text = writeSafetensors({ manifest: '{"format":' }, []);
    expect(refusalOf(text)?.code).toBe('invalid-model');
  });
});
