/** Models of one's own on the page. */
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { classifyAnswer } from '../../src/contract/answers.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { barsOf, openTryPage, pick, validPhoto } from './try-page.ts';

const executablePath = chromiumPath();
const daisy = validPhoto('jpeg/daisy.jpg');

describe.runIf(executablePath !== null)('a model of one’s own on the page', () => {
  let petal: Petal;
  let browser: Browser;
  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
    browser = await launchChromium(executablePath ?? '');
    await teach('plant', ['daisy.jpg', 'jack-o-lantern.jpg']);
    await teach('toy', ['soccer-ball.jpg', 'golf-ball.jpg', 'balloon.jpg']);
    const response = await petal.fetch('/v1/models/things/train', { method: 'POST' });
    expect(response.status, await response.text()).toBe(201);
  });
  afterAll(async () => {
    await browser.close();
    await petal.dispose();
  });

  async function teach(label: string, names: readonly string[]): Promise<void> {
    const form = new FormData();
    for (const name of names) {
      form.append('image', new File([await readFile(validPhoto(`jpeg/${name}`))], name));
    }
    const path = `/v1/models/things/examples?label=${label}`;
    const response = await petal.fetch(path, { method: 'POST', body: form });
    expect(response.ok, await response.text()).toBe(true);
  }

  async function expectedBars() {
    const response = await petal.fetch('/v1/classify?model=things', {
      method: 'POST',
      body: await readFile(daisy),
    });
    const { predictions } = classifyAnswer.parse(await response.json());
    return predictions.map(({ label, probability }) => ({
      label,
      percent: `${(probability * 100).toFixed(1)} %`,
    }));
  }

  test('is chosen, answers the photo that is there, and can be linked', async () => {
    const { page, failures, close } = await openTryPage(browser, petal.url);
    await pick(page, daisy);
    expect(await barsOf(page)).toHaveLength(5);
    await page
      .getByLabel('Model', { exact: true })
      .selectOption({ label: 'things: 2 labels, version 1' });
    await page.getByText('things, version 1').waitFor();
    expect(await barsOf(page)).toEqual(await expectedBars());
    expect(await page.locator('pre').textContent()).toBe(
      `curl -F image=@daisy.jpg '${petal.url.origin}/v1/classify?model=things'`,
    );
    expect(new URL(page.url()).hash).toBe('#model=things');

    const linked = await openTryPage(browser, new URL(page.url()));
    await pick(linked.page, daisy);
    expect(await barsOf(linked.page)).toEqual(await expectedBars());
    expect([...failures, ...linked.failures]).toEqual([]);
    await linked.close();
    await close();
  });

  test('runs in the browser, too', async () => {
    const url = new URL('#model=things', petal.url);
    const { page, failures, questions, close } = await openTryPage(browser, url);
    await page.getByRole('switch').click();
    await pick(page, daisy);
    expect(await barsOf(page)).toEqual(await expectedBars());
    expect(await page.locator('.facts').textContent()).toContain(
      'things, version 1, in this browser',
    );
    expect(questions).toEqual([]);
    expect(failures).toEqual([]);
    await close();
  });

  test('that may not be downloaded is not run in the browser, and the photo stays there', async () => {
    const url = new URL('#model=things', petal.url);
    const { page, questions, close } = await openTryPage(browser, url);
    await page.route('**/v1/models/things/file', (route) =>
      route.fulfill({
        status: 401,
        headers: { 'Content-Type': 'application/problem+json' },
        body: JSON.stringify({
          type: new URL('/problems/unauthorized', petal.url).href,
          title: 'A key is needed',
          status: 401,
          detail: 'A key is needed.',
          code: 'unauthorized',
        }),
      }),
    );
    await page.getByRole('switch').click();
    await pick(page, daisy);
    await page.getByText("The model things can't be downloaded").waitFor();
    expect(questions).toEqual([]);
    await page.getByRole('button', { name: 'Send it to the server' }).click();
    expect(await barsOf(page)).toEqual(await expectedBars());
    expect(questions).toHaveLength(1);
    await close();
  });

  test('that is not there is refused with the names of those that are', async () => {
    const url = new URL('#model=nothing', petal.url);
    const { page, close } = await openTryPage(browser, url);
    expect(await page.getByLabel('Model', { exact: true }).inputValue()).toBe('nothing');
    await pick(page, daisy);
    const refusal = page.locator('.refusal');
    await refusal.waitFor();
    expect(await refusal.textContent()).toContain('things');
    expect(await refusal.getByRole('link').getAttribute('href')).toBe('/problems/model-not-found');
    await close();
  });
});
