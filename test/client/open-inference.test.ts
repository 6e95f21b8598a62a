/**
 * The Open Inference Protocol as its text describes it
 * (https://github.com/kserve/open-inference-protocol, specification/protocol,
 * inference_rest.md and open_inference_rest.yaml), whose schemas are here in words of our own.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import * as z from 'zod';
import { findFreePort, watchHeap } from '../../bench/inspector.ts';
import type { ClassifyAnswer, EmbedAnswer } from '../../src/contract/answers.ts';
import { analyseImage } from '../../src/pipeline/analyse-image.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { base64Of, fixture, model } from './support.ts';

let petal: Petal;
let inspectorPort: number;

beforeAll(async () => {
  inspectorPort = await findFreePort();
  petal = await startPetal({ bundle: inject('bundle'), inspectorPort });
});
afterAll(async () => {
  await petal.dispose();
});

const dataTypes = ['BOOL', 'UINT8', 'INT32', 'INT64', 'FP16', 'FP32', 'FP64', 'BYTES'] as const;
const tensorMetadata = z.looseObject({
  name: z.string(),
  datatype: z.enum(dataTypes),
  shape: z.array(z.int().min(-1)),
});
const tensor = tensorMetadata.extend({
  shape: z.array(z.int().min(0)),
  data: z.array(z.union([z.number(), z.string(), z.boolean()])),
});
const serverMetadata = z.looseObject({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
});
const modelMetadata = z.looseObject({
  name: z.string(),
  versions: z.array(z.string()).optional(),
  platform: z.string(),
  inputs: z.array(tensorMetadata),
  outputs: z.array(tensorMetadata),
});
const inferenceResponse = z.looseObject({
  model_name: z.string(),
  model_version: z.string().optional(),
  id: z.string().optional(),
  outputs: z.array(tensor),
});
const failure = z.looseObject({ error: z.string().min(1) });

async function get<Schema extends z.ZodType>(path: string, schema: Schema) {
  const response = await petal.fetch(path);
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toBe('application/json');
  return schema.parse(await response.json());
}

async function post(body: unknown, init: RequestInit = {}): Promise<Response> {
  return await petal.fetch(`/v2/models/${model}/infer`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  });
}

async function infer(body: unknown) {
  const response = await post(body);
  expect(response.status, await response.clone().text()).toBe(200);
  const answer = inferenceResponse.parse(await response.json());
  for (const { name, shape, data } of answer.outputs) {
    expect(data, name).toHaveLength(shape.reduce((product, length) => product * length, 1));
  }
  const output = (name: string) => answer.outputs.find((each) => each.name === name);
  return { answer, output };
}

function photos(...names: string[]) {
  const data = names.map((name) => base64Of(fixture(name)));
  return { name: 'image', datatype: 'BYTES', shape: [data.length], data: data as unknown[] };
}

/** What a client makes of a photo: [224, 224, 3], -1..1. */
function inputOf(name: string): Float32Array {
  let captured = new Float32Array(0);
  const network = {
    inputSize: 224,
    read(input: Uint8Array) {
      captured = Float32Array.from(input, (value) => value / 127.5 - 1);
      return [{ embedding: new Float32Array(1280) }];
    },
  };
  const limits = { maxPixels: 1e8, maxDecodeBytes: 1e9 };
  analyseImage({ network, limits, now: () => 0 }, fixture(name), { fit: 'crop' });
  return captured;
}

/** Decimals that give the same float32 again. */
function decimals(values: Float32Array): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(9)));
}

function nested(values: readonly number[], shape: readonly number[]): unknown[] {
  const [length, ...rest] = shape;
  if (rest.length === 0) return [...values];
  const each = values.length / length;
  return Array.from({ length }, (_, i) => nested(values.slice(i * each, (i + 1) * each), rest));
}

describe('servers', () => {
  test('describe themselves, at /v2 and /v2/', async () => {
    const metadata = await get('/v2', serverMetadata);
    expect(metadata).toMatchObject({ name: 'petal', extensions: [] });
    expect(await get('/v2/', serverMetadata)).toEqual(metadata);
  });

  test('are live and ready', async () => {
    expect(await get('/v2/health/live', z.looseObject({ live: z.literal(true) }))).toBeTruthy();
    // The text says `live` of readiness, too; servers say `ready`.
    const ready = z.looseObject({ live: z.literal(true), ready: z.literal(true) });
    expect(await get('/v2/health/ready', ready)).toBeTruthy();
  });
});

describe.for([`/v2/models/${model}`, `/v2/models/${model}/versions/1`])('%s', (path) => {
  test('describes its tensors', async () => {
    const metadata = await get(path, modelMetadata);
    expect(metadata).toMatchObject({ name: model, versions: ['1'] });
    expect(metadata.inputs.map(({ datatype, shape }) => [datatype, ...shape])).toEqual([
      ['BYTES', -1],
      ['FP32', -1, 224, 224, 3],
    ]);
  });

  test('is ready', async () => {
    const ready = z.looseObject({ name: z.literal(model), ready: z.literal(true) });
    expect(await get(`${path}/ready`, ready)).toBeTruthy();
  });

  test('infers', async () => {
    const body = JSON.stringify({ inputs: [photos('daisy.jpg')] });
    const response = await petal.fetch(`${path}/infer`, { method: 'POST', body });
    expect(inferenceResponse.parse(await response.json())).toMatchObject({
      model_name: model,
      model_version: '1',
    });
  });
});

