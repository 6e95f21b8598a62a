import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import classes from '../../model/classes.json' with { type: 'json' };
import type { ClassifyAnswer } from '../../src/contract/answers.ts';
import {
  metadataAnswer,
  type PredictRow,
  predictAnswer,
  statusAnswer,
} from '../../src/contract/tf-serving.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { base64Of, fixture, model } from './support.ts';

let petal: Petal;
const path = `/v1/models/${model}`;
const daisy = () => ({ b64: base64Of(fixture('daisy.jpg')) });
const candle = () => ({ b64: base64Of(fixture('candle.jpg')) });

beforeAll(async () => {
  petal = await startPetal({ bundle: inject('bundle') });
});
afterAll(async () => {
  await petal.dispose();
});

/** As `curl -d` sends it, and Python's `requests.post(url, data=...)` but for the type. */
async function post(body: unknown, url = `${path}:predict`, type?: string): Promise<Response> {
  return await petal.fetch(url, {
    method: 'POST',
    headers: type === undefined ? {} : { 'Content-Type': type },
    // Bytes: fetch would name a type for text.
    body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
  });
}

async function predict(body: unknown) {
  const response = await post(body);
  expect(response.status, await response.clone().text()).toBe(200);
  return predictAnswer.parse(await response.json());
}

async function rows(body: unknown): Promise<PredictRow[]> {
  const answer = await predict(body);
  if (!('predictions' in answer)) throw new Error('Expected rows.');
  return answer.predictions;
}

describe('POST /v1/models/{model}:predict', () => {
  test('gives the probabilities of all classes in the order of their index', async () => {
    const [row] = await rows({ instances: [daisy()] });
    const init = { method: 'POST', body: fixture('daisy.jpg') };
    const own = (await (
      await petal.fetch('/v1/classify?top_k=1000', init)
    ).json()) as ClassifyAnswer;
    const byIndex = own.predictions.toSorted((a, b) => a.index - b.index);
    expect(row.probabilities).toHaveLength(classes.length);
    expect(row.probabilities).toEqual(byIndex.map(({ probability }) => probability));
    // What the example client prints: numpy.argmax of the row.
    expect(row.classes).toBe(row.probabilities.indexOf(Math.max(...row.probabilities)));
    expect(row.label).toBe(classes[row.classes].names[0]);
    if (inject('trained')) expect(row.label).toBe('daisy');
  });

  test.for([
    ['none, as the example client', undefined],
    ['that of a form, as curl -d', 'application/x-www-form-urlencoded'],
    ['JSON', 'application/json; charset=utf-8'],
    ['plain text', 'text/plain'],
  ] as const)('takes the media type %s', async ([, type]) => {
    // The text of tensorflow_serving/example/resnet_client.py
    const response = await post(`{"instances" : [{"b64": "${daisy().b64}"}]}`, undefined, type);
    expect(response.status).toBe(200);
  });

  test('answers by rows and by columns alike, however the one input is written', async () => {
    const expected = await rows({ instances: [daisy(), candle()] });
    expect(expected).toHaveLength(2);
    expect(
      await rows({
        signature_name: 'serving_default',
        instances: [{ image_bytes: daisy() }, { image_bytes: candle() }],
      }),
    ).toEqual(expected);
    const columns = {
      classes: expected.map((row) => row.classes),
      label: expected.map((row) => row.label),
      probabilities: expected.map((row) => row.probabilities),
    };
    for (const inputs of [[daisy(), candle()], { image_bytes: [daisy(), candle()] }]) {
      expect(await predict({ inputs })).toEqual({ outputs: columns });
    }
    expect(await predict({ signature_name: '', inputs: { image_bytes: daisy() } })).toMatchObject({
      outputs: { label: [expected[0].label] },
    });
  });

  test('answers 304 to a client that has the answer', async () => {
    const first = await post({ instances: [daisy()] });
    const headers = { 'If-None-Match': first.headers.get('ETag') ?? '' };
    const body = JSON.stringify({ instances: [daisy()] });
    const again = await petal.fetch(`${path}:predict`, { method: 'POST', headers, body });
    expect(again.status).toBe(304);
  });

  test.for([
    ['no JSON', '{"instances": [', 400],
    ['neither instances nor inputs', {}, 400],
    ['both', { instances: [{ b64: 'AA==' }], inputs: [{ b64: 'AA==' }] }, 400],
    ['an empty list', { instances: [] }, 400],
    ['text in place of binary', { instances: ['AA=='] }, 400],
    ['numbers', { instances: [1, 2, 5] }, 400],
    ['another signature', { signature_name: 'regress', instances: [{ b64: 'AA==' }] }, 400],
    ['another input', { instances: [{ image: { b64: 'AA==' } }] }, 400],
    ['what is no base64', { instances: [{ b64: '@@@@' }] }, 400],
    ['what is no photo', { instances: [{ b64: 'AAAA' }] }, 415],
    ['33 photos', { instances: Array.from({ length: 33 }, () => ({ b64: 'AAAA' })) }, 400],
    ['an empty body', '', 400],
  ] as const)('refuses %s with a text in "error"', async ([, body, status]) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    const { error, detail } = (await response.json()) as Record<string, string>;
    expect(error).toMatch(/^[A-Z].+\.$/);
    expect(error).toBe(detail);
  });

  test('fails as a whole where one of its photos fails', async () => {
    const response = await post({
      instances: [daisy(), { b64: base64Of(fixture('only-soi.jpg')) }],
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'image-decode-failed' });
  });
});

