import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeKey, makeKey } from '../../src/access/api-keys.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { neverSent } from '../support/never-sent.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = new Uint8Array(Buffer.from(base64, 'base64'));
const key = makeKey();

describe('the log', () => {
  let petal: Petal;
  const lines: string[] = [];
  beforeAll(async () => {
    petal = await startPetal({
      bundle: inject('bundle'),
      bindings: {
        PETAL_API_KEYS: JSON.stringify([await describeKey(key, 'web', ['classify'])]),
      },
      onLog: ({ message }) => lines.push(message),
    });
  });
  afterAll(async () => {
    await petal.dispose();
  });

  /** Sends a request, and gives its line. */
  async function lineOf(path: string, init: RequestInit): Promise<Record<string, unknown>> {
    lines.length = 0;
    const response = await petal.fetch(path, init);
    await response.body?.cancel();
    await expect.poll(() => lines.length).toBe(1);
    return JSON.parse(lines[0]);
  }

  test('has one line about a request: who, what, how it ended and how long it took', async () => {
    const line = await lineOf('/v1/classify?top_k=3', {
      method: 'POST',
      body: neverSent(daisy),
      headers: { 'x-api-key': key, 'X-Request-Id': 'abc-123' },
    });
    expect(line).toMatchObject({
      requestId: 'abc-123',
      method: 'POST',
      route: '/v1/classify',
      status: 200,
      caller: 'key',
      key: 'web',
      model: 'mobilenet_v2_1.0_224',
      photos: 1,
      durationMs: expect.any(Number),
      stagesMs: { decode: expect.any(Number), inference: expect.any(Number) },
    });
  });

  test('has the code of a refusal', async () => {
    const line = await lineOf('/v1/classify', { method: 'POST', body: 'text' });
    expect(line).toMatchObject({ status: 415, code: 'unsupported-media-type', caller: 'local' });
  });

  test('has neither the key, nor the query, nor anything of the photo', async () => {
    await lineOf('/v1/classify?labels=daisy', {
      method: 'POST',
      body: JSON.stringify({ image: base64 }),
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    });
    expect(lines[0]).not.toContain(key);
    expect(lines[0]).not.toContain('daisy');
    expect(lines[0]).not.toContain(base64.slice(100, 120));
  });

  test('has the hits of the cache, and no stages for them', async () => {
    const photo = neverSent(daisy);
    await lineOf('/v1/classify', { method: 'POST', body: photo });
    const line = await lineOf('/v1/classify', { method: 'POST', body: photo });
    expect(line).toMatchObject({ cacheHits: 1 });
    expect(line).not.toHaveProperty('stagesMs');
  });

  test('has nothing of health checks that pass', async () => {
    lines.length = 0;
    for (const path of ['/healthz', '/v2/health/live', '/v2/health/ready']) {
      await (await petal.fetch(path)).body?.cancel();
    }
    await lineOf('/v1/models', {});
  });
});

test('only the first answer of an isolate says that it was a cold start', async () => {
  await using petal = await startPetal({ bundle: inject('bundle') });
  const first = await petal.fetch('/v1/models');
  const second = await petal.fetch('/v1/models');
  expect(first.headers.get('X-Petal-Cold-Start')).toBe('1');
  expect(second.headers.get('X-Petal-Cold-Start')).toBe('0');
  expect(second.headers.get('X-Petal-Version')).toMatch(/\S/);
  await Promise.all([first.body?.cancel(), second.body?.cancel()]);
});