describe('photos as BYTES', () => {
  test('give every output that the model has, of the shapes that it names', async () => {
    const { answer } = await infer({ inputs: [photos('daisy.jpg', 'candle.jpg')] });
    const { outputs } = await get(`/v2/models/${model}`, modelMetadata);
    expect(answer.outputs.map(({ data, ...metadata }) => metadata)).toEqual(
      outputs.map((each) => ({ ...each, shape: each.shape.map((n) => (n === -1 ? 2 : n)) })),
    );
    expect(answer).not.toHaveProperty('id');
  });

  test("give what Petal's own routes give", async () => {
    const { output } = await infer({ inputs: [photos('candle.jpg', 'daisy.jpg')] });
    const own = async (path: string): Promise<unknown> =>
      (await petal.fetch(path, { method: 'POST', body: fixture('daisy.jpg') })).json();
    const { predictions } = (await own('/v1/classify?top_k=1000')) as ClassifyAnswer;
    const byIndex = predictions.toSorted((a, b) => a.index - b.index);
    expect(output('probabilities')?.data.slice(1000)).toEqual(
      byIndex.map(({ probability }) => probability),
    );
    const { embedding } = (await own('/v1/embed')) as EmbedAnswer;
    expect(output('embedding')?.data.slice(1280)).toEqual(embedding);
    expect(output('class')?.data[1]).toBe(predictions[0].index);
    expect(output('label')?.data[1]).toBe(predictions[0].label);
    if (inject('trained')) expect(output('label')?.data[1]).toBe('daisy');
  });

  test('are a column, too, flat or nested', async () => {
    const input = photos('daisy.jpg', 'candle.jpg');
    const { answer } = await infer({ inputs: [input] });
    const column = { ...input, shape: [2, 1] };
    expect((await infer({ inputs: [column] })).answer).toEqual(answer);
    const inner = { ...column, data: input.data.map((text) => [text]) };
    expect((await infer({ inputs: [inner] })).answer).toEqual(answer);
  });

  test('give the outputs that are asked for, and the id that came with them', async () => {
    const { answer } = await infer({
      id: '42',
      parameters: { priority: 1 },
      inputs: [{ ...photos('daisy.jpg'), parameters: { content_type: 'base64' } }],
      outputs: [{ name: 'class', parameters: { binary_data: true } }, { name: 'label' }],
    });
    expect(answer.id).toBe('42');
    expect(answer.outputs.map(({ name }) => name)).toEqual(['class', 'label']);
  });
});

describe('inputs as FP32', () => {
  const shape = [1, 224, 224, 3];
  const input = (data: unknown, dimensions: number[] = shape) => ({
    name: 'input',
    datatype: 'FP32',
    shape: dimensions,
    data,
  });

  test('give what the photo gives that they were made of, flat or nested', async () => {
    const values = decimals(inputOf('daisy.jpg'));
    const photo = await infer({ inputs: [photos('daisy.jpg')] });
    const probabilities = photo.output('probabilities')?.data as number[];
    for (const data of [values, nested(values, shape)]) {
      const { output } = await infer({ inputs: [input(data)] });
      expect(output('label')?.data).toEqual(photo.output('label')?.data);
      const own = output('probabilities')?.data as number[];
      expect(own).toEqual(probabilities);
    }
  });

  test('may be eight at once, as 14 MB of nested JSON, within the memory of an isolate', async () => {
    const values = decimals(inputOf('daisy.jpg'));
    const one = nested(values, shape)[0];
    const body = JSON.stringify({
      inputs: [
        input(
          Array.from({ length: 8 }, () => one),
          [8, ...shape.slice(1)],
        ),
      ],
      outputs: [{ name: 'label' }],
    });
    expect(body.length).toBeGreaterThan(12e6);
    const labels: unknown[] = [];
    const most = await watchHeap(inspectorPort, async () => {
      for (let i = 0; i < 3; i++) labels.push(...((await infer(body)).output('label')?.data ?? []));
    });
    expect(labels).toHaveLength(24);
    expect(new Set(labels).size).toBe(1);
    // Beside these an isolate holds 58 MiB of WASM memory, of 128.
    expect(most.usedBytes + most.bufferBytes).toBeLessThan(65e6);
  });

  const zeros = (length: number) => Array.from({ length }, () => 0);
  test.for([
    ['a shape in another order', () => input(zeros(150_528), [1, 3, 224, 224]), 'shape'],
    ['a shape without the batch', () => input(zeros(150_528), [224, 224, 3]), 'shape'],
    ['another size', () => input(zeros(3 * 160 * 160), [1, 160, 160, 3]), 'shape'],
    ['fewer numbers than the shape has', () => input(zeros(150_527)), 'data'],
    ['more', () => input(zeros(150_529)), 'data'],
    ['numbers nested otherwise', () => input(nested(zeros(150_528), [1, 3, 224, 224])), 'data'],
    ['rows of different lengths', () => input([[1, 2], [3]]), 'data'],
    ['an empty list', () => input([]), 'data'],
    ['text', () => input(['1']), 'data'],
    ['null, as which JSON writes NaN', () => input([Number.NaN]), 'data'],
    ['numbers beyond float32', () => input([1, 1e39]), 'data'],
    ['no data', () => ({ name: 'input', datatype: 'FP32', shape }), 'data'],
  ] as const)('are refused with %s', async ([, tensor, member]) => {
    const response = await post({ inputs: [tensor()] });
    expect(response.status).toBe(400);
    const { error, pointer } = failure.parse(await response.json());
    expect(error).toMatch(/^[A-Z].+\.$/);
    expect(pointer).toMatch(new RegExp(`^/inputs/0/${member}`));
  });

  test('are refused where NaN is written as Python writes it', async () => {
    const response = await post(
      `{"inputs":[${JSON.stringify(input('x')).replace('"x"', '[NaN]')}]}`,
    );
    expect(response.status).toBe(400);
    failure.parse(await response.json());
  });

  test('are refused where there are more numbers than 32 photos have', async () => {
    const text = JSON.stringify(input('x', [100, 224, 224, 3]));
    const body = `{"inputs":[${text.replace('"x"', `[${'0,'.repeat(5_000_000)}0]`)}]}`;
    const response = await post(body);
    expect(response.status).toBe(400);
    failure.parse(await response.json());
  });
});