describe('models', () => {
  test('have a status, also by their version', async () => {
    const status = {
      model_version_status: [
        { version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
      ],
    };
    expect(await (await petal.fetch(path)).json()).toMatchObject(status);
    const response = await petal.fetch(`${path}/versions/1`);
    expect(statusAnswer.parse(await response.json())).toEqual(status);
  });

  test('describe their signature', async () => {
    const answers = [`${path}/metadata`, `${path}/versions/1/metadata`].map(async (url) =>
      metadataAnswer.parse(await (await petal.fetch(url)).json()),
    );
    const [metadata, ofVersion] = await Promise.all(answers);
    expect(ofVersion).toEqual(metadata);
    expect(metadata.model_spec).toEqual({ name: model, signature_name: '', version: '1' });
    const { inputs, outputs } = metadata.metadata.signature_def.signature_def.serving_default;
    expect(inputs.image_bytes).toEqual({
      dtype: 'DT_STRING',
      tensor_shape: { dim: [{ size: '-1', name: '' }], unknown_rank: false },
      name: 'image_bytes:0',
    });
    const [row] = await rows({ instances: [daisy()] });
    expect(Object.keys(outputs)).toEqual(Object.keys(row));
    expect(outputs.probabilities.tensor_shape.dim.map(({ size }) => size)).toEqual(['-1', '1000']);
  });

  test('predict by their version', async () => {
    const response = await post({ instances: [daisy()] }, `${path}/versions/1:predict`);
    expect(await response.json()).toEqual(await predict({ instances: [daisy()] }));
  });

  test.for([
    ['GET', '/v1/models/half', 404],
    ['GET', '/v1/models/half/metadata', 404],
    ['GET', `${path}/versions/2`, 404],
    ['GET', `${path}/versions/2/metadata`, 404],
    ['GET', `${path}/labels/stable`, 404],
    ['POST', '/v1/models/half:predict', 404],
    ['POST', `${path}/versions/2:predict`, 404],
    ['POST', `${path}:regress`, 405],
  ] as const)('refuse %s %s with a text in "error"', async ([method, url, status]) => {
    const body = method === 'POST' ? { body: '{"instances": [{"b64": "AAAA"}]}' } : {};
    const response = await petal.fetch(url, { method, ...body });
    expect(response.status).toBe(status);
    expect(((await response.json()) as { error: string }).error).toMatch(/[\w"]\.$/);
  });
});
