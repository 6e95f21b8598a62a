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

/** With an EXIF segment that says orientation 6: its row 0 is seen on the right. */
function turned(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  // TIFF 6.0 with one entry: tag 0x0112, of type SHORT, one value.
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
  const exif = [...new TextEncoder().encode('Exif\0\0'), ...tiff, 0, 0, 0, 0];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, ...jpeg.slice(2)]);
}

/** 64 x 64 pixels of one gray, which the network takes for nothing. */
function grayBmp(): Uint8Array<ArrayBuffer> {
  const side = 64;
  const bytes = new Uint8Array(54 + side * side * 3).fill(192, 54);
  const header = new DataView(bytes.buffer);
  header.setUint16(0, 0x424d);
  header.setUint32(2, bytes.length, true);
  for (const [offset, value] of [
    [10, 54],
    [14, 40],
    [18, side],
    [22, side],
    [26, 1 + (24 << 16)],
  ]) {
    header.setUint32(offset, value, true);
  }
  return bytes;
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
      arithmetic: 'int8',
      kernels: expect.stringMatching(/simd/),
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

  test.for([
    ['simd', 'tfjs-backend-wasm-simd.wasm', 1],
    ['simd', 'tfjs-backend-wasm-threaded-simd.wasm', 2],
    ['scalar', 'tfjs-backend-wasm.wasm', 1],
  ] as const)(
    'gives the answers of the server by its %s kernels beside %s',
    async ([level, name, threads]) => {
      const local = await openLocalPage(pages.isolated.page.context(), watched.url);
      const binaries = [{ name, threads, kernels: [level] }];
      expect(await local.load(watched.url, { binaries })).toMatchObject({
        kernels: level,
        threads,
      });
      for (const photo of inject('validPhotos')) {
        const response = await askServer(Uint8Array.fromBase64(photo.base64));
        const here = await local.classify(photo.base64);
        expectSame(here, (await response.json()) as ClassifyAnswer, photo.name);
      }
      await local.page.close();
    },
  );

  test('calculates in float32 where the server does, and downloads no kernels then', async () => {
    const local = await openLocalPage(await browser.newContext(), watched.url);
    const before = watched.paths.length;
    const facts = await local.load(watched.url, { arithmetic: 'float32' });
    expect(facts).toMatchObject({ arithmetic: 'float32', kernels: undefined });
    const wasm = watched.paths.slice(before).filter((path) => path.endsWith('.wasm'));
    expect(wasm).toHaveLength(1);
    await local.page.context().close();
  });

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

  test('says of a photo that is cut short, turned or of nothing what the server says', async () => {
    const daisy = inject('validPhotos').find(({ name }) => name === 'daisy.jpg');
    const jpeg = Uint8Array.fromBase64(daisy?.base64 ?? '');
    const photos = {
      truncated: [jpeg.slice(0, jpeg.length * 0.8), { image: { truncated: true } }],
      turned: [turned(jpeg), { image: { orientation: 6, width: 375, height: 500 } }],
      unknown: [grayBmp(), { unknown: true }],
    } as const;
    for (const [name, [photo, expected]] of Object.entries(photos)) {
      const answer = (await (await askServer(photo)).json()) as ClassifyAnswer;
      // Of weights from a seed nothing is known.
      if (inject('trained') || name !== 'unknown') expect(answer).toMatchObject(expected);
      expectSame(await pages.isolated.classify(photo.toBase64()), answer, name);
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

  test('breaks no policy, and says nothing in the console', async () => {
    expect(watched.violations).toEqual([]);
    expect([...pages.isolated.failures, ...pages.plain.failures]).toEqual([]);
    // That a violation in a Web Worker would have been heard of:
    const [worker] = pages.isolated.page.workers();
    await worker.evaluate(() => fetch('http://127.0.0.1:1/').catch(() => undefined));
    await expect
      .poll(() => watched.violations)
      .toEqual([expect.stringMatching(/connect-src.*127\.0\.0\.1:1\b.*local-worker/)]);
  });
});
