import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeKey, makeKey } from '../../src/access/api-keys.ts';
import { problemAnswer } from '../../src/contract/answers.ts';
import { customModelAnswer, modelsAnswer } from '../../src/contract/models.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { customModelFile } from '../support/custom-model.ts';
import { neverSent } from '../support/never-sent.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = new Uint8Array(Buffer.from(base64, 'base64'));
const shop = 'https://shop.example';

async function backboneOf(petal: Petal): Promise<{ model: string; sha256: string }> {
  const { models } = modelsAnswer.parse(await (await petal.fetch('/v1/models')).json());
  return { model: models[0].name, sha256: models[0].sha256 };
}

async function codeOf(response: Response): Promise<string> {
  return problemAnswer.parse(await response.json()).code;
}

describe('a Petal on this machine', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'petal-models-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('has its models, versions and examples again after a restart, where its folder persists', async () => {
    const options = { bundle: inject('bundle'), persist: folder };
    const examples = '/v1/models/lasting/examples?keep_photos=true';
    let before: unknown;
    {
      await using petal = await startPetal(options);
      const backbone = await backboneOf(petal);
      for (const seed of [1, 2]) {
        const body = customModelFile(backbone, seed, ['here', 'there']);
        const put = await petal.fetch('/v1/models/lasting', { method: 'PUT', body });
        expect(put.status, await put.text()).toBe(201);
      }
      const added = await petal.fetch(`${examples}&label=here`, { method: 'POST', body: daisy });
      expect(added.status, await added.text()).toBe(200);
      before = customModelAnswer.parse(await (await petal.fetch('/v1/models/lasting')).json());
    }
    await using petal = await startPetal(options);
    const after = await (await petal.fetch('/v1/models/lasting')).json();
    expect(after).toEqual(before);
    const path = '/v1/classify?model=lasting,lasting@1';
    const asked = await petal.fetch(path, { method: 'POST', body: neverSent(daisy) });
    expect(await asked.json()).toMatchObject({ models: [{ version: 2 }, { version: 1 }] });
    const moved = await petal.fetch(`${examples}&label=there`, { method: 'POST', body: daisy });
    expect(await moved.json()).toMatchObject({ outcome: 'moved' });
  });

  test('answers each reader with one whole version, while versions are published and taken back', async () => {
    await using petal = await startPetal({ bundle: inject('bundle') });
    const backbone = await backboneOf(petal);
    // The labels say which version it has to be.
    const labels = (version: number) => [`a${version}`, `b${version}`];
    const publish = async (version: number): Promise<void> => {
      const body = customModelFile(backbone, version, labels(version));
      const response = await petal.fetch('/v1/models/busy', { method: 'PUT', body });
      expect(response.status, await response.text()).toBe(201);
    };
    await publish(1);
    let isOver = false;
    const read = async (): Promise<number> => {
      let count = 0;
      for (; !isOver; count++) {
        const body = neverSent(daisy);
        const response = await petal.fetch('/v1/classify?model=busy', { method: 'POST', body });
        const text = await response.text();
        expect(response.status, text).toBe(200);
        const { version, predictions } = JSON.parse(text) as {
          version: number;
          predictions: { label: string }[];
        };
        expect(predictions.map(({ label }) => label).sort()).toEqual(labels(version));
      }
      return count;
    };
    const readers = [read(), read()];
    for (let version = 2; version <= 6; version++) {
      await publish(version);
      const back = await petal.fetch('/v1/models/busy/rollback', { method: 'POST' });
      expect(customModelAnswer.parse(await back.json()).version).toBe(version - 1);
    }
    isOver = true;
    for (const count of await Promise.all(readers)) expect(count).toBeGreaterThan(0);
  });
});

