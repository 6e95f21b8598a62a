import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeKey, makeKey } from '../../src/access/api-keys.ts';
import { accessAnswer, problemAnswer } from '../../src/contract/answers.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { neverSent } from '../support/never-sent.ts';
import {
  dummySecrets,
  dummySiteKey,
  dummyToken,
  type Siteverify,
  startSiteverify,
} from '../support/siteverify.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = new Uint8Array(Buffer.from(base64, 'base64'));
const shop = 'https://shop.example';

async function codeOf(response: Response): Promise<string> {
  return problemAnswer.parse(await response.json()).code;
}

describe('a Petal with keys', () => {
  const classifyKey = makeKey();
  const trainKey = makeKey();
  let petal: Petal;
  beforeAll(async () => {
    const keys = [
      await describeKey(classifyKey, 'web', ['classify']),
      await describeKey(trainKey, 'trainer', ['train']),
    ];
    petal = await startPetal({
      bundle: inject('bundle'),
      bindings: {
        PETAL_ACCESS: 'keys',
        PETAL_API_KEYS: JSON.stringify(keys),
        PETAL_ALLOWED_ORIGINS: shop,
      },
    });
  });
  afterAll(async () => {
    await petal.dispose();
  });

  function post(headers: Record<string, string>, path = '/v1/classify'): Promise<Response> {
    return petal.fetch(path, { method: 'POST', body: daisy, headers });
  }

  test.for([
    ['Authorization', () => `Bearer ${classifyKey}`],
    ['authorization', () => `bearer ${classifyKey}`],
    ['x-api-key', () => classifyKey],
  ] as const)('lets a key in %s in', async ([name, value]) => {
    const response = await post({ [name]: value() });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test.for(['/v1/classify', '/v1/embed', '/v1/explain', '/', '/models/mobilenet_v2_1.0_224'])(
    'refuses POST %s without one, and says how to ask',
    async (path) => {
      const response = await post({}, path);
      expect(response.status).toBe(401);
      expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
      expect(await codeOf(response)).toBe('unauthorized');
    },
  );

  test.for(['/v1/models/mobilenet_v2_1.0_224:predict', '/v2/models/mobilenet_v2_1.0_224/infer'])(
    'refuses POST %s without one, in words of its clients',
    async (path) => {
      const response = await post({}, path);
      expect(await response.json()).toMatchObject({
        code: 'unauthorized',
        error: expect.any(String),
      });
    },
  );

  test('refuses a wrong key, and a right one without the scope', async () => {
    expect(await codeOf(await post({ 'x-api-key': makeKey() }))).toBe('unauthorized');
    const response = await post({ 'x-api-key': trainKey });
    expect(response.status).toBe(403);
    expect(problemAnswer.parse(await response.json())).toMatchObject({
      code: 'forbidden',
      scope: 'classify',
    });
  });

  test('tells who asks without a key what there is, and that it is well', async () => {
    for (const path of [
      '/',
      '/docs',
      '/openapi.json',
      '/healthz',
      '/v1/models',
      '/v2/health/ready',
    ]) {
      const response = await petal.fetch(path);
      expect(response.status, path).toBe(200);
      await response.body?.cancel();
    }
  });

  test('says what a key may do, and that nobody may do anything without one', async () => {
    const scopes = async (headers: Record<string, string>) =>
      accessAnswer.parse(await (await petal.fetch('/v1/access', { headers })).json()).scopes;
    expect(await scopes({ 'x-api-key': classifyKey })).toEqual(['classify']);
    expect(await scopes({ 'x-api-key': trainKey })).toEqual(['train']);
    expect(await scopes({})).toEqual([]);
    expect(await scopes({ Origin: shop })).toEqual(['classify']);
  });

  test.for([
    [{ 'x-api-key': 'petal_none' }, 401, 'unauthorized'],
    [{ Origin: 'https://evil.example' }, 403, 'origin-not-allowed'],
  ] as const)(
    'tells %j that it may not even ask what it may do',
    async ([headers, status, code]) => {
      const response = await petal.fetch('/v1/access', { headers });
      expect(response.status).toBe(status);
      expect(await codeOf(response)).toBe(code);
    },
  );

  test('keeps nothing of what it answers to a key', async () => {
    const photo = neverSent(daisy);
    const ask = () =>
      petal.fetch('/v1/classify', {
        method: 'POST',
        body: photo,
        headers: { 'x-api-key': classifyKey },
      });
    for (const response of [await ask(), await ask()]) {
      expect(response.headers.get('Cache-Control')).toBe('private, no-store');
      expect(response.headers.get('Cache-Status')).toBe('petal; fwd=bypass');
      await response.body?.cancel();
    }
  });

  test('tells nobody without a key that somebody else sent the same photo', async () => {
    const photo = neverSent(daisy);
    const ask = () =>
      petal.fetch('/v1/classify', { method: 'POST', body: photo, headers: { Origin: shop } });
    const [first, second] = [await ask(), await ask()];
    expect(await second.text()).toBe(await first.text());
    for (const name of ['Cache-Status', 'Server-Timing']) {
      expect(first.headers.get(name)).toBeNull();
      expect(second.headers.get(name)).toBeNull();
    }
    // Nor does any other header: those that differ do so in every answer.
    expect([...second.headers.keys()]).toEqual([...first.headers.keys()]);
  });

  test('lets pages of a listed origin read the answer, without a key', async () => {
    const response = await post({ Origin: shop });
    expect(response.status).toBe(200);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(shop);
    expect(response.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After');
    expect(response.headers.get('Vary')).toContain('Origin');
    await response.body?.cancel();
  });

  test('lets them read refusals, too', async () => {
    const response = await petal.fetch('/v1/classify?top_k=0', {
      method: 'POST',
      body: daisy,
      headers: { Origin: shop },
    });
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(shop);
    expect(await codeOf(response)).toBe('invalid-parameter');
  });

  test('answers their preflight, and no other', async () => {
    const preflight = (origin: string) =>
      petal.fetch('/v1/classify', {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type, x-api-key',
        },
      });
    const allowed = await preflight(shop);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('Access-Control-Allow-Origin')).toBe(shop);
    expect(allowed.headers.get('Access-Control-Allow-Headers')).toMatch(/x-api-key/i);
    const refused = await preflight('https://evil.example');
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });

  test.for(['https://evil.example', 'https://shop.example.evil.example', 'null'])(
    'refuses pages of %s, with a key too, and before it reads the photo',
    async (origin) => {
      const response = await post({ Origin: origin, 'x-api-key': classifyKey });
      expect(response.status).toBe(403);
      expect(await codeOf(response)).toBe('origin-not-allowed');
      expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
    },
  );
});

describe('a Petal on one machine', () => {
  let petal: Petal;
  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
  });
  afterAll(async () => {
    await petal.dispose();
  });

  test('is open to it', async () => {
    const response = await petal.fetch('/v1/classify', { method: 'POST', body: daisy });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test('says that it may do everything', async () => {
    const access = await (await petal.fetch('/v1/access')).json();
    expect(access).toEqual({ scopes: ['classify', 'train'] });
  });

  test('refuses a page whose name was made to lead to it (DNS rebinding)', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { Host: 'evil.example', Origin: 'http://evil.example' };
      const options = { method: 'POST', headers };
      const outgoing = request(new URL('/v1/classify', petal.url), options, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.on('error', reject).end(daisy);
    });
    expect(status).toBe(403);
  });
});

