import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { dummySecrets, dummySiteKey } from '../support/siteverify.ts';

const site = join(dirname(inject('bundle')), 'site');

describe('what browsers load', () => {
  let petal: Petal;
  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
  });
  afterAll(async () => {
    await petal.dispose();
  });

  async function pathOf(pattern: RegExp): Promise<string> {
    const name = (await readdir(join(site, 'assets'))).find((each) => pattern.test(each));
    return `/assets/${name}`;
  }

  test.for(['/page.js', '/page.css', '/widget.js', '/service-worker.js'])(
    '%s is what was built, and is asked for again each time',
    async (path) => {
      const response = await petal.fetch(path);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(await readFile(join(site, path), 'utf8'));
      expect(response.headers.get('Cache-Control')).toMatch(/max-age=0, must-revalidate/);
      const headers = { 'If-None-Match': response.headers.get('ETag') ?? '' };
      expect((await petal.fetch(path, { headers })).status).toBe(304);
    },
  );

  test('files that are named after their contents are kept for ever, by pages of any origin', async () => {
    for (const pattern of [/\.safetensors$/, /-simd-\w+\.wasm$/, /^local-worker-\w+\.js$/]) {
      const { status, headers, body } = await petal.fetch(await pathOf(pattern));
      await body?.cancel();
      expect(status).toBe(200);
      expect(headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
      expect(headers.get('Cross-Origin-Resource-Policy')).toBe('cross-origin');
    }
  });

  test('a binary comes with the media type by which browsers compile while they load', async () => {
    const { headers, body } = await petal.fetch(await pathOf(/-simd-\w+\.wasm$/));
    await body?.cancel();
    expect(headers.get('Content-Type')).toBe('application/wasm');
  });

  test.for(['/_headers', '/inputs.sha256', '/.assetsignore', '/assets/', '/assets/none.js'])(
    '%s is not served',
    async (path) => {
      const response = await petal.fetch(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'not-found' });
    },
  );

  test('the page may run its own scripts only, and threads', async () => {
    const { headers } = await petal.fetch('/');
    const policy = headers.get('Content-Security-Policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
  });

  test.for(['/docs', '/problems/internal', '/nowhere'])('%s runs no script', async (path) => {
    const { headers } = await petal.fetch(path);
    expect(headers.get('Content-Security-Policy')).not.toContain('script-src');
    expect(headers.get('Cross-Origin-Embedder-Policy')).toBeNull();
  });
});

test('with Turnstile, whose frame would not load, the page is not isolated', async () => {
  await using petal = await startPetal({
    bundle: inject('bundle'),
    bindings: {
      PETAL_TURNSTILE_SITE_KEY: dummySiteKey,
      PETAL_TURNSTILE_SECRET_KEY: dummySecrets.passes,
    },
  });
  const { headers, body } = await petal.fetch('/');
  await body?.cancel();
  expect(headers.get('Cross-Origin-Embedder-Policy')).toBeNull();
});
