import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { classifyAnswer } from '../../src/contract/answers.ts';
import {
  type LogLine,
  type Outbound,
  type Petal,
  type PetalOptions,
  startPetal,
} from '../../src/testing/start-petal.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';

const run = promisify(execFile);
const bundle = inject('bundle');
const entry = join(import.meta.dirname, 'probe.js');
const daisy = inject('validPhotos').find(({ name }) => name === 'daisy.jpg');
const photo = new Uint8Array(Buffer.from(daisy?.base64 ?? '', 'base64'));

/** A bundle without a network, which starts at once; the probe answers in its place. */
async function emptyBundle(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'worker.js'), 'export default {};');
  return folder;
}

/** What the probe answers to one request in a process of its own. */
async function ask(options: PetalOptions, path: string, init?: RequestInit): Promise<string> {
  await using petal = await startPetal({ bundle: await emptyBundle(), entry, ...options });
  return await (await petal.fetch(path, init)).text();
}

async function expectPredictions(petal: Petal): Promise<void> {
  const body = new FormData();
  body.append('image', new File([photo], 'daisy.jpg'));
  const response = await petal.fetch('/v1/classify?top_k=3', { method: 'POST', body });
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(classifyAnswer.parse(await response.json()).predictions).toHaveLength(3);
}

describe('startPetal', () => {
  const lines: LogLine[] = [];
  let petal: Petal;

  beforeAll(async () => {
    petal = await startPetal({
      bundle,
      entry,
      bindings: { SHOP: 'flowers' },
      onLog: (line) => lines.push(line),
      outbound: async (request) => {
        expect(request).toBeInstanceOf(Request);
        const text = `${request.method} ${request.url} ${await request.text()}`;
        return new Response(text, { status: 418, headers: { 'X-From': 'the test' } });
      },
    });
  });
  afterAll(async () => {
    await petal.dispose();
  });

  test('listens on a free port of this machine and classifies', async () => {
    expect(petal.url.hostname).toBe('127.0.0.1');
    await expectPredictions(petal);
  });

  test('lays bindings over the variables of wrangler.toml', async () => {
    const variables = await (await petal.fetch('/probe/variables')).json();
    expect(variables).toEqual({ PETAL_ACCESS: 'local', SHOP: 'flowers' });
  });

  test('gives the Worker all bindings of wrangler.toml', async () => {
    const names = await (await petal.fetch('/probe/bindings')).json();
    expect(names).toEqual(
      expect.arrayContaining([
        'ANALYTICS',
        'MODELS',
        'RATE_LIMITER',
        'REGISTERED_MODELS',
        'VERSION',
      ]),
    );
  });

  test('hands out the lines that the Worker logs', async () => {
    await petal.fetch('/probe/log');
    await expect
      .poll(() =>
        lines
          // Those about requests are JSON.
          .filter(({ message }) => !message.startsWith('{'))
          .map(({ level, message }) => [level, message]),
      )
      .toEqual([
        ['log', 'a line for you'],
        ['error', 'and a worse one'],
      ]);
  });

  test('answers requests of the Worker in place of the network', async () => {
    const response = await petal.fetch('/probe/outbound', { method: 'POST', body: 'tea' });
    expect(response.status).toBe(418);
    expect(response.headers.get('x-from')).toBe('the test');
    expect(await response.text()).toBe('POST https://shop.example/photo tea');
  });

  test('lets the Worker reach public addresses only, unless it is told otherwise', async () => {
    // This very Petal answers there.
    const path = `/probe/fetch?url=${new URL('/probe/variables', petal.url)}`;
    expect(await ask({}, path)).toMatch(/^Error: /);
    const node: Outbound = { node: (_, response) => response.end('in its place') };
    expect(await ask({ outbound: node }, path)).toBe('in its place');
  });

  test('fetches from no other origin', async () => {
    await expect(petal.fetch('https://example.com/v1/classify')).rejects.toThrow(
      'https://example.com is not this Petal',
    );
  });

  test('takes the variables of an environment that is named', async () => {
    const text = await ask({ environment: 'production' }, '/probe/variables');
    expect(JSON.parse(text)).toEqual({ PETAL_ACCESS: 'keys' });
  });

  test('forgets what was stored when it stops, and can be told to stop twice', async () => {
    const first = await startPetal({ bundle: await emptyBundle(), entry });
    await first.fetch('/probe/keep', { method: 'POST', body: 'a daisy' });
    expect(await (await first.fetch('/probe/kept')).text()).toBe('a daisy');
    await Promise.all([first.dispose(), first.dispose()]);
    await expect(first.fetch('/probe/kept')).rejects.toThrow();
    expect(await ask({}, '/probe/kept')).toBe('nothing');
  });

  test('keeps what was stored in the folder that it is given', async () => {
    const persist = await temporaryFolder();
    await ask({ persist }, '/probe/keep', { method: 'POST', body: 'a daisy' });
    expect(await ask({ persist }, '/probe/kept')).toBe('a daisy');
  });

  test('says that a port is taken', async () => {
    const port = Number(petal.url.port);
    await expect(startPetal({ bundle: await emptyBundle(), port })).rejects.toMatchObject({
      code: 'ERR_ADDRESS_IN_USE',
    });
  });
});

describe('startPetal over https', () => {
  let petal: Petal;
  beforeAll(async () => {
    petal = await startPetal({ bundle, https: true });
  });
  afterAll(async () => {
    await petal.dispose();
  });

  test('classifies, with its certificate trusted by its own fetch only', async () => {
    expect(petal.url.protocol).toBe('https:');
    await expectPredictions(petal);
    await expect(fetch(petal.url)).rejects.toMatchObject({
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  });

  test('answers without a body where there is none', async () => {
    const response = await petal.fetch('/healthz', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test('stops a request that is aborted', async () => {
    const signal = AbortSignal.abort();
    await expect(petal.fetch('/healthz', { signal })).rejects.toThrow(/abort/);
  });

  test('takes a certificate of your own', async ({ skip }) => {
    const folder = await temporaryFolder();
    const [keyPath, certPath] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=petal.test', '-addext', 'subjectAltName=DNS:petal.test'];
    const parameters = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    const files = ['-nodes', '-days', '2', '-keyout', keyPath, '-out', certPath];
    const made = await run('openssl', [...parameters, ...subject, ...files]).catch(() => null);
    if (made === null) skip('There is no openssl to make a certificate with.');
    const [key, cert] = [await readFile(keyPath, 'utf8'), await readFile(certPath, 'utf8')];
    const text = await ask({ https: { key, cert } }, '/probe/variables');
    expect(JSON.parse(text)).toEqual({ PETAL_ACCESS: 'local' });
  });

  const executablePath = chromiumPath();
  test.runIf(executablePath !== null)(
    'is refused by Chromium for want of trust alone, and a secure context once that is passed',
    async () => {
      const browser = await launchChromium(executablePath ?? '');
      const strict = await browser.newPage();
      await expect(strict.goto(petal.url.href)).rejects.toThrow('net::ERR_CERT_AUTHORITY_INVALID');
      const lenient = await browser.newPage({ ignoreHTTPSErrors: true });
      await lenient.goto(petal.url.href);
      const camera = await lenient.evaluate(
        () => isSecureContext && typeof navigator.mediaDevices.getUserMedia === 'function',
      );
      expect(camera).toBe(true);
      await browser.close();
    },
  );
});