describe('a Petal with Turnstile', () => {
  let siteverify: Siteverify;
  const key = makeKey();
  beforeAll(async () => {
    siteverify = await startSiteverify();
  });
  afterAll(async () => {
    await siteverify.close();
  });

  async function start(secretKey: string): Promise<Petal> {
    return await startPetal({
      bundle: inject('bundle'),
      bindings: {
        PETAL_ACCESS: 'open',
        PETAL_API_KEYS: JSON.stringify([await describeKey(key, 'server', ['classify'])]),
        PETAL_TURNSTILE_SITE_KEY: dummySiteKey,
        PETAL_TURNSTILE_SECRET_KEY: secretKey,
      },
      // Wherever Cloudflare's siteverify is, the stub answers.
      outbound: async (request) =>
        fetch(siteverify.url, {
          method: 'POST',
          headers: request.headers,
          body: await request.arrayBuffer(),
        }),
    });
  }
  const withToken = { 'cf-turnstile-response': dummyToken };

  function post(petal: Petal, body: BodyInit, headers = {}): Promise<Response> {
    return petal.fetch('/v1/classify', { method: 'POST', body, headers });
  }

  test('lets a good token in, in a form or as a header, and a key without one', async () => {
    await using petal = await start(dummySecrets.passes);
    const form = new FormData();
    form.append('image', new File([daisy], 'daisy.jpg'));
    form.append('cf-turnstile-response', dummyToken);
    for (const response of [
      await post(petal, form),
      await post(petal, daisy, withToken),
      await post(petal, daisy, { 'x-api-key': key }),
    ]) {
      expect(response.status, await response.text()).toBe(200);
    }
    expect(await codeOf(await post(petal, daisy))).toBe('challenge-failed');
  });

  test('says which callers have to pass it', async () => {
    await using petal = await start(dummySecrets.passes);
    const access = async (headers = {}) =>
      await (await petal.fetch('/v1/access', { headers })).json();
    expect(await access()).toEqual({ scopes: ['classify'], turnstileSiteKey: dummySiteKey });
    expect(await access({ 'x-api-key': key })).toEqual({ scopes: ['classify'] });
  });

  test('lets the script and frame of the widget in on its own page, which says what it takes', async () => {
    await using petal = await start(dummySecrets.passes);
    const response = await petal.fetch('/');
    const [form = ''] = /<form[\s\S]*<\/form>/.exec(await response.text()) ?? [];
    expect(form).toContain('which needs JavaScript');
    const policy = response.headers.get('Content-Security-Policy')?.split('; ');
    expect(policy).toContain("script-src 'self' https://challenges.cloudflare.com");
    expect(policy).toContain('frame-src https://challenges.cloudflare.com');
  });

  test.for([dummySecrets.fails, dummySecrets.spent])(
    'refuses a token that siteverify refuses (secret %s)',
    async (secret) => {
      await using petal = await start(secret);
      const response = await post(petal, daisy, withToken);
      expect(response.status).toBe(403);
      expect(await codeOf(response)).toBe('challenge-failed');
    },
  );

  test('lets nobody in while siteverify does not know, and says when to try again', async () => {
    await using petal = await start(dummySecrets.passes);
    siteverify.failures = 2;
    const response = await post(petal, daisy, withToken);
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await codeOf(response)).toBe('challenge-unavailable');
  });
});
