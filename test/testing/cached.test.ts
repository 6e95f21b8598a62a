import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { neverSent } from '../support/never-sent.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = new Uint8Array(Buffer.from(base64, 'base64'));

describe('the bundled Worker in which nothing can be decoded any more', () => {
  let petal: Petal;
  beforeAll(async () => {
    const entry = join(import.meta.dirname, 'no-decoding.js');
    petal = await startPetal({ bundle: inject('bundle'), entry });
  });
  afterAll(async () => {
    await petal.dispose();
  });

  function post(body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
    return petal.fetch('/v1/classify', { method: 'POST', body, headers });
  }
  const without = { 'x-test-no-decoding': 'true' };

  test('still answers what it answered before, and nothing else', async () => {
    const first = await post(daisy);
    const again = await post(daisy, without);
    expect(again.status).toBe(200);
    expect(again.headers.get('Cache-Status')).toBe('petal; hit');
    expect(await again.text()).toBe(await first.text());
    const other = await post(neverSent(daisy), without);
    expect(other.status).toBe(500);
    await other.body?.cancel();
  });

  test('still tells a client that it has the answer', async () => {
    const photo = neverSent(daisy);
    const first = await post(photo, { Accept: 'text/plain' });
    const tag = first.headers.get('ETag') ?? '';
    await first.body?.cancel();
    const again = await post(photo, { ...without, Accept: 'text/plain', 'If-None-Match': tag });
    expect(again.status).toBe(304);
  });
});
