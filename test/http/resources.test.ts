import { exports } from 'cloudflare:workers';
import { describe, expect, inject, test } from 'vitest';
import { healthAnswer } from '../../src/contract/answers.ts';
import { modelAnswer, modelsAnswer } from '../../src/contract/models.ts';
import { classify, neverSent, send, validPhoto } from './support.ts';

describe('GET /v1/models', () => {
  test('lists the one model with its input, labels, licence, source and hash', async () => {
    const { models } = modelsAnswer.parse(await (await send('/v1/models')).json());
    expect(models).toHaveLength(1);
    expect(models[0]).toMatchObject({
      name: 'mobilenet_v2_1.0_224',
      input: { width: 224, height: 224, channels: 3 },
      labelCount: 1000,
      license: 'Apache-2.0',
    });
  });

  test('answers the same for the model by its name', async () => {
    const { models } = modelsAnswer.parse(await (await send('/v1/models')).json());
    const response = await send('/v1/models/mobilenet_v2_1.0_224');
    expect(modelAnswer.parse(await response.json())).toEqual(models[0]);
  });

  test.runIf(inject('trained'))('names the hash of the file that Google released', async () => {
    const response = await send('/v1/models/mobilenet_v2_1.0_224');
    expect(await response.json()).toMatchObject({
      sourceSha256: '5d3137241276e79c86d14a74fe43581398ae0e815191d3dba45495b810840e8c',
    });
  });
});

describe('GET /healthz', () => {
  test('is well from the first request on, with the network loaded before it', async () => {
    const response = await send('/healthz');
    const health = healthAnswer.parse(await response.json());
    // All weights are one tensor, all activations another.
    expect(health.tensorCount).toBe(2);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
  });

  test('names the kernels of the arithmetic that the models name', async () => {
    const { kernels } = healthAnswer.parse(await (await send('/healthz')).json());
    expect(kernels).toMatch(/simd/);
    const { models } = modelsAnswer.parse(await (await send('/v1/models')).json());
    expect(models[0]).toHaveProperty('arithmetic', 'int8');
  });

  test('shows the same tensors and WASM heap after 100 photos as after 20', async () => {
    const health = async () => healthAnswer.parse(await (await send('/healthz')).json());
    const jpegs = inject('validPhotos').filter(({ format }) => format === 'jpeg');
    const photos = jpegs.map(({ name }) => validPhoto(name).bytes);
    const classifyMany = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await classify(neverSent(photos[i % photos.length]));
    };
    await classifyMany(20);
    const after20 = await health();
    await classifyMany(80);
    expect(await health()).toEqual(after20);
    expect(after20.wasmHeapBytes).toBe(16 * 2 ** 20);
  });
});

describe('GET /', () => {
  test('shows a page with the command to try, for this very server', async () => {
    const response = await send('/');
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html/);
    expect(await response.text()).toContain(
      'curl -F image=@photo.jpg http://localhost:8787/v1/classify',
    );
  });

  test('allows its own scripts only, and no frame or foreign content', async () => {
    const response = await send('/');
    const policy = response.headers.get('Content-Security-Policy')?.split('; ') ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy.join()).not.toMatch(/unsafe|https?:|\*/);
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    await response.body?.cancel();
  });

  test('binds to https where it is deployed, but never the whole of a machine', async () => {
    const deployed = await exports.default.fetch(new Request('https://petal.example/'));
    expect(deployed.headers.get('Strict-Transport-Security')).toMatch(/^max-age=/);
    const local = await send('/');
    expect(local.headers.get('Strict-Transport-Security')).toBeNull();
    await Promise.all([deployed.body?.cancel(), local.body?.cancel()]);
  });

  test('answers HEAD without a body', async () => {
    const response = await send('/', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });
});

test('every answer carries a request id, the one that came with the request where there was one', async () => {
  const given = await send('/healthz', { headers: { 'X-Request-Id': 'abc-123' } });
  expect(given.headers.get('X-Request-Id')).toBe('abc-123');
  const made = await send('/nowhere');
  expect(made.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
});
