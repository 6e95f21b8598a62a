/** What the page says where there is no answer, or none yet. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPetal } from '../../src/testing/start-petal.ts';
import { newContext } from '../support/chromium.ts';
import { hasChromium, usePetalInChromium } from '../support/petal-in-chromium.ts';
import {
  barsOf,
  expectAccessible,
  invalidPhoto,
  openTryPage,
  pick,
  type TryPage,
  validPhoto,
} from './try-page.ts';

const daisy = validPhoto('jpeg/daisy.jpg');

describe.runIf(hasChromium)('the page to try Petal, refused', () => {
  const started = usePetalInChromium({ bindings: { PETAL_MAX_UPLOAD_MB: '1' } });
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'petal-refused-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function open(): Promise<TryPage> {
    return await openTryPage(started.browser, started.petal.url);
  }

  /** Failures but for what the browser itself says of a status. */
  function unexpected(failures: readonly string[]): string[] {
    return failures.filter((failure) => !failure.startsWith('Failed to load resource'));
  }

  async function expectRefusal(page: Page, code: string): Promise<string> {
    const refusal = page.locator('.refusal');
    await refusal.waitFor();
    expect(await refusal.getByRole('link').getAttribute('href')).toBe(`/problems/${code}`);
    return (await refusal.locator('.refusal-sentence').textContent()) ?? '';
  }

  test('says what a file is that is no photo, and takes the next', async () => {
    const { page, failures, close } = await open();
    await pick(page, invalidPhoto('unsupported-media-type/text.txt'));
    const sentence = await expectRefusal(page, 'unsupported-media-type');
    expect(sentence.length).toBeGreaterThan(20);
    await expectAccessible(page, 'refused');
    const link = page.locator('.refusal').getByRole('link');
    const response = await page.request.get(
      new URL((await link.getAttribute('href')) ?? '', started.petal.url).href,
    );
    expect(response.status()).toBe(200);
    await pick(page, daisy);
    expect(await barsOf(page)).toHaveLength(5);
    expect(unexpected(failures)).toEqual([]);
    await close();
  });

  test('says that a file is too large which the browser can not reduce', async () => {
    const path = join(folder, 'large.heic');
    await writeFile(path, new Uint8Array(1_500_000));
    const { page, failures, close } = await open();
    await pick(page, path);
    expect(await expectRefusal(page, 'payload-too-large')).toContain('larger than 1 MB');
    expect(unexpected(failures)).toEqual([]);
    await close();
  });

  test('waits as long as Petal says while it is busy, tells so, and is answered then', async () => {
    const { page, failures, close } = await open();
    let refusals = 0;
    await page.route('**/v1/classify**', async (route) => {
      if (refusals++ > 0) return await route.continue();
      await route.fulfill({
        status: 429,
        headers: { 'Retry-After': '2', 'Content-Type': 'application/problem+json' },
        body: JSON.stringify({
          type: new URL('/problems/rate-limited', started.petal.url).href,
          title: 'There were too many requests',
          status: 429,
          detail: 'There were too many requests.',
          code: 'rate-limited',
        }),
      });
    });
    await pick(page, daisy);
    await page.getByText(/Petal is busy, trying again in [12] s/).waitFor();
    await expectAccessible(page, 'waiting');
    expect(await barsOf(page)).toHaveLength(5);
    expect(unexpected(failures)).toEqual([]);
    await close();
  });

  test('says that no answer came, and tries again when it is asked to', async () => {
    const { page, failures, close } = await open();
    await page.route('**/v1/classify**', (route) => route.abort());
    await pick(page, daisy);
    const sentence = page.getByText('No answer came from');
    await sentence.waitFor();
    await expectAccessible(page, 'no answer');
    await page.unroute('**/v1/classify**');
    await page.getByRole('button', { name: 'Try again' }).click();
    expect(await barsOf(page)).toHaveLength(5);
    expect(unexpected(failures)).toEqual([]);
    await close();
  });

  test('does not wait for ever for an answer that broke off, to what may be done here', async () => {
    const context = await newContext(started.browser);
    const page = await context.newPage();
    await page.route('**/v1/access', (route) => route.fulfill({ body: '{"scopes": ["cl' }));
    await page.goto(started.petal.url.href);
    await pick(page, daisy);
    expect(await barsOf(page)).toHaveLength(5);
    await context.close();
  });

  test('says that the server is gone, and keeps the photo', async () => {
    const other = await startPetal({ bundle: inject('bundle') });
    const { page, close } = await openTryPage(started.browser, other.url);
    await other.dispose();
    await pick(page, daisy);
    await page.getByText(`No answer came from ${other.url.origin}`).waitFor();
    expect(await page.locator('.photo-frame img').count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(1);
    await close();
  });

  test('sends a large photo over a slow network', async () => {
    const path = join(folder, 'large.jpg');
    await sharp(validPhoto('jpeg/daisy.jpg')).resize(4000, 3000).jpeg({ quality: 97 }).toFile(path);
    const { page, failures, close } = await open();
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    // What a telephone has at the edge of its network: 20 kB in a second.
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: 50_000,
      uploadThroughput: 20_000,
    });
    await pick(page, path);
    await page.getByText('Petal is looking at your photo').waitFor();
    expect(await barsOf(page)).toHaveLength(5);
    expect(failures).toEqual([]);
    await close();
  });

  test('says that it is offline', async () => {
    const { page, close } = await open();
    await page.context().setOffline(true);
    await page.locator('.offline').waitFor();
    await pick(page, daisy);
    await page.locator('.refusal').getByText('You are offline.').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    expect(await barsOf(page)).toHaveLength(5);
    await page.locator('.offline').waitFor({ state: 'hidden' });
    await close();
  });

  test('aborts the former photo for a new one, and is cancelled', async () => {
    const { page, failures, close } = await open();
    const aborted: string[] = [];
    page.on('requestfailed', (request) => aborted.push(request.failure()?.errorText ?? ''));
    let isSlow = true;
    let asked = 0;
    // A network on which nothing comes back for as long as the test wants.
    await page.route('**/v1/classify**', async (route) => {
      asked++;
      if (!isSlow) await route.continue();
    });
    await pick(page, daisy);
    await expect.poll(() => asked).toBe(1);
    await page.getByText('Petal is looking at your photo').waitFor();
    await expectAccessible(page, 'asking');
    await pick(page, validPhoto('jpeg/balloon.jpg'));
    await expect.poll(() => [asked, aborted.length]).toEqual([2, 1]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => aborted.length).toBe(2);
    expect(await page.locator('.answer').count()).toBe(0);
    isSlow = false;
    await pick(page, daisy);
    expect(await barsOf(page)).toHaveLength(5);
    expect(unexpected(failures)).toEqual([]);
    await close();
  });
});
