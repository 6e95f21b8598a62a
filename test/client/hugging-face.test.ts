import { InferenceClient, InferenceClientProviderApiError } from '@huggingface/inference';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeKey, makeKey } from '../../src/access/api-keys.ts';
import type { ClassifyAnswer } from '../../src/contract/answers.ts';
import { huggingFaceAnswer } from '../../src/contract/hugging-face.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { base64Of, fixture, model } from './support.ts';

let petal: Petal;

beforeAll(async () => {
  petal = await startPetal({ bundle: inject('bundle') });
});
afterAll(async () => {
  await petal.dispose();
});

/** What Petal's own route says, in Hugging Face's words. */
async function expected(name: string, topK = 5) {
  const init = { method: 'POST', body: fixture(name) };
  const answer = await (await petal.fetch(`/v1/classify?top_k=${topK}`, init)).json();
  const { predictions } = answer as ClassifyAnswer;
  return predictions.map(({ label, probability }) => ({ label, score: probability }));
}

async function failure(promise: Promise<unknown>): Promise<InferenceClientProviderApiError> {
  return await promise.then(
    () => {
      throw new Error('It succeeded.');
    },
    (error: unknown) => {
      if (error instanceof InferenceClientProviderApiError) return error;
      throw error;
    },
  );
}

describe.for(['', '/', `/models/${model}`])('@huggingface/inference at %j', (path) => {
  const endpointUrl = () => petal.url.origin + path;

  test('classifies a photo', async () => {
    const client = new InferenceClient(undefined, { endpointUrl: endpointUrl() });
    for (const data of [new Blob([fixture('daisy.jpg')]), fixture('daisy.jpg').buffer]) {
      const answer = await client.imageClassification({ data });
      expect(answer).toEqual(await expected('daisy.jpg'));
      if (inject('trained')) expect(answer[0].label).toBe('daisy');
    }
  });

  test('is bound to the address by endpoint(), too', async () => {
    const client = new InferenceClient().endpoint(endpointUrl());
    const data = new Blob([fixture('candle.jpg')], { type: 'image/jpeg' });
    expect(await client.imageClassification({ data })).toEqual(await expected('candle.jpg'));
  });

  test("shows Petal's sentence and status where it refuses", async () => {
    const client = new InferenceClient(undefined, { endpointUrl: endpointUrl() });
    const error = await failure(
      client.imageClassification({ data: new Blob([fixture('only-soi.jpg')]) }),
    );
    expect(error.httpResponse).toMatchObject({
      status: 422,
      body: { code: 'image-decode-failed' },
      requestId: expect.stringMatching(/./),
    });
    const { detail, error: sentence } = error.httpResponse.body as Record<string, string>;
    expect(error.message).toBe(`Failed to perform inference: ${detail}`);
    expect(sentence).toBe(detail);
  });

  test('answers the JSON that the client for Python sends with parameters', async () => {
    const post = async (body: unknown): Promise<unknown> => {
      const headers = { 'Content-Type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await petal.fetch(endpointUrl(), init);
      expect(response.status, await response.clone().text()).toBe(200);
      return huggingFaceAnswer.parse(await response.json());
    };
    const inputs = base64Of(fixture('daisy.jpg'));
    expect(await post({ inputs, parameters: { top_k: 2 } })).toEqual(
      await expected('daisy.jpg', 2),
    );
    const nulls = { top_k: null, function_to_apply: null };
    expect(await post({ inputs, parameters: nulls })).toEqual(await expected('daisy.jpg'));
    expect(await post({ inputs: [inputs, inputs], parameters: { top_k: 1 } })).toEqual([
      await expected('daisy.jpg', 1),
      await expected('daisy.jpg', 1),
    ]);
  });
});

test('leaves parameters of the client for JavaScript to the query, since it sends none', async () => {
  // Its real code sends the bytes alone where there are any.
  const client = new InferenceClient(undefined, { endpointUrl: `${petal.url.origin}/?top_k=2` });
  const data = new Blob([fixture('daisy.jpg')]);
  const answer = await client.imageClassification({ data, parameters: { top_k: 1 } });
  expect(answer).toEqual(await expected('daisy.jpg', 2));
});

test.for([
  [{ inputs: '', parameters: { top_k: 0 } }, 400, /whole number from 1 to 1000/],
  [{ inputs: '', parameters: { function_to_apply: 'sigmoid' } }, 400, /softmax/],
  [{ inputs: 1 }, 400, /base64/],
  [{ inputs: Array.from({ length: 33 }, () => 'AAAA') }, 400, /at most 32/],
  [{}, 400, /base64/],
] as const)('refuses %j', async ([body, status, sentence]) => {
  const headers = { 'Content-Type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await petal.fetch(`/models/${model}`, init);
  expect(response.status).toBe(status);
  expect(((await response.json()) as { error: string }).error).toMatch(sentence);
});

test('says which models there are where the name is another', async () => {
  const endpointUrl = `${petal.url.origin}/models/resnet-50`;
  const client = new InferenceClient(undefined, { endpointUrl });
  const error = await failure(client.imageClassification({ data: new Blob(['x']) }));
  expect(error.httpResponse).toMatchObject({ status: 404, body: { models: [model] } });
  expect(error.message).toContain(model);
});

test('needs no access token where there are no keys, and takes any', async () => {
  const data = new Blob([fixture('daisy.jpg')]);
  for (const token of ['hf_dummy', 'EMPTY', undefined]) {
    const client = new InferenceClient(token, { endpointUrl: petal.url.origin });
    expect(await client.imageClassification({ data })).toEqual(await expected('daisy.jpg'));
  }
});

test('takes a key as the access token', async () => {
  const key = makeKey();
  const keys = [await describeKey(key, 'test', ['classify'])];
  await using guarded = await startPetal({
    bundle: inject('bundle'),
    bindings: { PETAL_ACCESS: 'keys', PETAL_API_KEYS: JSON.stringify(keys) },
  });
  const endpointUrl = guarded.url.origin;
  const data = new Blob([fixture('daisy.jpg')]);
  expect(await new InferenceClient(key, { endpointUrl }).imageClassification({ data })).toEqual(
    await expected('daisy.jpg'),
  );
  for (const token of [undefined, makeKey()]) {
    const client = new InferenceClient(token, { endpointUrl });
    const error = await failure(client.imageClassification({ data }));
    expect(error.httpResponse.status).toBe(401);
    expect(error.message).toMatch(/key/);
  }
});
