import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ClassifyAnswer } from '../../src/contract/answers.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { sharedFolder } from '../support/photos.ts';
import { type Loaded, type LocalPage, openLocalPage } from './local-page.ts';
import { type WatchedPetal, watch } from './watched-petal.ts';

const executablePath = chromiumPath();

/** Photos of every kind in a folder beside the project: the first ones of each. */
function sharedPhotos(): string[] {
  const folder = sharedFolder('images');
  if (folder === null) return [];
  const perKind = ['camera/*', 'exif-orientation/*', 'flowers/*/*', 'imagenet/*'].map((pattern) =>
    globSync(`${pattern}.{jpg,jpeg,png,webp}`, { cwd: folder }).sort().slice(0, 6),
  );
  return perKind.flat().map((path) => join(folder, path));
}

describe.runIf(executablePath !== null)('the network in Chromium', () => {
  let petal: Petal;
  let watched: WatchedPetal;
  let browser: Browser;
  /** `isolated` is Petal's own page, `plain` another one of the same origin without COOP and COEP. */
  const pages: Record<string, LocalPage> = {};
  const loaded: Record<string, Loaded> = {};

  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
    watched = await watch(petal.url);
    browser = await launchChromium(executablePath ?? '');
    const context = await browser.newContext();
    await context.route(new URL('/plain', watched.url).href, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<title>Not isolated</title>' }),
    );
    for (const [name, path] of Object.entries({ isolated: '/', plain: '/plain' })) {
      pages[name] = await openLocalPage(context, new URL(path, watched.url));
      loaded[name] = await pages[name].load();
    }
  });
  afterAll(async () => {
    await browser.close();
    await watched.close();
    await petal.dispose();
  });

  async function askServer(photo: Uint8Array<ArrayBuffer>, query = ''): Promise<Response> {
    const body = new FormData();
    body.append('image', new Blob([photo]));
    return await petal.fetch(`/v1/classify${query}`, { method: 'POST', body });
  }

  function expectSame(here: object, there: ClassifyAnswer, name: string): void {
    if (!('answer' in here)) throw new Error(`${name} was refused: ${JSON.stringify(here)}`);
    const { predictions, ...others } = here.answer as ClassifyAnswer;
    const { predictions: expected, ...expectedOthers } = there;
    expect(others, name).toEqual(expectedOthers);
    expect(
      predictions.map(({ label }) => label),
      name,
    ).toEqual(expected.map(({ label }) => label));
    for (const [i, { probability, heatmap = [] }] of predictions.entries()) {
      expect(Math.abs(probability - expected[i].probability), name).toBeLessThan(1e-3);
      const heat = expected[i].heatmap ?? [];
      expect(heatmap.flat()).toHaveLength(heat.flat().length);
      for (const [j, value] of heatmap.flat().entries()) {
        expect(Math.abs(value - heat.flat()[j]), name).toBeLessThan(0.01);
      }
    }
  }

  test('runs on threads in a page that is isolated, and says so', () => {
    expect(loaded.isolated).toMatchObject({
      isIsolated: true,
      binary: 'tfjs-backend-wasm-threaded-simd.wasm',
    });
    expect(loaded.isolated).toHaveProperty(
      'threads',
      expect.toSatisfy((count) => count > 1),
    );
  });

  test('runs on SIMD alone in another page', () => {
    expect(loaded.plain).toMatchObject({
      isIsolated: false,
      binary: 'tfjs-backend-wasm-simd.wasm',
      threads: 1,
    });
  });

  test.for(['isolated', 'plain'])(
    'gives the answers of the server in the %s page',
    async (name) => {
      for (const photo of inject('validPhotos')) {
        const response = await askServer(Uint8Array.fromBase64(photo.base64));
        const here = await pages[name].classify(photo.base64);
        expectSame(here, (await response.json()) as ClassifyAnswer, photo.name);
      }
    },
  );

  test('says how long each stage took', async () => {
    const [photo] = inject('validPhotos');
    const { durationsMs } = (await pages.isolated.classify(photo.base64)) as {
      durationsMs: Record<string, number>;
    };
    for (const stage of ['decode', 'preprocess', 'inference']) {
      expect(durationsMs[stage]).toBeGreaterThan(0);
    }
  });

  test.runIf(sharedPhotos().length > 0)(
    'gives the answers of the server for photos of cameras',
    async () => {
      for (const path of sharedPhotos()) {
        const bytes = new Uint8Array(readFileSync(path));
        const response = await askServer(bytes);
        const here = await pages.isolated.classify(bytes.toBase64());
        expectSame(here, (await response.json()) as ClassifyAnswer, path);
      }
    },
  );

  test('refuses what the server refuses, with the same sentence', async () => {
    for (const { name, base64, code } of inject('invalidPhotos')) {
      const here = await pages.plain.classify(base64);
      const response = await askServer(Uint8Array.fromBase64(base64));
      const { detail } = (await response.json()) as { detail: string };
      // A request is told of forms and JSON, a person of the photo.
      const sentence = code === 'empty-body' ? expect.stringContaining('0 bytes') : detail;
      expect(here, name).toEqual({ code, sentence });
    }
  });

  test('answers what is asked: how many, how probable, and where', async () => {
    const [photo] = inject('validPhotos');
    const query = '?top_k=3&min_probability=0.01&include=heatmap';
    const response = await askServer(Uint8Array.fromBase64(photo.base64), query);
    const options = { topK: 3, minProbability: 0.01, heatmaps: true };
    const here = await pages.isolated.classify(photo.base64, options);
    expectSame(here, (await response.json()) as ClassifyAnswer, photo.name);
    expect(await pages.isolated.classify(photo.base64, { topK: 0 })).toEqual({
      code: 'invalid-parameter',
      sentence: 'Expected a whole number from 1 to 1000 for top_k but received 0.',
    });
  });

  test('breaks no policy, and says nothing in the console', () => {
    expect(watched.violations).toEqual([]);
    expect([...pages.isolated.failures, ...pages.plain.failures]).toEqual([]);
  });
});
