import type { BrowserContext } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { hasChromium, usePetalInChromium } from '../support/petal-in-chromium.ts';
import { openLocalPage } from './local-page.ts';
import { cutOff, type Disturbance, type WatchedPetal, watch } from './watched-petal.ts';

const [photo] = inject('validPhotos');

const blank: Disturbance = (body) => ({ body: body.fill(' ') });

/** A script that is run before what was asked for. */
function before(script: string): Disturbance {
  return (body) => ({ body: Buffer.concat([Buffer.from(`${script};`), body]) });
}

describe.runIf(hasChromium)('a network that can not start in Chromium', () => {
  const started = usePetalInChromium();
  let watched: WatchedPetal;
  let context: BrowserContext;

  beforeEach(async () => {
    watched = await watch(started.petal.url);
    context = await started.browser.newContext();
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
