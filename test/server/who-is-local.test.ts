import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { accessAnswer, problemAnswer } from '../../src/contract/answers.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { makeOtherMachine, type OtherMachine } from '../support/other-machine.ts';
import { sendRaw } from '../support/raw-request.ts';

const { base64 = '' } = inject('validPhotos').find(({ name }) => name === 'daisy.jpg') ?? {};
const daisy = Buffer.from(base64, 'base64');

/** What a page that was let in could read of this machine's models. */
const readings = [
  '/',
  '/v1/access',
  '/v1/models',
  '/v1/models/flowers',
  '/v1/models/flowers/examples',
];

function jsonOf(text: string): unknown {
  const [, json = ''] = /(\{.*\})/s.exec(text) ?? [];
  return JSON.parse(json);
}

describe('a Petal on loopback', () => {
  let petal: Petal;
  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
    const path = '/v1/models/flowers/examples?label=daisy&keep_photos=true';
    const response = await petal.fetch(path, { method: 'POST', body: daisy });
    expect(response.status, await response.text()).toBe(200);
  });
  afterAll(async () => {
    await petal.dispose();
  });

  test.for(readings)('answers %s under its own names', async (path) => {
    for (const name of ['127.0.0.1', 'localhost', 'petal.localhost', '127.1', '0x7f000001']) {
      const host = `Host: ${name}:${petal.url.port}`;
      expect((await sendRaw(petal.url, [`GET ${path} HTTP/1.1`, host])).status).toBe(200);
    }
  });

  /** Hosts that a page can have, or a program can write, and what it might add. */
  const foreign = [
    ['Host: evil.example'],
    ['Host: evil.example', 'MF-Original-URL: http://127.0.0.1/v1/models/flowers/examples'],
    ['Host: evil.example', 'MF-Original-URL: http://localhost/', 'Sec-Fetch-Site: same-origin'],
    ['Host: evil.example', 'X-Forwarded-Host: localhost', 'Forwarded: host=localhost'],
    ['Host: evil.example', 'Origin: http://evil.example', 'CF-Connecting-IP: 127.0.0.1'],
    ['Host: localhost.evil.example'],
    ['Host: localhost.'],
    ['Host: 192.168.1.7'],
  ];

  test.for(readings)('lets no page of a rebound name read %s', async (path) => {
    for (const headers of foreign) {
      const { status, text } = await sendRaw(petal.url, [`GET ${path} HTTP/1.1`, ...headers]);
      expect(status).toBe(403);
      expect(problemAnswer.parse(jsonOf(text)).code).toBe('host-not-allowed');
      expect(text).not.toContain('daisy');
    }
  });

  test('has no worker but Petal’s for a request that names another', async () => {
    const lines = ['GET /v1/access HTTP/1.1', `Host: ${petal.url.host}`];
    for (const name of ['public-internet', 'nowhere', '']) {
      const answer = await sendRaw(petal.url, [...lines, `MF-Route-Override: ${name}`]);
      expect(jsonOf(answer.text)).toEqual({ scopes: ['classify', 'train'] });
    }
  });

  test('fails at none of the local runtime’s headers', async () => {
    const headers = [
      'MF-CF-Blob: {',
      'MF-Proxy-Shared-Secret: x',
      'MF-Original-URL: nonsense',
      'MF-Op: GET',
      'CF-Connecting-IP: 192.0.2.7',
      'Petal-Front-Key: x',
    ];
    const lines = ['GET /v1/access HTTP/1.1', `Host: ${petal.url.host}`, ...headers];
    const { text } = await sendRaw(petal.url, lines);
    expect(jsonOf(text)).toEqual({ scopes: ['classify', 'train'] });
  });

  test('ignores a token, as it has no keys', async () => {
    for (const headers of [{ Authorization: 'Bearer hf_dummy' }, { 'x-api-key': 'EMPTY' }]) {
      const access = await (await petal.fetch('/v1/access', { headers })).json();
      expect(access).toEqual({ scopes: ['classify', 'train'] });
    }
  });

  test('wants a key under a name that was allowed, behind which others may be', async () => {
    await using named = await startPetal({
      bundle: inject('bundle'),
      allowedHosts: ['tunnel.example'],
    });
    const ask = (host: string) => sendRaw(named.url, ['GET /v1/access HTTP/1.1', `Host: ${host}`]);
    expect(jsonOf((await ask('tunnel.example')).text)).toEqual({ scopes: [] });
    expect((await ask('other.example')).status).toBe(403);
  });
});

