import { describe, expect, test } from 'vitest';
import { file, form, neverSent, postJson, send, validPhoto } from './support.ts';

const daisy = validPhoto('daisy.jpg').bytes;

function post(body: BodyInit, query = '', headers: Record<string, string> = {}): Promise<Response> {
  return send(`/v1/classify${query}`, { method: 'POST', body, headers });
}

async function tagOf(body: BodyInit, query = '', headers = {}): Promise<string | null> {
  const response = await post(body, query, headers);
  await response.body?.cancel();
  return response.headers.get('ETag');
}

describe('the result cache', () => {
  test('answers the second time what it answered the first, without any stage', async () => {
    const photo = neverSent(daisy);
    const first = await post(photo);
    expect(first.headers.get('Cache-Status')).toBe('petal; fwd=uri-miss');
    expect(first.headers.get('Server-Timing')).toMatch(/^decode;dur=/);
    const second = await post(photo);
    expect(second.headers.get('Cache-Status')).toBe('petal; hit');
    expect(second.headers.get('Server-Timing')).toBeNull();
    expect(await second.text()).toBe(await first.text());
  });

  test('knows a photo in whatever way it comes', async () => {
    const photo = neverSent(daisy);
    await (await post(photo)).body?.cancel();
    const again = await post(form(['image', file(photo)]));
    expect(again.headers.get('Cache-Status')).toBe('petal; hit');
    await again.body?.cancel();
  });

  test('tells other parameters and operations apart', async () => {
    const photo = neverSent(daisy);
    await (await post(photo)).body?.cancel();
    for (const path of [
      '/v1/classify?top_k=3',
      '/v1/classify?fit=pad',
      '/v1/embed',
      '/v1/explain',
    ]) {
      const response = await send(path, { method: 'POST', body: photo });
      expect(response.headers.get('Cache-Status'), path).toBe('petal; fwd=uri-miss');
      await response.body?.cancel();
    }
  });

  test('says how many of a list it knew', async () => {
    const known = neverSent(daisy);
    await (await post(known)).body?.cancel();
    const body = form(['image', file(known)], ['image', file(neverSent(daisy))]);
    const response = await post(body);
    expect(response.headers.get('Cache-Status')).toBe('petal; fwd=partial; detail="1 of 2 hit"');
    await response.body?.cancel();
  });
});

describe('the entity tag', () => {
  test('is strong, and the same for the same photo and question', async () => {
    const tag = await tagOf(daisy);
    expect(tag).toMatch(/^"[0-9a-f]{40}"$/);
    expect(await tagOf(daisy)).toBe(tag);
    expect(await tagOf(form(['image', file(daisy)]))).toBe(tag);
  });

  test('is another for each photo, parameter, media type and layout', async () => {
    const base64 = btoa(Array.from(daisy, (byte) => String.fromCharCode(byte)).join(''));
    const list = await postJson('/v1/classify', { images: [base64] });
    await list.body?.cancel();
    const tags = [
      await tagOf(daisy),
      await tagOf(validPhoto('candle.jpg').bytes),
      await tagOf(daisy, '?top_k=4'),
      await tagOf(daisy, '', { Accept: 'text/plain' }),
      await tagOf(daisy, '', { Accept: 'text/html' }),
      list.headers.get('ETag'),
    ];
    expect(new Set(tags).size).toBe(tags.length);
    expect(tags).not.toContain(null);
  });

  test.for([(tag: string) => tag, (tag: string) => `W/${tag}`, (tag: string) => `"other", ${tag}`])(
    'gives 304 without a body to a client that names it (%#)',
    async (write) => {
      const tag = await tagOf(daisy);
      const response = await post(daisy, '', { 'If-None-Match': write(tag ?? '') });
      expect(response.status).toBe(304);
      expect(response.headers.get('ETag')).toBe(tag);
      expect(await response.text()).toBe('');
    },
  );

  test('is not given to a photo that is refused', async () => {
    const broken = neverSent(daisy).slice(0, 300);
    const refused = await post(broken);
    expect(refused.status).toBe(422);
    expect(refused.headers.get('ETag')).toBeNull();
    await refused.body?.cancel();
  });

  test('is left out of a list with a problem, which may pass', async () => {
    const body = form(['image', file(daisy)], ['image', file(new Uint8Array([1]))]);
    expect(await tagOf(body)).toBeNull();
  });

  test('gives the answer to a client that has another', async () => {
    const response = await post(daisy, '', { 'If-None-Match': '"other"' });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });
});

test('answers may be kept by the client that asked, and by nobody else', async () => {
  const response = await post(daisy);
  expect(response.headers.get('Cache-Control')).toBe('private, no-cache');
  expect(response.headers.get('X-Petal-Model')).toBe('mobilenet_v2_1.0_224');
  await response.body?.cancel();
  const refusal = await post(new Uint8Array([1]));
  expect(refusal.headers.get('Cache-Control')).toBe('no-store');
  await refusal.body?.cancel();
});
