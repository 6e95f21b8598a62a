import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { type LocalPage, openLocalPage } from './local-page.ts';

const executablePath = chromiumPath();
const [photo] = inject('validPhotos');

describe.runIf(executablePath !== null)('the network in a page of Chromium', () => {
  let petal: Petal;
  let browser: Browser;
  let context: BrowserContext;
  let local: LocalPage;

  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
    browser = await launchChromium(executablePath ?? '');
    context = await browser.newContext();
    local = await openLocalPage(context, petal.url);
  });
  afterAll(async () => {
    await browser.close();
    await petal.dispose();
  });
  beforeEach(async () => {
    await local.load();
  });
  afterEach(async () => {
    await local.page.evaluate(() => globalThis.network?.dispose());
  });

  /** Runs in the page, with the network and a photo. */
  async function inPage<Result>(
    run: (photo: Blob, network: NonNullable<typeof globalThis.network>) => Promise<Result>,
  ): Promise<Result> {
    return await local.page.evaluate(`(async () => {
      const photo = new Blob([Uint8Array.fromBase64(${JSON.stringify(photo.base64)})]);
      return await (${run})(photo, network);
    })()`);
  }

  test('answers photos in the order in which they were asked', async () => {
    const order = await inPage(async (photo, network) => {
      const order: number[] = [];
      const text = new Blob(['no photo']);
      const photos = [photo, text, photo, text, photo];
      await Promise.all(
        photos.map(async (each, i) => {
          await network.classify(each).catch(() => 'refused');
          order.push(i);
        }),
      );
      return order;
    });
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  test('rejects an aborted photo at once, whether it waits or is worked on, and goes on', async () => {
    const outcomes = await inPage(async (photo, network) => {
      const controllers = [new AbortController(), new AbortController()];
      const settled: string[] = [];
      const ask = async (name: string, signal?: AbortSignal): Promise<void> => {
        const outcome = await network.classify(photo, { signal }).then(
          ({ answer }) => answer.predictions[0].label,
          (reason) => String(reason),
        );
        settled.push(`${name}: ${outcome}`);
      };
      const all = [
        ask('first', controllers[0].signal),
        ask('second', controllers[1].signal),
        ask('third'),
      ];
      for (const controller of controllers) controller.abort('stop');
      await Promise.all(all);
      await ask('fourth', AbortSignal.abort('too late'));
      return settled;
    });
    expect(outcomes).toEqual([
      'first: stop',
      'second: stop',
      expect.stringMatching(/^third: \w+/),
      'fourth: too late',
    ]);
  });

  test('leaves the page free while it works', async () => {
    const turns = await inPage(async (photo, network) => {
      const { port1, port2 } = new MessageChannel();
      let turns = 0;
      port1.onmessage = () => {
        turns += 1;
        port2.postMessage('again');
      };
      port2.postMessage('first');
      await network.classify(photo, { heatmaps: true });
      port1.close();
      return turns;
    });
    expect(turns).toBeGreaterThan(20);
  });

  test('ends its threads and refuses photos once it is disposed of', async () => {
    expect(local.page.workers().length).toBeGreaterThan(1);
    const outcomes = await inPage(async (photo, network) => {
      const reasonOf = (error: Error & { code: string }) => `${error.code}: ${error.message}`;
      const pending = network.classify(photo).catch(reasonOf);
      network.dispose();
      return [await pending, await network.classify(photo).catch(reasonOf)];
    });
    const sentence =
      'local-unavailable: The network in this browser was ended. Load it again to go on.';
    expect(outcomes).toEqual([sentence, sentence]);
    // Chromium ends threads that wait for work after two seconds.
    await expect.poll(() => local.page.workers().length, { timeout: 30_000 }).toBe(0);
  });

  test('rejects the photos that wait when its Web Worker fails, and can be loaded again', async () => {
    const worker = local.page.workers().findLast((each) => each.url().includes('local-worker'));
    const pending = inPage(async (photo, network) => {
      const ask = () => network.classify(photo).catch(({ code }: { code: string }) => code);
      // One is answered or not, depending on what comes first; those behind it are not.
      return await Promise.all(Array.from({ length: 200 }, ask));
    });
    await worker?.evaluate(() => {
      setTimeout(() => {
        throw new Error('a failure of the test');
      });
    });
    expect((await pending).at(-1)).toBe('local-unavailable');
    expect(await local.classify(photo.base64)).toEqual({
      code: 'local-unavailable',
      sentence: expect.stringContaining('a failure of the test'),
    });
    expect(await local.load()).toHaveProperty('binary');
    expect(await local.classify(photo.base64)).toHaveProperty('answer');
  });

  test('says nothing in the console', () => {
    expect(local.failures).toEqual([]);
  });
});
