import { gzipSync } from 'node:zlib';
import type { BrowserContext } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { hasChromium, usePetalInChromium } from '../support/petal-in-chromium.ts';
import { type LocalPage, openLocalPage } from './local-page.ts';
import { cutOff, type WatchedPetal, watch } from './watched-petal.ts';

const [photo] = inject('validPhotos');

/** This machine by an address that browsers don't take for it. */
const insecureHost = '0.0.0.0';

describe.runIf(hasChromium)('loading the network in Chromium', () => {
  const started = usePetalInChromium({ allowedHosts: [insecureHost] });
  let watched: WatchedPetal;
  /** A browser that was never here. */
  let context: BrowserContext;

  beforeEach(async () => {
    watched = await watch(started.petal.url);
    context = await started.browser.newContext();
  });
  afterEach(async () => {
    await context.close();
    await watched.close();
  });

  async function open(): Promise<LocalPage> {
    return await openLocalPage(context, watched.url);
  }

  /** What is large; the page itself is kept for when there is no network. */
  const ofNetwork = /\.(wasm|safetensors)$/;

  function downloads(): string[] {
    return watched.paths.filter((path) => ofNetwork.test(path));
  }

  /** Paths of what Cache Storage holds of the network. */
  async function keptPaths({ page }: LocalPage): Promise<string[]> {
    const paths = await page.evaluate(async () => {
      const caches = await globalThis.caches.keys();
      const keys = await Promise.all(
        caches.map(async (name) => await (await globalThis.caches.open(name)).keys()),
      );
      return keys.flat().map(({ url }) => new URL(url).pathname);
    });
    return paths.filter((path) => ofNetwork.test(path));
  }

  test('downloads the artifact, one binary and the kernels for it, and says how much of both is there', async () => {
    const page = await open();
    const loaded = await page.load();
    if (!('progress' in loaded)) throw new Error(loaded.sentence);
    const { progress } = loaded;
    const stems = downloads().map((path) => path.replace(/^\/assets\/|-[0-9a-f]{12}\.\w+$/g, ''));
    expect(stems.sort()).toEqual([
      'mobilenet_v2_1.0_224',
      'relaxed-simd-shared',
      'relaxed-simd-signed-shared',
      'simd-shared',
      'tfjs-backend-wasm-threaded-simd',
    ]);
    const [, totalBytes] = progress[0];
    expect(totalBytes).toBeGreaterThan(3_500_000);
    expect(progress.every(([, total]) => total === totalBytes)).toBe(true);
    expect(progress.at(-1)).toEqual([totalBytes, totalBytes]);
    expect(progress.length).toBeGreaterThan(5);
    expect(progress.every(([bytes], i) => i === 0 || bytes > progress[i - 1][0])).toBe(true);
    expect(watched.violations).toEqual([]);
    expect(page.failures).toEqual([]);
  });

  test('says how much is there of what is compressed on its way, too', async () => {
    watched.disturbances.set(/safetensors/, (body) => ({
      body: gzipSync(body),
      headers: { 'Content-Encoding': 'gzip' },
    }));
    const loaded = await (await open()).load();
    if (!('progress' in loaded)) throw new Error(loaded.sentence);
    const { progress } = loaded;
    expect(progress.every(([bytes, total]) => bytes <= total)).toBe(true);
    expect(progress.at(-1)?.[0]).toBe(progress[0][1]);
  });

  test('downloads nothing the second time, in another page', async () => {
    await (await open()).load();
    const before = downloads().length;
    const page = await open();
    expect(await page.load()).toMatchObject({ progress: [], isIsolated: true });
    expect(downloads()).toHaveLength(before);
    expect(await keptPaths(page)).toEqual(expect.arrayContaining(downloads()));
  });

  test('removes what is kept of former versions, and nothing of others', async () => {
    const page = await open();
    const [former, foreign] = [
      '/assets/former-000000000000.safetensors',
      'https://example.com/x.wasm',
    ];
    await page.page.evaluate(
      async (addresses) => {
        const cache = await caches.open('petal-network');
        for (const address of addresses) await cache.put(address, new Response('former'));
      },
      [former, foreign],
    );
    await page.load();
    const kept = await keptPaths(page);
    expect(kept).not.toContain(former);
    expect(kept).toContain('/x.wasm');
  });

  test('downloads again what is kept but damaged', async () => {
    const page = await open();
    await page.load();
    await page.page.evaluate(async () => {
      const cache = await caches.open('petal-network');
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        const bytes = new Uint8Array((await response?.arrayBuffer()) ?? new ArrayBuffer());
        bytes[1000] ^= 1;
        await cache.put(request, new Response(bytes));
      }
    });
    expect(await page.load()).toHaveProperty('binary');
    expect(await page.classify(photo.base64)).toHaveProperty('answer');
  });

  test('refuses a download with another hash, and keeps nothing of it', async () => {
    watched.disturbances.set(/safetensors/, (body) => {
      body[1_000_000] ^= 1;
      return { body };
    });
    const page = await open();
    expect(await page.load()).toEqual({
      code: 'local-unavailable',
      sentence: expect.stringMatching(/damaged on its way.*SHA-256.*mobilenet/),
    });
    expect(await keptPaths(page)).toEqual([]);
    // The second time past the HTTP cache.
    expect(downloads().filter((path) => path.endsWith('.safetensors'))).toHaveLength(2);
    watched.disturbances.clear();
    expect(await page.load()).toHaveProperty('binary');
  });

  test('says that a download broke off, keeps nothing of it, and loads the next time', async () => {
    watched.disturbances.set(/safetensors/, cutOff);
    const page = await open();
    expect(await page.load()).toEqual({
      code: 'local-unavailable',
      sentence: expect.stringMatching(
        /^The network could not be downloaded: the connection to 127\.0\.0\.1:\d+ broke off after [01]\.\d of 3\.7 MB\. Check the connection, and try again\.$/,
      ),
    });
    expect(await keptPaths(page)).toEqual([]);
    watched.disturbances.clear();
    expect(await page.load()).toHaveProperty('binary');
    expect(await page.classify(photo.base64)).toHaveProperty('answer');
  });

  test('says that Petal can not be reached', async () => {
    const page = await open();
    await page.page.evaluate(`import('/local.js')`);
    await watched.close();
    expect(await page.load()).toEqual({
      code: 'local-unavailable',
      sentence: expect.stringMatching(/could not be loaded from http.*local-worker/),
    });
  });

  test('stops a download that is aborted, with the reason, and keeps nothing of it', async () => {
    const page = await open();
    await page.load();
    const before = await keptPaths(page);
    const { reason, bytes } = await page.page.evaluate(async () => {
      await caches.delete('petal-network');
      const controller = new AbortController();
      let bytes = 0;
      const loading = local.loadLocalNetwork({
        signal: controller.signal,
        onProgress(loadedBytes) {
          bytes = loadedBytes;
          controller.abort('changed my mind');
        },
      });
      const reason: unknown = await loading.catch((reason) => reason);
      return { reason, bytes };
    });
    expect(before).not.toEqual([]);
    expect(reason).toBe('changed my mind');
    expect(bytes).toBeLessThan(3_500_000);
    expect(await keptPaths(page)).toEqual([]);
    expect(await page.load()).toHaveProperty('binary');
  });

  test('runs without being kept where the disk is full, and says so', async () => {
    const page = await open();
    const session = await context.newCDPSession(page.page);
    await session.send('Storage.overrideQuotaForOrigin', {
      origin: watched.url.origin,
      quotaSize: 1_000_000,
    });
    expect(await page.load()).toMatchObject({
      isIsolated: true,
      notKept:
        'The browser did not keep the network (4.1 MB), for want of room or permission, so that it is downloaded again the next time.',
    });
    expect(await keptPaths(page)).not.toContainEqual(expect.stringContaining('safetensors'));
    expect(await page.classify(photo.base64)).toHaveProperty('answer');
  });

  test('is kept by the HTTP cache where the origin is not secure', async () => {
    const insecure = new URL(watched.url);
    insecure.hostname = insecureHost;
    const page = await openLocalPage(context, insecure);
    expect(await page.page.evaluate(() => [isSecureContext, 'caches' in globalThis])).toEqual([
      false,
      false,
    ]);
    expect(await page.load()).toMatchObject({ binary: 'tfjs-backend-wasm-simd.wasm' });
    expect(await page.classify(photo.base64)).toHaveProperty('answer');
    const before = downloads().length;
    expect(await page.load()).toHaveProperty('binary');
    expect(downloads()).toHaveLength(before);
  });

  test.for(['Worker', 'WebAssembly'])(
    'says that a browser without %s can not run it',
    async (name) => {
      await context.addInitScript(`delete globalThis.${name}`);
      const page = await open();
      expect(await page.load()).toEqual({
        code: 'local-unavailable',
        sentence: `This browser can't run the network: it has no ${name}, or has it turned off.`,
      });
      expect(downloads()).toEqual([]);
    },
  );
});