describe('a Petal with keys', () => {
  const classifyKey = makeKey();
  const trainKey = makeKey();
  const bothKey = makeKey();
  let petal: Petal;
  let file: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    const keys = [
      await describeKey(classifyKey, 'web', ['classify']),
      await describeKey(trainKey, 'trainer', ['train']),
      await describeKey(bothKey, 'both', ['classify', 'train']),
    ];
    petal = await startPetal({
      bundle: inject('bundle'),
      bindings: {
        PETAL_ACCESS: 'keys',
        PETAL_API_KEYS: JSON.stringify(keys),
        PETAL_ALLOWED_ORIGINS: shop,
      },
    });
    file = customModelFile(await backboneOf(petal), 1);
    const response = await ask('PUT', '/v1/models/ours', { 'x-api-key': trainKey });
    expect(response.status, await response.text()).toBe(201);
  });
  afterAll(async () => {
    await petal.dispose();
  });

  function ask(method: string, path: string, headers: Record<string, string>): Promise<Response> {
    const body = method === 'PUT' ? file : path.includes('examples?') ? daisy : undefined;
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    return petal.fetch(path, init);
  }

  /** What changes a model, or shows what it is made of. */
  const guarded = [
    ['PUT', '/v1/models/ours'],
    ['DELETE', '/v1/models/ours'],
    ['POST', '/v1/models/ours/restore'],
    ['POST', '/v1/models/ours/rollback'],
    ['POST', '/v1/models/ours/train'],
    ['POST', '/v1/models/ours/examples?label=a'],
    ['GET', '/v1/models/ours/examples'],
    ['DELETE', '/v1/models/ours/examples?label=a'],
    ['DELETE', `/v1/models/ours/examples/${'0'.repeat(64)}`],
    ['GET', `/v1/models/ours/examples/${'0'.repeat(64)}/photo`],
    ['GET', '/v1/models/ours/file'],
  ] as const;

  test.for(guarded)('wants the scope train for %s %s', async ([method, path]) => {
    expect(await codeOf(await ask(method, path, {}))).toBe('unauthorized');
    expect(await codeOf(await ask(method, path, { 'x-api-key': makeKey() }))).toBe('unauthorized');
    const response = await ask(method, path, { 'x-api-key': classifyKey });
    expect(await response.json()).toMatchObject({ code: 'forbidden', scope: 'train' });
  });

  test.for(guarded)(
    'refuses %s %s to pages of other origins, and to listed ones without a key',
    async ([method, path]) => {
      const elsewhere = { Origin: 'https://evil.example', 'x-api-key': trainKey };
      expect(await codeOf(await ask(method, path, elsewhere))).toBe('origin-not-allowed');
      const hidden = { 'Sec-Fetch-Site': 'cross-site', 'x-api-key': trainKey };
      expect(await codeOf(await ask(method, path, hidden))).toBe('origin-not-allowed');
      expect(await codeOf(await ask(method, path, { Origin: shop }))).toBe('unauthorized');
    },
  );

  test('lets a listed page with a key change models, and says so to its browser', async () => {
    const preflight = await petal.fetch('/v1/models/ours', {
      method: 'OPTIONS',
      headers: { Origin: shop, 'Access-Control-Request-Method': 'PUT' },
    });
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe(shop);
    expect(preflight.headers.get('Access-Control-Allow-Methods')).toMatch(/PUT.*DELETE/);
    const response = await ask('PUT', '/v1/models/ours', { Origin: shop, 'x-api-key': trainKey });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test('shows models to those who may classify, and to nobody else', async () => {
    const names = async (headers: Record<string, string>): Promise<string[]> => {
      const response = await ask('GET', '/v1/models', headers);
      return modelsAnswer.parse(await response.json()).models.map(({ name }) => name);
    };
    expect(await names({ 'x-api-key': classifyKey })).toContain('ours');
    for (const headers of [{}, { 'x-api-key': trainKey }, { Origin: 'https://evil.example' }]) {
      expect(await names(headers)).toEqual(['mobilenet_v2_1.0_224']);
    }
    const shown = await ask('GET', '/v1/models/ours', { 'x-api-key': classifyKey });
    expect(customModelAnswer.parse(await shown.json()).name).toBe('ours');
    // That there is such a model, others don't learn.
    for (const name of ['ours', 'nothing']) {
      expect(await codeOf(await ask('GET', `/v1/models/${name}`, {}))).toBe('unauthorized');
    }
    const backbone = await ask('GET', '/v1/models/mobilenet_v2_1.0_224', {});
    expect(backbone.status).toBe(200);
    await backbone.body?.cancel();
  });
});
