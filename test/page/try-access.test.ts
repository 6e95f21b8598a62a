/** The page where Petal asks for a key, or for a check that a person asks. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeKey, makeKey } from '../../src/access/api-keys.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium, newContext } from '../support/chromium.ts';
import { dummySecrets, dummySiteKey, dummyToken, startSiteverify } from '../support/siteverify.ts';
import { barsOf, expectAccessible, openTryPage, pick, validPhoto } from './try-page.ts';

const executablePath = chromiumPath();
const daisy = validPhoto('jpeg/daisy.jpg');

describe.runIf(executablePath !== null)('the page of a Petal', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(executablePath ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  describe('with keys', () => {
    const key = makeKey();
    const otherKey = makeKey();
    let petal: Petal;
    beforeAll(async () => {
      petal = await startPetal({
        bundle: inject('bundle'),
        bindings: {
          PETAL_ACCESS: 'keys',
          PETAL_ALLOWED_ORIGINS: '',
          PETAL_API_KEYS: JSON.stringify([
            await describeKey(key, 'page', ['classify']),
            await describeKey(otherKey, 'trainer', ['train']),
          ]),
        },
      });
    });
    afterAll(async () => {
      await petal.dispose();
    });

    test('asks for a key, says what is wrong with one, and keeps the right one in its tab', async () => {
      const { page, failures, close } = await openTryPage(browser, petal.url);
      const field = page.getByLabel('Key', { exact: true });
      await field.waitFor();
      await expectAccessible(page, 'asking for a key');
      expect(await page.getByRole('button', { name: 'Choose photos' }).count()).toBe(0);

      await field.fill(makeKey());
      await page.getByRole('button', { name: 'Use it' }).click();
      const sentence = page.locator('.key [role="alert"]');
      await sentence.waitFor();
      expect(await sentence.textContent()).toMatch(/key/i);
      await expectAccessible(page, 'with a wrong key');

      await field.fill(otherKey);
      await page.getByRole('button', { name: 'Use it' }).click();
      await page.getByText('This key may not classify photos').waitFor();

      await field.fill(key);
      await page.getByRole('button', { name: 'Use it' }).click();
      await pick(page, daisy);
      expect(await barsOf(page)).toHaveLength(5);
      const command = await page.locator('pre').textContent();
      expect(command).toContain('-H "Authorization: Bearer $PETAL_KEY"');
      expect(await page.content()).not.toContain(key);

      await page.reload();
      await pick(page, daisy);
      expect(await barsOf(page)).toHaveLength(5);
      expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(key);

      await page.getByRole('button', { name: 'Forget it' }).click();
      await field.waitFor();
      expect(failures.filter((failure) => !failure.includes('401'))).toEqual([]);
      await close();
    });

    test('lets photos be looked at in the browser without one', async () => {
      const { page, questions, close } = await openTryPage(browser, petal.url);
      await page.getByRole('switch').click();
      await pick(page, daisy);
      expect(await barsOf(page)).toHaveLength(5);
      expect(questions).toEqual([]);
      await close();
    });
  });

  test('with Turnstile sends a new token with each photo', async () => {
    const siteverify = await startSiteverify();
    await using petal = await startPetal({
      bundle: inject('bundle'),
      bindings: {
        PETAL_ACCESS: 'open',
        PETAL_TURNSTILE_SITE_KEY: dummySiteKey,
        PETAL_TURNSTILE_SECRET_KEY: dummySecrets.passes,
      },
      // Wherever Cloudflare's siteverify is, the stub answers.
      outbound: async (request) =>
        fetch(siteverify.url, {
          method: 'POST',
          headers: request.headers,
          body: await request.arrayBuffer(),
        }),
    });
    const context = await newContext(browser);
    const page = await context.newPage();
    const failures: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) failures.push(message.text());
    });
    const tokens: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') tokens.push(request.headers()['cf-turnstile-response']);
    });
    const scripts: string[] = [];
    await page.route('https://challenges.cloudflare.com/**', async (route) => {
      scripts.push(route.request().url());
      await route.fulfill({ contentType: 'text/javascript', body: turnstileStub });
    });
    await page.goto(petal.url.href);
    await page.locator('.challenge').getByText('A person').waitFor();
    for (const name of ['daisy.jpg', 'balloon.jpg']) {
      await pick(page, validPhoto(`jpeg/${name}`));
      await page.getByRole('region', { name: `Answer for ${name}` }).waitFor();
      expect(await barsOf(page)).toHaveLength(5);
    }
    expect(scripts).toEqual([
      'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit',
    ]);
    expect(tokens).toEqual([dummyToken, dummyToken]);
    // It made one at first, and one after each that was used.
    expect(await page.locator('.challenge').textContent()).toBe('A person, 3 tokens');
    expect(failures).toEqual([]);
    await context.close();
    await siteverify.close();
  });

  test('says so where Turnstile can not be loaded, and tries again', async () => {
    await using petal = await startPetal({
      bundle: inject('bundle'),
      bindings: {
        PETAL_ACCESS: 'open',
        PETAL_TURNSTILE_SITE_KEY: dummySiteKey,
        PETAL_TURNSTILE_SECRET_KEY: dummySecrets.passes,
      },
      outbound: () => Response.json({ success: true }),
    });
    const context = await newContext(browser);
    const page = await context.newPage();
    await page.route('https://challenges.cloudflare.com/**', (route) => route.abort());
    await page.goto(petal.url.href);
    await pick(page, daisy);
    await page.getByText('could not be loaded or passed').waitFor();
    await page.route('https://challenges.cloudflare.com/**', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: turnstileStub }),
    );
    await page.getByRole('button', { name: 'Try again' }).click();
    expect(await barsOf(page)).toHaveLength(5);
    await context.close();
  });
});

/** A widget as Turnstile's: it makes tokens a moment after it is rendered, and after each reset. */
const turnstileStub = `
globalThis.turnstile = {
  render(place, { callback }) {
    let count = 0;
    this.make = () => setTimeout(() => {
      count++;
      place.textContent = 'A person, ' + count + ' tokens';
      callback(${JSON.stringify(dummyToken)});
    }, 50);
    this.make();
    return 'widget';
  },
  reset() { this.make(); },
  remove() {},
};`;