describe('requests', () => {
  const one = (): ReturnType<typeof photos> => photos('daisy.jpg');
  const refused: readonly (readonly [name: string, body: () => unknown, status: number])[] = [
    ['no JSON', () => '{"inputs":', 400],
    ['no inputs', () => ({ inputs: [] }), 400],
    ['two inputs', () => ({ inputs: [one(), one()] }), 400],
    ['an output that there is not', () => ({ inputs: [one()], outputs: [{ name: 'x' }] }), 400],
    ['no outputs', () => ({ inputs: [one()], outputs: [] }), 400],
    ['another data type', () => ({ inputs: [{ ...one(), datatype: 'UINT8' }] }), 400],
    ['a wrong count', () => ({ inputs: [{ ...one(), shape: [2] }] }), 400],
    ['a count of 0', () => ({ inputs: [{ ...one(), shape: [0], data: [] }] }), 400],
    ['a shape of text', () => ({ inputs: [{ ...one(), shape: ['1'] }] }), 400],
    ['a negative shape', () => ({ inputs: [{ ...one(), shape: [-1] }] }), 400],
    ['33 photos', () => ({ inputs: [photos(...Array(33).fill('only-soi.jpg'))] }), 400],
    ['an id that is no text', () => ({ id: 42, inputs: [one()] }), 400],
    ['an endless id', () => ({ id: 'x'.repeat(5000), inputs: [one()] }), 400],
    ['what is no base64', () => ({ inputs: [{ ...one(), data: ['@@@@'] }] }), 400],
    ['what is no photo', () => ({ inputs: [{ ...one(), data: ['AAAA'] }] }), 415],
    ['a broken photo', () => ({ inputs: [photos('daisy.jpg', 'only-soi.jpg')] }), 422],
  ];
  test.for(refused)('with %s are refused with a text in "error"', async ([, body, status]) => {
    const response = await post(body());
    expect(response.status).toBe(status);
    const { error } = failure.parse(await response.json());
    expect(error).toMatch(/^[A-Z].+\.$/s);
  });

  test('with 33 photos are told how many there may be', async () => {
    const response = await post({ inputs: [photos(...Array(33).fill('only-soi.jpg'))] });
    expect(await response.json()).toMatchObject({ code: 'too-many-images', limitImages: 32 });
  });

  test("with Triton's binary tensors are told what to do", async () => {
    const headers = { 'Inference-Header-Content-Length': '100' };
    const response = await post('{}', { headers });
    expect(response.status).toBe(400);
    expect(failure.parse(await response.json()).error).toContain('binary_data=False');
  });

  test.for([
    ['GET', '/v2/models/resnet', 404],
    ['GET', '/v2/models/resnet/ready', 404],
    ['POST', '/v2/models/resnet/infer', 404],
    ['GET', `/v2/models/${model}/versions/2`, 404],
    ['POST', `/v2/models/${model}/versions/2/infer`, 404],
    ['GET', `/v2/models/${model}/infer`, 405],
    ['GET', '/v2/nothing', 404],
  ] as const)('of %s %s fail with a text in "error"', async ([method, path, status]) => {
    const body = method === 'POST' ? { body: JSON.stringify({ inputs: [one()] }) } : {};
    const response = await petal.fetch(path, { method, ...body });
    expect(response.status).toBe(status);
    failure.parse(await response.json());
  });
});
