/** Users' models, asked over HTTP in the real Worker, against the same models in this process. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { embeddingLength, type Head } from '../../src/classes/head.ts';
import { type Manifest, modelFormat } from '../../src/classes/manifest.ts';
import { type CustomModel, readModelFile, writeModelFile } from '../../src/classes/model-file.ts';
import type { ClassifyAnswer, ModelsClassifyAnswer } from '../../src/contract/answers.ts';
import { type Artifact, openArtifact } from '../../src/mobilenet/artifact.ts';
import { type LoadedNetwork, loadNetwork } from '../../src/mobilenet/network.ts';
import { analyseImage } from '../../src/pipeline/analyse-image.ts';
import { customModel } from '../../src/pipeline/answering-model.ts';
import { classifyImage } from '../../src/pipeline/classify-image.ts';
import { explainImage } from '../../src/pipeline/explain-image.ts';
import { readAssets } from '../../src/runtime/node.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { model as backbone, base64Of, fixture } from '../client/support.ts';
import { neverSent } from '../support/never-sent.ts';

const labels = ['daisy', 'rose', 'tulip'];
const limits = { maxPixels: 1e9, maxDecodeBytes: 2e9 };

let petal: Petal;
let artifact: Artifact;
let network: LoadedNetwork;
let parts: Parameters<typeof classifyImage>[0];

beforeAll(async () => {
  const assets = await readAssets(inject('artifactPath'));
  artifact = openArtifact(assets.artifact);
  network = loadNetwork(assets);
  parts = { network, limits, now: () => 0 };
  petal = await startPetal({ bundle: inject('bundle') });
});
afterAll(async () => {
  await petal.dispose();
});

function modelOf(head: Head, manifest: Partial<Manifest> = {}): CustomModel {
  const { model, sha256 } = artifact.metadata;
  const { kind, temperature } = head;
  return {
    head,
    manifest: {
      format: modelFormat,
      labels,
      backbone: { model, sha256 },
      head: kind === 'softmax' ? { kind, temperature } : { kind, temperature, neighbours: 3 },
      thresholds: { minTopProbability: 0, minMargin: 0 },
      training: { examples: labels.map(() => 2), seed: 0, fineTuned: 'none', views: 1 },
      createdAt: '2026-01-01T00:00:00Z',
      createdBy: 'a test',
      ...manifest,
    },
  };
}

function softmaxHead(seed: number, size = 0.2): Head {
  const random = seededRandom(seed);
  return {
    kind: 'softmax',
    temperature: 1.5,
    weights: Float32Array.from(
      { length: labels.length * embeddingLength },
      () => (random() - 0.5) * size,
    ),
    biases: Float32Array.from(labels, () => random()),
  };
}

/** The backbone's last blocks, each weight a little off. */
function tunedFrom(firstTunedBlock: string, factor = 1.1): CustomModel {
  const blocks = artifact.blocks.slice(0, -1);
  const first = blocks.findIndex(({ name }) => name === firstTunedBlock);
  return {
    ...modelOf(softmaxHead(5), { firstTunedBlock }),
    tail: {
      sha256: '',
      blocks: blocks.slice(first),
      weightsOf(layer) {
        const { scales, ...others } = artifact.weightsOf(layer);
        return { ...others, scales: scales.map((scale, i) => scale * (i % 2 ? factor : 1)) };
      },
    },
  };
}

function nearest(): CustomModel {
  const embeddings = ['daisy.jpg', 'balloon.jpg', 'candle.jpg'].map((name) => {
    const photo = fixture(name);
    const [{ embedding }] = analyseImage(parts, photo, { fit: 'pad' }).readings;
    const length = Math.hypot(...embedding);
    return embedding.map((value) => value / length);
  });
  const examples = new Float32Array(embeddings.length * embeddingLength);
  for (const [i, embedding] of embeddings.entries()) examples.set(embedding, i * embeddingLength);
  const labelIndices = Int32Array.from([0, 1, 2]);
  return modelOf({ kind: 'knn', examples, labelIndices, neighbours: 3, temperature: 0.1 });
}

