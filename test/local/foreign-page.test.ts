import { createServer, type Server } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { type LocalPage, openLocalPage } from './local-page.ts';

const executablePath = chromiumPath();
const photo = inject('validPhotos').find(({ name }) => name === 'daisy.jpg');
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

describe.runIf(executablePath !== null)('the network in a page of another origin', () => {
  let petal: Petal;
  let browser: Browser;
  let server: Server;
  let shop: URL;
  /** Headers of each page of the shop. */
  const headers = new Map<string, Record<string, string>>();

  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
    browser = await launchChromium(executablePath ?? '');
    server = createServer(({ url = '/' }, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html', ...headers.get(url) });
      response.end('<!doctype html><title>A shop</title><link rel="icon" href="data:,">');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('There is no port.');
    shop = new URL(`http://127.0.0.1:${address.port}/`);
    const scripts = `default-src 'none'; img-src data:; script-src ${petal.url.origin}`;
    const allowed = `${scripts} 'wasm-unsafe-eval'; worker-src blob:; connect-src ${petal.url.origin}`;
    headers.set('/isolated', isolation);
    headers.set('/strict', { ...isolation, 'Content-Security-Policy': allowed });
    headers.set('/no-worker', { 'Content-Security-Policy': `${scripts}; worker-src 'none'` });
    headers.set('/no-wasm', {
      'Content-Security-Policy': allowed.replace("'wasm-unsafe-eval'", ''),
    });
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    await petal.dispose();
  });

  async function open(path: string): Promise<LocalPage> {
    return await openLocalPage(await browser.newContext(), new URL(path, shop));
  }

  test.for([
    ['/', 'tfjs-backend-wasm-simd.wasm'],
    ['/isolated', 'tfjs-backend-wasm-threaded-simd.wasm'],
    ['/strict', 'tfjs-backend-wasm-threaded-simd.wasm'],
  ] as const)('runs at %s, on %s', async ([path, binary]) => {
    const local = await open(path);
    expect(await local.load(petal.url)).toMatchObject({
      binary,
      isIsolated: path !== '/',
      threads: path === '/' ? 1 : expect.toSatisfy((count) => count > 1),
    });
    expect(await local.classify(photo?.base64 ?? '')).toMatchObject({
      answer: { image: { width: 500, height: 375 } },
    });
    expect(local.failures).toEqual([]);
    await local.page.context().close();
  });

  test.for([
    ['/no-worker', /allow blob: in worker-src, and http:\/\/127\.0\.0\.1:\d+ in script-src/],
    ['/no-wasm', /allow 'wasm-unsafe-eval' in script-src/],
  ] as const)('says at %s what the policy forbids', async ([path, sentence]) => {
    const local = await open(path);
    expect(await local.load(petal.url)).toEqual({
      code: 'local-unavailable',
      sentence: expect.stringMatching(sentence),
    });
    await local.page.context().close();
  });
});
