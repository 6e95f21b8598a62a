import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, expectTypeOf, inject, test } from 'vitest';
import {
  type ClassifyAnswer,
  type ClassifyOptions,
  createClient,
  type EmbedOptions,
  type ExplainOptions,
  type PetalClient,
  PetalError,
  type Result,
} from '../../src/client/client.ts';
import type { MembersOf, operationParameters, WireName } from '../../src/contract/parameters.ts';
import { problems } from '../../src/errors.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { fixture, model } from './support.ts';

let petal: Petal;
let client: PetalClient;

beforeAll(async () => {
  petal = await startPetal({ bundle: inject('bundle') });
  client = createClient({ url: petal.url });
});
afterAll(async () => {
  await petal.dispose();
});

/** What the wire says, for comparison. */
async function post(path: string, name: string): Promise<unknown> {
  return await (await petal.fetch(path, { method: 'POST', body: fixture(name) })).json();
}

async function failure(promise: Promise<unknown>): Promise<PetalError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PetalError)) throw new Error('Expected a PetalError.', { cause: error });
  return error;
}

describe('petal/client about one photo', () => {
  const bytes = () => fixture('daisy.jpg');
  test.for([
    ['a Blob', () => new Blob([bytes()])],
    ['a File', () => new File([bytes()], 'gänse"blümchen.jpg', { type: 'image/jpeg' })],
    ['an ArrayBuffer', () => bytes().buffer],
    ['a Uint8Array', () => bytes()],
    ['a part of a larger buffer', () => new Uint8Array([1, 2, ...bytes(), 3]).subarray(2, -1)],
  ] as const)('classifies %s as the wire does', async ([, photo]) => {
    expect(await client.classify(photo())).toEqual(await post('/v1/classify', 'daisy.jpg'));
  });

  test.runIf(inject('trained'))('says what a daisy is', async () => {
    const { predictions, unknown } = await client.classify(bytes(), {
      topK: 1,
      labels: ['flower', 'bee'],
      include: ['ancestors', 'background'],
    });
    expect(predictions[0].label).toBe('daisy');
    expect(predictions[0].ancestors?.map(({ label }) => label)).toContain('flower');
    expect(unknown).toBe(false);
  });

  test('sends each option under the name that the wire has for it', async () => {
    const options = {
      topK: 7,
      minProbability: 0.001,
      fit: 'pad',
      model,
      exclude: ['tench', 'dog'],
    };
    expect(await client.classify(bytes(), options as ClassifyOptions)).toEqual(
      await post(
        `/v1/classify?top_k=7&min_probability=0.001&fit=pad&model=${model}&exclude=tench,dog`,
        'daisy.jpg',
      ),
    );
  });

  test('has the options that the API has, no more and no fewer', () => {
    type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
      ? `${Head}${Capitalize<Camel<Tail>>}`
      : Name;
    type Of<Operation extends keyof typeof operationParameters> =
      (typeof operationParameters)[Operation][number];
    type Wire<Operation extends keyof typeof operationParameters> = {
      [Name in Of<Operation> as Camel<Name>]?: MembersOf<Of<Operation>>[WireName<Name>] | undefined;
    };
    type Own = 'signal' | 'challengeToken';
    expectTypeOf<keyof Omit<ClassifyOptions, Own>>().toEqualTypeOf<keyof Wire<'classify'>>();
    expectTypeOf<keyof Omit<EmbedOptions, Own>>().toEqualTypeOf<
      Exclude<keyof Wire<'embed'>, 'encoding'>
    >();
    expectTypeOf<keyof Omit<ExplainOptions, Own>>().toEqualTypeOf<keyof Wire<'explain'>>();
    expectTypeOf<Wire<'classify'>['fit']>().toEqualTypeOf<ClassifyOptions['fit']>();
    expectTypeOf<Wire<'embed'>['normalize']>().toEqualTypeOf<EmbedOptions['normalize']>();
  });

  test('embeds it in the very numbers that the network gave', async () => {
    const vector = await client.embed(bytes(), { normalize: 'l2' });
    expect(vector).toBeInstanceOf(Float32Array);
    const { embedding } = (await post('/v1/embed?normalize=l2', 'daisy.jpg')) as {
      embedding: number[];
    };
    expect(Array.from(vector)).toEqual(embedding);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  });

  test('explains it in numbers and as a picture', async () => {
    const explanation = await client.explain(bytes(), { label: 'daisy' });
    expect(explanation).toEqual(await post('/v1/explain?label=daisy', 'daisy.jpg'));
    const picture = await client.explainPng(bytes(), { label: 'daisy' });
    expect(picture.type).toBe('image/png');
    const head = new Uint8Array(await picture.slice(0, 8).arrayBuffer());
    expect([...head]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  });

  test('throws the refusal with its code, status, facts and request id', async () => {
    const error = await failure(client.classify(bytes(), { topK: 0 }));
    expect(error).toMatchObject({
      name: 'PetalError',
      code: 'invalid-parameter',
      status: 400,
      title: problems['invalid-parameter'].title,
      detail: 'Expected a whole number from 1 to 1000 for top_k but received "0".',
      message: error.detail,
      facts: { parameter: 'top_k' },
      retryAfterSeconds: undefined,
    });
    expect(error.requestId).toMatch(/./);
    expect((await failure(client.explainPng(fixture('only-soi.jpg')))).code).toBe(
      'image-decode-failed',
    );
    expect((await failure(client.classify(new Blob()))).code).toBe('empty-body');
  });

  test('sends addresses for Petal to fetch, where it may', async () => {
    const photo = { url: 'https://shop.example/daisy.jpg' };
    const error = await failure(client.classify(photo));
    expect(error).toMatchObject({ code: 'remote-fetch-failed', facts: { reason: 'disabled' } });
  });
});

describe('petal/client about many photos', () => {
  test('gives each its own result, in their order', async () => {
    const names = ['daisy.jpg', 'only-soi.jpg', 'candle.jpg'];
    const results = await client.classify(names.map(fixture), { topK: 2 });
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    const [daisy, broken, candle] = results;
    expect(daisy).toEqual({ ok: true, answer: await post('/v1/classify?top_k=2', 'daisy.jpg') });
    expect(candle).toEqual({ ok: true, answer: await post('/v1/classify?top_k=2', 'candle.jpg') });
    if (broken.ok) throw new Error('It is broken.');
    expect(broken.error).toBeInstanceOf(PetalError);
    expect(broken.error).toMatchObject({ code: 'image-decode-failed', status: 422 });
    expectTypeOf(results).toEqualTypeOf<Result<ClassifyAnswer>[]>();
  });

  test('gives a list for one photo in a list, and for none', async () => {
    const [one] = await client.embed([fixture('daisy.jpg')]);
    expect(one.ok && one.answer.length).toBe(1280);
    expect(await client.classify([])).toEqual([]);
  });

  test('splits what is too much for one request, and mixes files with addresses', async () => {
    const photos = Array.from({ length: 35 }, (_, i) =>
      i === 20
        ? { url: 'https://shop.example/a.jpg' }
        : fixture(i % 2 ? 'daisy.jpg' : 'candle.jpg'),
    );
    let requests = 0;
    const counting = createClient({
      url: petal.url,
      fetch(url, init) {
        requests += 1;
        return fetch(url, init);
      },
    });
    const results = await counting.classify(photos, { topK: 1 });
    expect(requests).toBe(3);
    const labels = results.map((result) =>
      result.ok ? result.answer.predictions[0].label : result.error.code,
    );
    const [candle, daisy] = labels;
    expect(candle).not.toBe(daisy);
    expect(labels).toEqual(
      photos.map((_, i) => (i === 20 ? 'remote-fetch-failed' : i % 2 ? daisy : candle)),
    );
  });

  test('refuses a photo that is too large without failing the others', async () => {
    const huge = new Uint8Array(21_000_000);
    const [small, large] = await client.classify([fixture('daisy.jpg'), huge]);
    expect(small.ok).toBe(true);
    expect(large).toMatchObject({ ok: false, error: { code: 'payload-too-large' } });
  });

  test('throws what is wrong with all of them', async () => {
    const error = await failure(client.classify([fixture('daisy.jpg')], { labels: ['dandelion'] }));
    expect(error.code).toBe('invalid-parameter');
  });
});

test('lists the models, and says that it is well', async () => {
  expect((await client.models()).map(({ name }) => name)).toEqual([model]);
  expect(await client.health()).toMatchObject({ status: 'ok', model });
});

test('asks with a key where one is needed', async () => {
  const key = 'petal_key-of-this-test';
  const hash = createHash('sha256').update(key).digest('hex');
  await using guarded = await startPetal({
    bundle: inject('bundle'),
    bindings: {
      PETAL_ACCESS: 'keys',
      PETAL_API_KEYS: JSON.stringify([{ name: 'test', hash, scopes: ['classify'] }]),
    },
  });
  const photo = fixture('daisy.jpg');
  const error = await failure(createClient({ url: guarded.url }).classify([photo]));
  expect(error).toMatchObject({ code: 'unauthorized', status: 401 });
  const { model: answered } = await createClient({ url: guarded.url, key }).classify(photo);
  expect(answered).toBe(model);
});
