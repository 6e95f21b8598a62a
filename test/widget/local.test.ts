import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { hasChromium } from '../support/petal-in-chromium.ts';
import {
  choose,
  daisy,
  type Opened,
  openPage,
  settled,
  stateOf,
  useWidgetPage,
} from './support.ts';

const answer = {
  model: 'mobilenet_v2_1.0_224',
  predictions: [{ label: 'marigold', index: 0, probability: 0.75 }],
  unknown: false,
  image: { format: 'jpeg', width: 500, height: 375, orientation: 1 },
};

/** The network in the browser as its chunk gives it, with what `act` does in place of the real one. */
function network(act: string): string {
  return `export async function askLocally(photo, question, progress) {
    globalThis.asked ??= [];
    globalThis.asked.push({ size: photo.size, topK: question.topK, url: question.url.href });
    ${act}
  }`;
}

const failWith = (code: string, sentence: string) =>
  network(`throw Object.assign(new Error('${sentence}'), { code: '${code}' });`);

describe.runIf(hasChromium)('the widget with the network in the browser', () => {
  const site = useWidgetPage();

  /** @param chunk its source; undefined where it can't be loaded */
  async function open(local: string, chunk: string | undefined | 'the real one') {
    site.body = `<petal-image name="photo" label="What is it?" ${local}></petal-image>`;
    const opened = await openPage(site.browser, site.url);
    const requests = { chunks: 0, photos: 0 };
    await opened.page.route('**/assets/local-question-*.js', async (route) => {
      requests.chunks++;
      if (chunk === undefined) return await route.abort();
      if (chunk === 'the real one') return await route.continue();
      await route.fulfill({
        contentType: 'text/javascript',
        headers: { 'Access-Control-Allow-Origin': '*' },
        body: chunk,
      });
    });
    await opened.page.route('**/v1/classify', async (route) => {
      requests.photos++;
      await route.continue();
    });
    return { ...opened, requests };
  }

  const status = (widget: Opened['widget']) => widget.getByRole('status').textContent();
  const asked = (page: Page) => page.evaluate('globalThis.asked');

  test('doesn’t load it unless it is asked for', async () => {
    const { page, widget, requests } = await open('', undefined);
    await choose(widget, daisy);
    await settled(widget);
    expect(requests).toEqual({ chunks: 0, photos: 1 });
    await page.context().close();
  });

  test.runIf(inject('trained'))('sees what the server sees, and sends nothing', async () => {
    const { page, widget, requests, failures } = await open('local="only"', 'the real one');
    await choose(widget, daisy);
    await settled(widget);
    const here = (await stateOf(widget)).answer;
    expect(requests).toEqual({ chunks: 1, photos: 0 });
    await widget.evaluate((element) => element.removeAttribute('local'));
    await settled(widget);
    const there = (await stateOf(widget)).answer;
    expect(requests.photos).toBe(1);
    expect(here?.predictions.map(({ label }) => label)).toEqual(
      there?.predictions.map(({ label }) => label),
    );
    for (const [i, { probability }] of (here?.predictions ?? []).entries()) {
      expect(probability).toBeCloseTo(there?.predictions[i]?.probability ?? Number.NaN, 3);
    }
    expect(failures).toEqual([]);
    await page.context().close();
  });

  test('runs under a policy that lets its worker and WebAssembly run', async () => {
    const { origin } = site.petal.url;
    site.policy = `default-src 'none'; script-src ${origin} 'wasm-unsafe-eval'; connect-src ${origin}; worker-src blob:`;
    const { page, widget, failures } = await open('local="only"', 'the real one');
    site.policy = '';
    await choose(widget, daisy);
    await settled(widget);
    expect(await widget.getByRole('status').textContent()).not.toContain('policy');
    expect((await stateOf(widget)).answer).not.toBeNull();
    expect(failures).toEqual([]);
    await page.context().close();
  });

  test('sends nothing, and says how much of the network is there', async () => {
    const { page, widget, requests } = await open(
      'local top-k="3"',
      network(`
        progress.onDownload(0.42);
        await new Promise((resolve) => { globalThis.go = resolve; });
        progress.onBusy();
        return ${JSON.stringify(answer)};
      `),
    );
    await choose(widget, daisy);
    await widget.getByText('Loading the network: 42 %').waitFor();
    expect(await widget.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('42');
    await page.evaluate('globalThis.go()');
    await settled(widget);
    expect(await stateOf(widget)).toMatchObject({ prediction: { label: 'marigold' }, answer });
    expect(await asked(page)).toEqual([
      { size: expect.any(Number), topK: 3, url: site.petal.url.href },
    ]);
    expect(requests).toEqual({ chunks: 1, photos: 0 });
    await page.context().close();
  });

  test.for([
    ['it can not run', failWith('local-unavailable', 'There is no WebAssembly.')],
    ['it can not be loaded', undefined],
    ['it breaks', network('throw new TypeError("x is not a function");')],
  ] as const)('asks the server where %s, and says so', async ([, chunk]) => {
    const { page, widget, requests } = await open('local', chunk);
    await choose(widget, daisy);
    await settled(widget);
    expect(await status(widget)).toMatch(
      /^This browser can’t run the network, so the photo was sent\. /,
    );
    expect((await stateOf(widget)).answer).not.toBeNull();
    expect(requests).toEqual({ chunks: 1, photos: 1 });
    await page.context().close();
  });

  test.for([
    [
      'it can not run',
      failWith('local-unavailable', 'There is no WebAssembly.'),
      'There is no WebAssembly.',
    ],
    ['it can not be loaded', undefined, /module/],
  ] as const)(
    'never asks the server with local="only": where %s, that is the problem',
    async ([, chunk, sentence]) => {
      const { page, widget, requests } = await open('local="only"', chunk);
      const code = await codeOfError(widget, () => choose(widget, daisy));
      expect(code).toBe('local-unavailable');
      expect(await status(widget)).toMatch(sentence);
      expect(await stateOf(widget)).toMatchObject({ answer: null, valid: true });
      expect(requests.photos).toBe(0);
      await page.context().close();
    },
  );

  test('refuses a photo with the sentence of the network, and doesn’t send it', async () => {
    const { page, widget, requests } = await open(
      'local',
      failWith('image-decode-failed', 'The photo is damaged.'),
    );
    const code = await codeOfError(widget, () => choose(widget, daisy));
    expect(code).toBe('image-decode-failed');
    expect(await stateOf(widget)).toMatchObject({
      valid: false,
      validationMessage: 'The photo is damaged.',
    });
    expect(requests.photos).toBe(0);
    await page.context().close();
  });

  test('listens no more to a photo that was removed', async () => {
    const { page, widget, requests } = await open(
      'local',
      network(`
        progress.onDownload(0.1);
        await new Promise((resolve) => { globalThis.go = resolve; });
        progress.onDownload(0.9);
        throw new Error('broken off');
      `),
    );
    await choose(widget, daisy);
    await widget.getByText('Loading the network: 10 %').waitFor();
    await widget.getByRole('button', { name: 'Remove' }).click();
    await page.evaluate('globalThis.go()');
    expect(await status(widget)).toBe('');
    expect(requests.photos).toBe(0);
    await page.context().close();
  });
});

async function codeOfError(widget: Opened['widget'], act: () => Promise<void>): Promise<string> {
  const heard = await widget.evaluateHandle((element) => ({
    code: new Promise<string>((resolve) => {
      (element as HTMLElement).addEventListener('petal-error', ({ detail }) =>
        resolve(detail.code),
      );
    }),
  }));
  await act();
  return await heard.evaluate(({ code }) => code);
}
