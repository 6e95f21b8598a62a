import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { openLocalPage } from './local-page.ts';
import { cutOff, type Disturbance, type WatchedPetal, watch } from './watched-petal.ts';

const executablePath = chromiumPath();
const [photo] = inject('validPhotos');

const blank: Disturbance = (body) => ({ body: body.fill(' ') });

/** A script that is run before what was asked for. */
function before(script: string): Disturbance {
  return (body) => ({ body: Buffer.concat([Buffer.from(`${script};`), body]) });
}

describe.runIf(executablePath !== null)('a network that can not start in Chromium', () => {
  let petal: Petal;
  let watched: WatchedPetal;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
    browser = await launchChromium(executablePath ?? '');
  });
  afterAll(async () => {
    await browser.close();
    await petal.dispose();
  });
  beforeEach(async () => {
    watched = await watch(petal.url);
    context = await browser.newContext();
  });
  afterEach(async () => {
    await context.close();
    await watched.close();
  });

  test.for([
    ['breaks off', /simd\.worker/, cutOff],
    ['fails', /simd\.worker/, before('throw new Error("a failure of the test")')],
    ['never answers', /simd\.worker/, blank],
    ['finds no glue', /threaded-simd-.*js$/, blank],
  ] as const)('goes on without threads where their script %s', async ([, path, disturbance]) => {
    watched.disturbances.set(path, disturbance);
    const page = await openLocalPage(context, watched.url);
    expect(await page.load()).toMatchObject({
      isIsolated: true,
      binary: 'tfjs-backend-wasm-simd.wasm',
      threads: 1,
    });
    expect(await page.classify(photo.base64)).toHaveProperty('answer');
  });

  test('ends threads that fail, and the Web Worker that started them', async () => {
    watched.disturbances.set(/simd\.worker/, before('throw new Error("a failure of the test")'));
    const { page, load } = await openLocalPage(context, watched.url);
    await load();
    const urls = () => page.workers().map((worker) => worker.url());
    await expect.poll(urls, { timeout: 30_000 }).toEqual([expect.stringContaining('local-worker')]);
  });

  test('goes on without threads where there is no memory for theirs', async () => {
    const script =
      'WebAssembly.Memory = function () { throw new RangeError("no memory, says the test") }';
    watched.disturbances.set(/local-worker/, before(script));
    const page = await openLocalPage(context, watched.url);
    expect(await page.load()).toMatchObject({ threads: 1 });
  });

  test('says that there is no memory for any', async () => {
    const script =
      'WebAssembly.Instance = function () { throw new RangeError("no memory, says the test") }';
    watched.disturbances.set(/local-worker/, before(script));
    const page = await openLocalPage(context, watched.url);
    expect(await page.load()).toEqual({
      code: 'local-unavailable',
      sentence:
        'The network in this browser has no memory left. Close other tabs, and load it again.',
    });
  });
});
