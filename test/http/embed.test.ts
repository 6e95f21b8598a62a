import { describe, expect, inject, test } from 'vitest';
import { embedAnswer, embedResults } from '../../src/contract/answers.ts';
import { bytesOf, classify, expectProblem, file, form, send, validPhoto } from './support.ts';

const daisy = validPhoto('daisy.jpg').bytes;

async function embed(body: BodyInit, query = ''): Promise<number[]> {
  const response = await send(`/v1/embed${query}`, { method: 'POST', body });
  expect(response.status, await response.clone().text()).toBe(200);
  const { embedding } = embedAnswer.parse(await response.json());
  if (typeof embedding !== 'string') return embedding;
  const view = new DataView(bytesOf(embedding).buffer);
  return Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(i * 4, true));
}

function cosine(a: number[], b: number[]): number {
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('POST /v1/embed', () => {
  test('answers the vector that classify includes', async () => {
    const { embedding } = await classify(daisy, '?include=embedding');
    expect(await embed(daisy)).toEqual(embedding);
  });

  test('writes it as little-endian float32 in base64, the very same numbers', async () => {
    expect(await embed(daisy, '?encoding=base64')).toEqual(await embed(daisy));
  });

  test('brings it to length 1 with normalize=l2, in the same direction', async () => {
    const vector = await embed(daisy, '?normalize=l2');
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(cosine(vector, await embed(daisy))).toBeCloseTo(1, 5);
  });

  test.runIf(inject('trained'))('puts alike photos closer together than others', async () => {
    const [photo, padded, other] = await Promise.all([
      embed(daisy),
      embed(daisy, '?fit=pad'),
      embed(validPhoto('traffic-light.jpg').bytes),
    ]);
    expect(cosine(photo, padded)).toBeGreaterThan(cosine(photo, other) + 0.2);
  });

  test('takes many photos, each with its answer or its problem', async () => {
    const body = form(['image', file(daisy)], ['image', file(new Uint8Array([1, 2, 3]))]);
    const response = await send('/v1/embed?encoding=base64', { method: 'POST', body });
    const { results } = embedResults.parse(await response.json());
    expect(results[0]).toMatchObject({ dimensions: 1280 });
    expect(results[1]).toMatchObject({ problem: { code: 'unsupported-media-type' } });
  });

  test.for(['encoding=hex', 'normalize=l1', 'top_k=3'])('refuses %s', async (query) => {
    const response = await send(`/v1/embed?${query}`, { method: 'POST', body: daisy });
    await expectProblem(response, 'invalid-parameter');
  });
});