/** Publishes a model, and opens its file as the Worker does. */
async function publish(name: string, model: CustomModel) {
  const body = writeModelFile(model);
  const response = await petal.fetch(`/v1/models/${name}`, { method: 'PUT', body });
  expect(response.status, await response.clone().text()).toBe(201);
  const { version } = (await response.json()) as { version: number };
  const { metadata, blocks } = artifact;
  const identity = { model: metadata.model, sha256: metadata.sha256, blocks };
  const sha256 = `${name}@${version}`;
  const read = readModelFile(body.buffer, identity, sha256);
  return { version, answering: customModel({ name, version, sha256, model: read }) };
}

async function classify<Answer = ClassifyAnswer>(query: string, photo = fixture('daisy.jpg')) {
  const response = await petal.fetch(`/v1/classify?${query}`, { method: 'POST', body: photo });
  expect(response.status, await response.clone().text()).toBe(200);
  return { answer: (await response.json()) as Answer, headers: response.headers };
}

/** Probabilities in order of the labels. */
function inOrder(predictions: readonly { index: number; probability: number }[]): number[] {
  return predictions.toSorted((a, b) => a.index - b.index).map(({ probability }) => probability);
}

describe('a model of one’s own', () => {
  test.for([
    ['a softmax head', 'plain', () => modelOf(softmaxHead(1))],
    ['the nearest examples', 'nearest', nearest],
    ['a tuned last layer', 'last', () => tunedFrom('embedding')],
    ['tuned blocks', 'blocks', () => tunedFrom('block15')],
  ] as const)('answers in the Worker as in Node.js with %s', async ([, name, make]) => {
    const { version, answering } = await publish(name, make());
    const expected = classifyImage(parts, fixture('daisy.jpg'), answering, {
      topK: 3,
      fit: 'crop',
    });
    const { answer, headers } = await classify(`model=${name}`);
    expect(answer).toMatchObject({ model: name, version, unknown: false });
    expect(headers.get('X-Petal-Model')).toBe(`${name}@${version}`);
    const actual = inOrder(answer.predictions);
    for (const [i, probability] of inOrder(expected.predictions).entries()) {
      expect(Math.abs(actual[i] - probability)).toBeLessThan(1e-4);
    }
    expect(new Set(actual.map((probability) => probability.toFixed(3))).size).toBeGreaterThan(1);
  });

  test('answers beside others in one call as it does alone', async () => {
    const { answer } = await classify<ModelsClassifyAnswer>(
      `model=blocks,${backbone},plain,last&top_k=3`,
    );
    const alone = await Promise.all(
      ['blocks', backbone, 'plain', 'last'].map((name) => classify(`model=${name}&top_k=3`)),
    );
    expect(answer.models).toEqual(alone.map(({ answer: { image: _, ...opinion } }) => opinion));
    expect(answer.image).toEqual(alone[0].answer.image);
  });

  test('is asked in its newest version, or in the one that is named', async () => {
    const first = await publish('growing', modelOf(softmaxHead(2)));
    const before = await classify('model=growing');
    const second = await publish('growing', modelOf(softmaxHead(3)));
    const after = await classify('model=growing');
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(after.answer.version).toBe(2);
    expect(after.answer.predictions).not.toEqual(before.answer.predictions);
    expect(after.headers.get('ETag')).not.toBe(before.headers.get('ETag'));
    expect((await classify('model=growing@1')).answer).toEqual(before.answer);
  });

  test('is chosen from in its own labels; in a call with others, in those of any', async () => {
    const one = await classify('model=plain&labels=Rose,tulip&exclude=tulip');
    expect(one.answer.predictions.map(({ label }) => label)).toEqual(['rose']);
    const { answer } = await classify<ModelsClassifyAnswer>(
      `model=plain,${backbone}&labels=rose,ant,daisy&top_k=9`,
    );
    expect(
      answer.models.map(({ predictions }) => predictions.map(({ label }) => label).sort()),
    ).toEqual([
      ['daisy', 'rose'],
      ['ant', 'daisy'],
    ]);
  });

  test.for([
    ['model=plain@9', 'model-not-found', 'plain'],
    ['model=nobody', 'model-not-found', 'plain'],
    ['model=PLAIN', 'model-not-found', 'plain'],
    [`model=${Array(9).fill('plain').join()}`, 'invalid-parameter', '1 to 8 names'],
    ['model=plain&labels=cat', 'invalid-parameter', '"cat"'],
    [`model=plain,${backbone}&labels=zzz`, 'invalid-parameter', '"zzz"'],
    [`model=plain,${backbone}&include=heatmap&top_k=30`, 'invalid-parameter', '1 to 25'],
  ] as const)('refuses %s with %s', async ([query, code, words]) => {
    const response = await petal.fetch(`/v1/classify?${query}`, {
      method: 'POST',
      body: fixture('daisy.jpg'),
    });
    const problem = (await response.json()) as { code: string; detail: string };
    expect(problem.code).toBe(code);
    expect(problem.detail).toContain(words);
  });

  test('is explained: its heatmap is where its weights find evidence', async () => {
    const { answering } = await publish('explained', modelOf(softmaxHead(4)));
    const isAllowed = Uint8Array.of(0, 1, 0);
    const photo = fixture('daisy.jpg');
    const expected = explainImage(parts, photo, answering, { fit: 'crop', isAllowed });
    const response = await petal.fetch('/v1/explain?model=explained&label=rose', {
      method: 'POST',
      body: photo,
    });
    const answer = (await response.json()) as { label: string; heatmap: number[][] };
    expect(answer).toMatchObject({ model: 'explained', label: 'rose' });
    for (const [i, value] of answer.heatmap.flat().entries()) {
      expect(value).toBeCloseTo(expected.heatmap.flat()[i], 3);
    }
  });

  test('embeds photos by its own tuned blocks', async () => {
    const embed = async (model: string) => {
      const address = `/v1/embed?model=${model}`;
      const response = await petal.fetch(address, { method: 'POST', body: fixture('daisy.jpg') });
      return ((await response.json()) as { embedding: number[] }).embedding;
    };
    const [own, plain, tuned] = [await embed(backbone), await embed('plain'), await embed('last')];
    expect(plain).toEqual(own);
    expect(tuned).toHaveLength(1280);
    expect(tuned).not.toEqual(own);
  });

  test('is asked by clients of other servers', async () => {
    const expected = inOrder((await classify('model=plain')).answer.predictions);
    const b64 = base64Of(fixture('daisy.jpg'));
    const post = async (path: string, body: object) => {
      const response = await petal.fetch(path, { method: 'POST', body: JSON.stringify(body) });
      expect(response.status, path).toBe(200);
      return response.json();
    };
    expect(await post('/models/plain', { inputs: b64 })).toContainEqual({
      label: 'rose',
      score: expected[1],
    });
    expect(await post('/v1/models/plain:predict', { instances: [{ b64 }] })).toMatchObject({
      predictions: [{ probabilities: expected }],
    });
    const inputs = [{ name: 'image', shape: [1], datatype: 'BYTES', data: [b64] }];
    const outputs = [{ name: 'probabilities' }];
    expect(await post('/v2/models/plain/versions/1/infer', { inputs, outputs })).toMatchObject({
      model_name: 'plain',
      model_version: '1',
      outputs: [{ shape: [1, 3], data: expected }],
    });
    const metadata = await petal.fetch('/v2/models/plain');
    expect(await metadata.json()).toMatchObject({
      versions: ['1'],
      outputs: expect.arrayContaining([
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 3] },
      ]),
    });
  });

  test('is shown as a page and as text, each model under its name', async () => {
    const ask = async (accept: string) => {
      const response = await petal.fetch(`/v1/classify?model=plain,${backbone}&top_k=2`, {
        method: 'POST',
        headers: { Accept: accept },
        body: fixture('daisy.jpg'),
      });
      return await response.text();
    };
    expect(await ask('text/html')).toMatch(
      /Answered by plain, version 1[\s\S]*Answered by mobilenet_v2_1\.0_224/,
    );
    expect(await ask('text/plain')).toMatch(/^plain, version 1\n[\s\S]*\nmobilenet_v2_1\.0_224\n/);
  });

  test('with the wildest weights that are let in harms nobody else', async () => {
    const expected = (await classify(`model=${backbone}`, neverSent(fixture('daisy.jpg')))).answer;
    await publish('wild', tunedFrom('block02', 9999));
    const wild = await petal.fetch('/v1/classify?model=wild', {
      method: 'POST',
      body: fixture('daisy.jpg'),
    });
    expect([200, 503]).toContain(wild.status);
    const { answer } = await classify(`model=${backbone}`, neverSent(fixture('daisy.jpg')));
    expect(answer.predictions).toEqual(expected.predictions);
    const health = (await (await petal.fetch('/healthz')).json()) as { status: string };
    expect(health.status).toBe('ok');
  });
});
