/** The page without uploads, without a network, and how much it weighs. */
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { hasChromium, usePetalInChromium } from '../support/petal-in-chromium.ts';
import { barsOf, expectAccessible, openTryPage, pick, validPhoto } from './try-page.ts';

const daisy = validPhoto('jpeg/daisy.jpg');
const balloon = validPhoto('jpeg/balloon.jpg');
const maxTransferBytes = 60_000;

describe('what the page transfers', () => {
  let petal: Petal;
  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
  });
  afterAll(async () => {
    await petal.dispose();
  });

  async function textOf(path: string): Promise<string> {
    const response = await petal.fetch(path);
    expect(response.status, path).toBe(200);
    return await response.text();
  }

  test('is under 60 kB compressed, with all that its scripts load by themselves', async () => {
    const paths = ['/', '/petal.css', '/page.css', '/page.js'];
    let bytes = 0;
    for (const path of paths) {
      const text = await textOf(path);
      bytes += gzipSync(text).length;
      if (!path.endsWith('.js')) continue;
      // Static imports, as esbuild writes them; `import(...)` is loaded at need.
      for (const [, imported] of text.matchAll(/(?:from|import)\s*"(\/assets\/[^"]+\.js)"/g)) {
        if (!paths.includes(imported)) paths.push(imported);
      }
    }
    expect(bytes).toBeLessThan(maxTransferBytes);
  });
});

describe.runIf(hasChromium)('the page that does not upload', () => {
  const started = usePetalInChromium();

  async function waitUntilKept(page: Page): Promise<void> {
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  }

  test('runs the network with threads, says so, and answers as the server does', async () => {
    const { page, failures, questions, close } = await openTryPage(
      started.browser,
      started.petal.url,
    );
    await pick(page, daisy);
    const fromServer = await barsOf(page);
    expect(questions).toHaveLength(1);
    // The weights come when the progress has been seen.
    const { promise: seen, resolve: see } = Promise.withResolvers<void>();
    await page.route('**/assets/*.safetensors', async (route) => {
      await seen;
      await route.continue();
    });
    await page.getByRole('switch').click();
    const progress = /^Downloading the network: [\d.]+ [kM]B of \d\.\d MB/;
    await page.locator('#local-state').filter({ hasText: progress }).waitFor();
    see();
    await page.locator('.facts').getByText('it was not sent').waitFor();
    expect(await barsOf(page)).toEqual(fromServer);
    expect(await page.locator('#local-state').textContent()).toMatch(
      /^Photos stay here. The network calculates in int8 with (relaxed )?SIMD.*; tfjs-backend-wasm-threaded-simd.wasm runs with \d+ threads/,
    );
    expect(await page.locator('.facts').textContent()).toMatch(
      /decoding [\d.]+ ms, network [\d.]+ ms/,
    );
    await pick(page, balloon);
    await page.getByRole('region', { name: 'Answer for balloon.jpg' }).waitFor();
    await barsOf(page);
    await expectAccessible(page, 'in this browser');
    expect(questions).toHaveLength(1);
    expect(failures).toEqual([]);

    // Who switches it off again hasn't said that this photo may be sent.
    await page.getByRole('switch').click();
    await page.getByText('What you gave was not sent to the server.').waitFor();
    expect(questions).toHaveLength(1);
    await page.getByRole('button', { name: 'Send it now' }).click();
    await page.locator('.facts').getByText('sent as it is').waitFor();
    expect(questions).toHaveLength(2);
    await close();
  });

  test('is there without a network, and still recognises photos', async () => {
    const { page, questions, close } = await openTryPage(started.browser, started.petal.url, {
      keepsPages: true,
    });
    await waitUntilKept(page);
    await page.getByRole('switch').click();
    await page.getByText('Photos stay here').waitFor();
    await page.context().setOffline(true);
    await page.reload();
    await page.getByText('Photos stay here').waitFor();
    await page.getByText('Photos are looked at in your browser.').waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await pick(page, daisy);
    expect(await barsOf(page)).toHaveLength(5);
    if (inject('trained')) expect(await page.locator('.headline').textContent()).toBe('daisy');
    expect(questions).toEqual([]);
    await close();
  });

  test('keeps nothing that Petal answers', async () => {
    const { page, close } = await openTryPage(started.browser, started.petal.url, {
      keepsPages: true,
    });
    await waitUntilKept(page);
    await pick(page, daisy);
    await barsOf(page);
    const kept = await page.evaluate(async () => {
      const names = await caches.keys();
      const lists = await Promise.all(
        names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
      );
      return lists.flat();
    });
    const paths = kept.map((url) => new URL(url).pathname);
    expect(paths).toEqual(expect.arrayContaining(['/', '/page.js', '/page.css', '/petal.css']));
    expect(paths.filter((path) => path.startsWith('/v1/'))).toEqual([]);
    await close();
  });

  test('is the newest one where there is a network', async () => {
    const { page, close } = await openTryPage(started.browser, started.petal.url, {
      keepsPages: true,
    });
    await waitUntilKept(page);
    // What a former version would have left behind.
    await page.evaluate(async () => {
      const cache = await caches.open('petal-page');
      const headers = { 'Content-Type': 'text/html' };
      await cache.put('/', new Response('<h1>An old page</h1>', { headers }));
      const script = { 'Content-Type': 'text/javascript', ETag: '"old"' };
      await cache.put('/page.js', new Response('', { headers: script }));
      await cache.put('/assets/old-1.js', new Response('', { headers: script }));
    });
    await page.reload();
    await page.getByRole('button', { name: 'Choose photos' }).waitFor();
    expect(await page.evaluate(() => caches.match('/assets/old-1.js'))).toBeUndefined();
    await close();
  });

  test('says why the network can not run before there is a photo, and switches back', async () => {
    const { page, questions, close } = await openTryPage(started.browser, started.petal.url);
    await page.route('**/assets/*.safetensors', (route) => route.abort());
    await page.getByRole('switch').click();
    const failed = page.locator('.local-state[data-failed="true"]');
    await failed.waitFor();
    expect(await failed.textContent()).toContain('The network could not be downloaded');
    await expect.poll(() => page.getByRole('switch').isChecked()).toBe(false);
    await expectAccessible(page, 'switched back');
    expect(questions).toEqual([]);
    await close();
  });

  test('asks before it sends a photo that it could not look at itself', async () => {
    const { page, questions, close } = await openTryPage(started.browser, started.petal.url);
    let isBroken = true;
    await page.route('**/assets/*.safetensors', (route) =>
      isBroken
        ? new Promise((resolve) => setTimeout(resolve, 500)).then(() => route.abort())
        : route.continue(),
    );
    await page.getByRole('switch').click();
    await pick(page, daisy);
    await page.locator('.refusal').waitFor();
    expect(await page.getByRole('switch').isChecked()).toBe(true);
    expect(questions).toEqual([]);
    await expectAccessible(page, 'not looked at');
    isBroken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    expect(await barsOf(page)).toHaveLength(5);
    expect(questions).toEqual([]);
    await close();
  });
});
