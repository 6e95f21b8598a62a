import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import type { PetalImageElement } from '../../src/widget/widget.ts';
import { hasChromium } from '../support/petal-in-chromium.ts';
import {
  choose,
  daisy,
  fixturePath,
  type Opened,
  openPage,
  settled,
  stateOf,
  useWidgetPage,
} from './support.ts';

const text = fixturePath('invalid/unsupported-media-type/text.txt');

describe.runIf(hasChromium)('the widget’s requests', () => {
  const site = useWidgetPage({ PETAL_MAX_UPLOAD_MB: '1' });
  let strangers: Petal;
  beforeAll(async () => {
    strangers = await startPetal({ bundle: inject('bundle') });
  });
  afterAll(async () => {
    await strangers.dispose();
  });

  async function open(
    html = '<form><petal-image name="photo" label="What is it?"></petal-image></form>',
    options: BrowserContextOptions = {},
  ): Promise<Opened> {
    site.body = html;
    return await openPage(site.browser, site.url, options);
  }

  const status = (widget: Opened['widget']) => widget.getByRole('status').textContent();

  /** Answers the next requests with these statuses, and the others really. */
  async function refuse(page: Page, ...refusals: { status: number; retryAfter: string }[]) {
    const seen: number[] = [];
    await page.route('**/v1/classify', async (route) => {
      const refusal = refusals.shift();
      seen.push(refusal?.status ?? 200);
      if (refusal === undefined) return await route.continue();
      const { status, retryAfter } = refusal;
      await route.fulfill({
        status,
        headers: {
          'Access-Control-Allow-Origin': site.url.origin,
          'Access-Control-Expose-Headers': 'Retry-After',
          'Retry-After': retryAfter,
        },
        contentType: 'application/problem+json',
        json: {
          type: 'about:blank',
          title: 'Too many requests',
          status,
          detail: 'There were too many requests.',
          code: 'rate-limited',
        },
      });
    });
    return seen;
  }

  test.for([429, 503])(
    'are sent again after %i, when the server says, and that is said',
    async (code) => {
      const { page, widget } = await open();
      const seen = await refuse(page, { status: code, retryAfter: '7' });
      await page.clock.install();
      await choose(widget, daisy);
      await widget.getByText('It is asked again in 7 seconds.').waitFor();
      expect(seen).toEqual([code]);
      await page.clock.fastForward(6_900);
      expect(seen).toEqual([code]);
      // Clients draw waits out by up to a quarter.
      await page.clock.fastForward(2_000);
      await settled(widget);
      expect(seen).toEqual([code, 200]);
      expect((await stateOf(widget)).answer).not.toBeNull();
      await page.context().close();
    },
  );

  test('are given up where the wait is too long, until they are wanted again', async () => {
    const { page, widget } = await open();
    const seen = await refuse(page, { status: 429, retryAfter: '3600' });
    await choose(widget, daisy);
    await settled(widget);
    expect(await status(widget)).toBe('There were too many requests.');
    // That is not the photo's fault.
    expect(await stateOf(widget)).toMatchObject({ valid: true, value: { name: 'daisy.jpg' } });
    await widget.getByRole('button', { name: 'Try again' }).click();
    await settled(widget);
    expect(seen).toEqual([429, 200]);
    expect((await stateOf(widget)).answer).not.toBeNull();
    await page.context().close();
  });

  test('are refused with the server’s sentence where the file is no photo', async () => {
    const { page, widget } = await open();
    const error = await errorOf(widget, () => choose(widget, text));
    expect(error.code).toBe('unsupported-media-type');
    expect(await status(widget)).toBe(error.detail);
    expect(await widget.getByRole('button').allTextContents()).toEqual([
      'Choose another photo',
      'Remove',
    ]);
    await choose(widget, daisy);
    await settled(widget);
    expect((await stateOf(widget)).answer).not.toBeNull();
    await page.context().close();
  });

  test('are refused with the server’s sentence where the file is too large to be sent', async () => {
    const { page, widget } = await open();
    // The browser can't reduce what is no photo.
    const error = await errorOf(widget, () =>
      choose(widget, {
        name: 'film.mov',
        mimeType: 'video/quicktime',
        buffer: Buffer.alloc(2_000_000, 1),
      }),
    );
    expect(error.code).toBe('payload-too-large');
    expect(await stateOf(widget)).toMatchObject({ valid: false, validationMessage: error.detail });
    await page.context().close();
  });

  test('show that they take their time', async () => {
    const { page, widget } = await open();
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/v1/classify', async (route) => {
      await held;
      await route.continue();
    });
    await Promise.all([page.waitForRequest('**/v1/classify'), choose(widget, daisy)]);
    expect(await status(widget)).toBe('Looking at the photo …');
    expect(await widget.getByRole('progressbar').isVisible()).toBe(true);
    expect(await widget.getByRole('img', { name: 'daisy.jpg' }).isVisible()).toBe(true);
    answer();
    await settled(widget);
    expect((await stateOf(widget)).answer).not.toBeNull();
    await page.context().close();
  });

  test.for([
    [
      'removes the photo',
      (widget: Opened['widget']) => widget.getByRole('button', { name: 'Remove' }).click(),
    ],
    [
      'chooses another one',
      (widget: Opened['widget']) => choose(widget, fixturePath('valid/jpeg/candle.jpg')),
    ],
  ] as const)('are broken off when somebody %s', async ([, act]) => {
    const { page, widget, failures } = await open();
    let requests = 0;
    await page.route('**/v1/classify', async (route) => {
      requests++;
      if (requests > 1) await route.continue();
    });
    const errors = await widget.evaluateHandle((element) => {
      const errors: Event[] = [];
      element.addEventListener('petal-error', (event) => errors.push(event));
      return errors;
    });
    await Promise.all([page.waitForRequest('**/v1/classify'), choose(widget, daisy)]);
    const failed = page.waitForEvent('requestfailed');
    await act(widget);
    expect((await failed).failure()?.errorText).toContain('ABORTED');
    await settled(widget);
    const { files, answer } = await stateOf(widget);
    expect(answer === null).toBe(files.length === 0);
    expect(await errors.evaluate((all) => all.length)).toBe(0);
    expect(failures).toEqual([]);
    await page.context().close();
  });

  test('to a server that is gone end with a sentence, and with its answer once it is back', async () => {
    const { page, widget } = await open();
    await page.route('**/v1/classify', (route) => route.abort('connectionrefused'));
    const error = await errorOf(widget, () => choose(widget, daisy));
    expect(error.code).toBe('network');
    expect(error.detail).toContain(site.petal.url.origin);
    expect(await stateOf(widget)).toMatchObject({ valid: true });
    await page.unroute('**/v1/classify');
    await widget.getByRole('button', { name: 'Try again' }).click();
    await settled(widget);
    expect((await stateOf(widget)).answer).not.toBeNull();
    await page.context().close();
  });

  test('to a Petal that doesn’t list the page say where it would be listed', async () => {
    site.from = () => strangers.url;
    const { page, widget } = await open();
    const error = await errorOf(widget, () => choose(widget, daisy));
    expect(error.code).toBe('network');
    expect(error.detail).toContain(`${site.url.origin}, in PETAL_ALLOWED_ORIGINS`);
    await page.context().close();
  });

  test('go to the endpoint, wherever the script is from', async () => {
    site.from = () => strangers.url;
    const { page, widget } = await open(
      `<petal-image name="photo" endpoint="${site.petal.url.origin}"></petal-image>`,
    );
    await choose(widget, daisy);
    await settled(widget);
    expect((await stateOf(widget)).answer).not.toBeNull();
    // A path belongs to it.
    const request = page.waitForRequest('**/v1/classify');
    await widget.evaluate((element) => element.setAttribute('endpoint', '/photos'));
    expect((await request).url()).toBe(new URL('/photos/v1/classify', site.url).href);
    const error = await errorOf(widget, () =>
      widget.evaluate((element) => element.setAttribute('endpoint', 'https://:80')),
    );
    expect(error.code).toBe('internal');
    await page.context().close();
  });

  test('work under the strictest policy that lets Petal’s script run, and break none of it', async () => {
    site.policy = [
      "default-src 'none'",
      `script-src ${site.petal.url.origin}`,
      `connect-src ${site.petal.url.origin}`,
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; ');
    const { page, widget, failures } = await open();
    await choose(widget, daisy);
    await settled(widget);
    expect((await stateOf(widget)).answer).not.toBeNull();
    expect(await widget.getByRole('img', { name: 'daisy.jpg' }).isVisible()).toBe(true);
    const bar = widget.locator('[part=bar]').first();
    expect(await bar.evaluate((element) => getComputedStyle(element).position)).toBe('absolute');
    await choose(widget, text);
    await widget.locator('[part~=error]').waitFor();
    expect(failures.filter((failure) => !failure.includes('415'))).toEqual([]);
    await page.context().close();
  });

  describe('with Turnstile on the page', () => {
    const withTurnstile = (value: string) =>
      `<form><div class="cf-turnstile"><div><input type="hidden" name="cf-turnstile-response" value="${value}"></div></div>
      <petal-image name="photo"></petal-image></form>
      <script>
        const resets = [];
        globalThis.turnstile = {
          reset(widget) {
            resets.push(widget.className);
            document.querySelector('[name=cf-turnstile-response]').value = 'token ' + resets.length;
          },
        };
      </script>`;

    /** The token of each request. */
    async function tokens(page: Page) {
      const sent: (string | undefined)[] = [];
      await page.route('**/v1/classify', async (route) => {
        const [, token] =
          /name="cf-turnstile-response"\r\n\r\n([^\r]*)/.exec(route.request().postData() ?? '') ??
          [];
        sent.push(token);
        await route.continue();
      });
      return sent;
    }

    test('take its token, and have it make another one each time', async () => {
      const { page, widget } = await open(withTurnstile('token 0'));
      const sent = await tokens(page);
      await choose(widget, daisy);
      await settled(widget);
      await choose(widget, daisy);
      await settled(widget);
      expect(sent).toEqual(['token 0', 'token 1']);
      expect(await page.evaluate('resets')).toEqual(['cf-turnstile', 'cf-turnstile']);
      expect(await page.locator('[name=cf-turnstile-response]').inputValue()).toBe('token 2');
      await page.context().close();
    });

    test('wait until the token is there', async () => {
      const { page, widget } = await open(withTurnstile(''));
      const sent = await tokens(page);
      await choose(widget, daisy);
      await widget.getByRole('img').waitFor();
      expect(sent).toEqual([]);
      await page.evaluate(() => {
        const field = document.querySelector<HTMLInputElement>('[name=cf-turnstile-response]');
        if (field !== null) field.value = 'late';
      });
      await settled(widget);
      expect(sent).toEqual(['late']);
      await page.context().close();
    });

    test('take a token from the page, once', async () => {
      const { page, widget } = await open('<petal-image name="photo"></petal-image>');
      const sent = await tokens(page);
      await widget.evaluate((element) => {
        (element as PetalImageElement).challengeToken = 'of the page';
      });
      await choose(widget, daisy);
      await settled(widget);
      await choose(widget, daisy);
      await settled(widget);
      expect(sent).toEqual(['of the page', undefined]);
      await page.context().close();
    });
  });
});

/** What `petal-error` tells of what is done. */
async function errorOf(
  widget: Opened['widget'],
  act: () => Promise<unknown>,
): Promise<{ code: string; detail: string }> {
  // In an object: a promise would be waited for here.
  const heard = await widget.evaluateHandle((element) => ({
    error: new Promise<{ code: string; detail: string }>((resolve) => {
      (element as HTMLElement).addEventListener('petal-error', ({ detail }) => resolve(detail), {
        once: true,
      });
    }),
  }));
  await act();
  return await heard.evaluate(({ error }) => error);
}
