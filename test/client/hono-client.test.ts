import { hc, type InferRequestType } from 'hono/client';
import { afterAll, beforeAll, expect, expectTypeOf, inject, test } from 'vitest';
import type {
  ClassifyAnswer,
  ClassifyResults,
  EmbedAnswer,
  EmbedResults,
  ExplainAnswer,
  ExplainResults,
  HealthAnswer,
  ModelsClassifyAnswer,
  ProblemAnswer,
} from '../../src/contract/answers.ts';
import type { CustomModelAnswer, ModelAnswer, ModelsAnswer } from '../../src/contract/models.ts';
import type { PhotosInput } from '../../src/contract/photos.ts';
import type { PetalApp } from '../../src/http/app.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { base64Of, fixture, model } from './support.ts';

let petal: Petal;
let client: ReturnType<typeof hc<PetalApp>>;
const image = () => base64Of(fixture('daisy.jpg'));

beforeAll(async () => {
  petal = await startPetal({ bundle: inject('bundle') });
  client = hc<PetalApp>(petal.url.origin);
});
afterAll(async () => {
  await petal.dispose();
});

test('classifies with a typed query, typed JSON and a typed answer', async () => {
  const response = await client.v1.classify.$post({
    query: { top_k: '2' },
    json: { image: image(), labels: ['flower'] },
  });
  if (!response.ok) throw new Error((await response.json()).detail);
  const answer = await response.json();
  expectTypeOf(answer).toEqualTypeOf<ClassifyAnswer | ModelsClassifyAnswer | ClassifyResults>();
  if (!('predictions' in answer)) throw new Error('It is no answer of one model.');
  expect(answer.predictions).toHaveLength(2);
  if (inject('trained')) expect(answer.predictions[0].label).toBe('daisy');
});

test('answers a list with results, each of which may be a problem', async () => {
  const response = await client.v1.classify.$post({
    json: { images: [image(), { image: base64Of(fixture('only-soi.jpg')) }], top_k: 1 },
  });
  if (!response.ok) throw new Error((await response.json()).detail);
  const answer = await response.json();
  if (!('results' in answer)) throw new Error('It is no list.');
  const codes = answer.results.map((each) => {
    if ('problem' in each) return each.problem.code;
    return 'model' in each ? each.model : 'several';
  });
  expect(codes).toEqual([model, 'image-decode-failed']);
});

test('embeds', async () => {
  const response = await client.v1.embed.$post({ json: { image: image(), normalize: 'l2' } });
  if (!response.ok) throw new Error((await response.json()).detail);
  const answer = await response.json();
  expectTypeOf(answer).toEqualTypeOf<EmbedAnswer | EmbedResults>();
  expect('embedding' in answer && answer.embedding).toHaveLength(1280);
});

test('explains', async () => {
  const response = await client.v1.explain.$post({
    query: { label: 'daisy' },
    json: { image: image() },
  });
  if (!response.ok) throw new Error((await response.json()).detail);
  const answer = await response.json();
  expectTypeOf(answer).toEqualTypeOf<ExplainAnswer | ExplainResults>();
  expect('heatmap' in answer && answer.label).toBe('daisy');
});

test('lists models and tells how it is', async () => {
  const models = await client.v1.models.$get();
  if (!models.ok) throw new Error((await models.json()).detail);
  const list = await models.json();
  expectTypeOf(list).toEqualTypeOf<ModelsAnswer>();
  const one = await client.v1.models[':name'].$get({ param: { name: model } });
  if (!one.ok) throw new Error((await one.json()).detail);
  const described = await one.json();
  expectTypeOf(described).toEqualTypeOf<ModelAnswer | CustomModelAnswer>();
  expect(list.models).toEqual([described]);
  const health = await client.healthz.$get();
  if (!health.ok) throw new Error((await health.json()).detail);
  const state = await health.json();
  expectTypeOf(state).toEqualTypeOf<HealthAnswer>();
  expect(state.status).toBe('ok');
});

test('gives a typed problem where the answer is not ok', async () => {
  const response = await client.v1.classify.$post({
    query: { top_k: '0' },
    json: { image: image() },
  });
  if (response.ok) throw new Error('It is refused.');
  expectTypeOf(response.status).extract<200>().toBeNever();
  const problem = await response.json();
  expectTypeOf(problem).toEqualTypeOf<ProblemAnswer>();
  expect(problem).toMatchObject({ code: 'invalid-parameter', parameter: 'top_k' });
});

test('takes no parameter that there is not, and no body without a photo', () => {
  type Request = InferRequestType<typeof client.v1.classify.$post>;
  expectTypeOf<Request['json']>().toExtend<PhotosInput>();
  expectTypeOf<Request['json']['top_k']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<keyof NonNullable<Request['query']>>().toEqualTypeOf<
    'top_k' | 'min_probability' | 'fit' | 'model' | 'labels' | 'exclude' | 'include'
  >();
  expectTypeOf<{ query: { top_k: string } }>().not.toExtend<Request>();
  expectTypeOf<{ json: { top_k: number } }>().not.toExtend<Request>();
});
