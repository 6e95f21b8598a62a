import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  type ClassifyAnswer,
  classifyAnswer,
  type HealthAnswer,
  healthAnswer,
  problemAnswer,
} from '../../src/contract/answers.ts';
import type { Arithmetic } from '../../src/mobilenet/arithmetic.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { neverSent } from '../support/never-sent.ts';

/** The Worker in an isolate that has no memory left while it answers certain requests. */
const entry = join(import.meta.dirname, 'no-memory.js');

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const photo = new Uint8Array(Buffer.from(base64, 'base64'));

let worker: Petal;

function useWorker(arithmetic: Arithmetic): void {
  beforeAll(async () => {
    const bindings = { PETAL_ARITHMETIC: arithmetic };
    worker = await startPetal({ bundle: inject('bundle'), entry, bindings });
  });
  afterAll(async () => {
    await worker.dispose();
  });
}

function post(body: BodyInit, hasMemory: boolean): Promise<Response> {
  const headers = hasMemory ? {} : { 'x-test-no-memory': 'true' };
  return fetch(new URL('/v1/classify', worker.url), { method: 'POST', body, headers });
}

async function classify(): Promise<ClassifyAnswer> {
  const response = await post(neverSent(photo), true);
  expect(response.status).toBe(200);
  return classifyAnswer.parse(await response.json());
}

async function health(): Promise<HealthAnswer> {
  const response = await fetch(new URL('/healthz', worker.url));
  return healthAnswer.parse(await response.json());
}

describe('the bundled Worker in int8, in an isolate that runs out of memory', () => {
  useWorker('int8');

  test('needs no more of it for photos', async () => {
    const before = await health();
    const response = await post(neverSent(photo), false);
    expect(classifyAnswer.parse(await response.json())).toEqual(await classify());
    expect(await health()).toEqual(before);
  });
});

describe('the bundled Worker in float32, in an isolate that runs out of memory', () => {
  useWorker('float32');

  test('refuses the photo with a 503, and answers the next with a rebuilt network', async () => {
    const before = await health();
    const refusal = await post(neverSent(photo), false);
    expect(refusal.status).toBe(503);
    expect(refusal.headers.get('Retry-After')).toMatch(/^\d+$/);
    expect(problemAnswer.parse(await refusal.json())).toMatchObject({
      code: 'model-unavailable',
      detail: expect.stringMatching(/Try again/),
    });

    const { predictions } = await classify();
    if (inject('trained')) expect(predictions[0].label).toBe('daisy');
    const { tensorCount, wasmHeapBytes } = await health();
    expect(tensorCount).toBe(before.tensorCount);
    // The rebuilt one has grown for its first photo, as each does.
    expect(wasmHeapBytes).toBeGreaterThan(before.wasmHeapBytes);
    expect((await classify()).predictions).toEqual(predictions);
  });

  test('needs no rebuilding after bytes that are no photo, or once its memory has grown', async () => {
    await classify();
    const before = await health();
    const garbage = await post(photo.slice(0, 100), false);
    expect(garbage.status).toBe(422);
    await garbage.body?.cancel();
    const response = await post(neverSent(photo), false);
    expect(response.status).toBe(200);
    await response.body?.cancel();
    expect(await health()).toEqual(before);
  });
});