describe('a Petal on all addresses', () => {
  let petal: Petal;
  let machine: OtherMachine | undefined;
  let reason = '';
  beforeAll(async () => {
    machine = await makeOtherMachine().catch((error: Error) => {
      reason = `Another machine could not be made: ${error.message}`;
      return undefined;
    });
    petal = await startPetal({ bundle: inject('bundle'), host: '0.0.0.0' });
  });
  afterAll(async () => {
    await petal.dispose();
    await machine?.[Symbol.asyncDispose]();
  });

  test('is open to this machine', async () => {
    const access = await (await petal.fetch('/v1/access')).json();
    expect(access).toEqual({ scopes: ['classify', 'train'] });
  });

  /** All that a client might say to pass for this machine. */
  const names = ['localhost', '127.0.0.1', '127.1', '0x7f000001', '2130706433', 'foo.localhost'];
  const hosts = [...names, 'LOCALHOST:8787', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'];
  const addresses = ['127.0.0.1', '::1', '::ffff:127.0.0.1', 'localhost', '127.0.0.1, 127.0.0.1'];
  const addressHeaders = [
    ...['CF-Connecting-IP', 'CF-Connecting-IPv6', 'CF-Pseudo-IPv4', 'True-Client-IP', 'X-Real-IP'],
    ...['X-Forwarded-For', 'X-Client-IP', 'X-Cluster-Client-IP', 'Fastly-Client-IP', 'Client-IP'],
  ];
  const urls = names.map((name) => `http://${name}/v1/access`);
  const forged = fc.oneof(
    fc
      .tuple(fc.constantFrom(...addressHeaders), fc.constantFrom(...addresses))
      .map(([name, address]) => `${name}: ${address}`),
    fc.constantFrom(...urls).map((url) => `MF-Original-URL: ${url}`),
    fc.constantFrom(...names).map((name) => `Origin: http://${name}`),
    fc.constantFrom(
      'MF-CF-Blob: {"clientIp":"127.0.0.1:80"}',
      'Forwarded: for=127.0.0.1;host=localhost;proto=https',
      'X-Forwarded-Host: localhost',
      'X-Forwarded-Proto: https',
      'X-Original-URL: http://localhost/',
      'Sec-Fetch-Site: same-origin',
      'Sec-Fetch-Site: none',
      'Petal-Front-Key: x',
      'Authorization: Bearer hf_dummy',
      'x-api-key: hf_dummy',
      'CF-Worker: petal',
      'Via: 1.1 localhost',
    ),
  );
  const request = fc
    .record({
      target: fc.constantFrom('/v1/access', ...urls),
      host: fc.constantFrom(...hosts),
      headers: fc.uniqueArray(forged, {
        maxLength: 5,
        selector: (header) => header.split(':')[0].toLowerCase(),
      }),
    })
    .map(({ target, host, headers }) =>
      [`GET ${target} HTTP/1.1`, `Host: ${host}`, ...headers, 'Connection: close', '', ''].join(
        '\r\n',
      ),
    );

  test('lets another machine do nothing without a key, whatever it says', async ({ skip }) => {
    if (machine === undefined) return skip(reason);
    const each = hosts.map(
      (host) => `GET /v1/access HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    const requests = [...each, ...fc.sample(request, { seed: 15, numRuns: 200 })];
    const answers = await machine.send(Number(petal.url.port), requests);
    const granted: string[] = [];
    let openCount = 0;
    for (const [i, answer] of answers.entries()) {
      const status = Number(answer.slice('HTTP/1.1 '.length).slice(0, 3));
      if (status === 403)
        expect(problemAnswer.parse(jsonOf(answer)).code).toBe('origin-not-allowed');
      else expect([requests[i], status]).toEqual([requests[i], 200]);
      if (status !== 200) continue;
      openCount++;
      if (accessAnswer.parse(jsonOf(answer)).scopes.length > 0) granted.push(requests[i]);
    }
    expect(granted).toEqual([]);
    expect(openCount).toBeGreaterThan(hosts.length);
  });

  test('refuses what another machine asks without a key, with one that would be right', async ({
    skip,
  }) => {
    if (machine === undefined) return skip(reason);
    const head = `Host: localhost\r\nMF-Original-URL: http://127.0.0.1/v1/models\r\nConnection: close\r\n`;
    const answers = await machine.send(Number(petal.url.port), [
      `POST /v1/classify HTTP/1.1\r\n${head}Content-Length: 1\r\n\r\nx`,
      `POST /v1/models/flowers/train HTTP/1.1\r\n${head}Content-Length: 0\r\n\r\n`,
      `GET /v1/models/flowers HTTP/1.1\r\n${head}\r\n`,
      `DELETE /v1/models/flowers HTTP/1.1\r\n${head}\r\n`,
    ]);
    for (const answer of answers) {
      expect(problemAnswer.parse(jsonOf(answer)).code).toBe('unauthorized');
    }
  });

  test('takes who comes from another address of this machine for a stranger', async ({ skip }) => {
    if (machine === undefined) return skip(reason);
    const url = new URL(`http://${machine.ours}:${petal.url.port}`);
    for (const host of [url.host, 'localhost']) {
      const lines = ['GET /v1/access HTTP/1.1', `Host: ${host}`];
      const { text } = await sendRaw(url, lines, { from: machine.ours });
      expect(jsonOf(text)).toEqual({ scopes: [] });
    }
  });
});
