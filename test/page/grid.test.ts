/** Several photos on the page: the grid, what is downloaded from it, and how it goes on after failures. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type ClassifyAnswer, classifyAnswer } from '../../src/contract/answers.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { expectFits, openPage, type RunInPage, runInPage } from './browser-page.ts';
import { readCsv } from './read-csv.ts';
import { expectAccessible } from './try-page.ts';

const executablePath = chromiumPath();
const fixtures = join(import.meta.dirname, '../fixtures');
const ten = [
  'jpeg/balloon.jpg',
  'jpeg/candle.jpg',
  'jpeg/crossword-puzzle.jpg',
  'jpeg/daisy.jpg',
  'jpeg/golf-ball.jpg',
  'jpeg/jack-o-lantern.jpg',
  'jpeg/soccer-ball.jpg',
  'jpeg/spider-web.jpg',
  'jpeg/traffic-light.jpg',
  'webp/golf-ball.webp',
].map((name) => join(fixtures, 'valid', name));
const [balloon, candle, , daisy] = ten;
const text = join(fixtures, 'invalid/unsupported-media-type/text.txt');

describe.runIf(executablePath !== null)('several photos on the page', () => {
  let petal: Petal;
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
    browser = await launchChromium(executablePath ?? '');
    folder = await mkdtemp(join(tmpdir(), 'petal-grid-'));
  });
  afterAll(async () => {
    await browser.close();
    await petal.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  function withPage(run: RunInPage, options?: BrowserContextOptions): Promise<void> {
    return runInPage(browser, petal.url, run, options);
  }

  async function give(page: Page, ...paths: readonly string[]): Promise<void> {
    await page.locator('input.files').setInputFiles(paths);
    await page.locator('.grid').waitFor();
  }

  async function giveFolder(page: Page, path: string): Promise<void> {
    await page.locator('input.folder').setInputFiles(path);
    await page.locator('.grid').waitFor();
  }

  /** Waits until every photo was asked about. */
  async function finished(page: Page): Promise<void> {
    await page.getByRole('status').filter({ hasText: 'answered.' }).waitFor();
    await page.locator('button:enabled', { hasText: 'Download CSV' }).waitFor();
  }

  function tile(page: Page, name: string): Locator {
    return page.locator('.tile').filter({ has: page.locator('.tile-name', { hasText: name }) });
  }

  async function answerOf(path: string): Promise<ClassifyAnswer> {
    const response = await petal.fetch('/v1/classify', {
      method: 'POST',
      body: await readFile(path),
    });
    return classifyAnswer.parse(await response.json());
  }

  /** A folder with photos in folders, by their paths in it. */
  async function makeFolder(name: string, photos: Record<string, string>): Promise<string> {
    const root = join(folder, name);
    for (const [path, source] of Object.entries(photos)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await cp(source, join(root, path));
    }
    return root;
  }

  async function saved(page: Page, button: string): Promise<{ name: string; path: string }> {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    const name = download.suggestedFilename();
    const path = join(folder, name);
    await download.saveAs(path);
    return { name, path };
  }

  test('ten are two rows of five, with the labels that the API gives', () =>
    withPage(async (page) => {
      await give(page, ...ten);
      await finished(page);
      const places = await page
        .locator('.tile')
        .evaluateAll((tiles) => tiles.map((each) => each.getBoundingClientRect()));
      expect(new Set(places.map(({ top }) => top)).size).toBe(2);
      expect(new Set(places.map(({ left }) => left)).size).toBe(5);
      for (const [at, path] of ten.entries()) {
        const own = page.locator('.tile').nth(at);
        const { predictions, unknown } = await answerOf(path);
        expect(await own.locator('strong').textContent()).toBe(predictions[0].label);
        expect(await own.locator('.tile-bars li > :first-child').allTextContents()).toEqual(
          predictions.slice(0, 3).map(({ label }) => label),
        );
        expect(await own.locator('.number').first().textContent()).toBe(
          `${(predictions[0].probability * 100).toFixed(1)} %`,
        );
        const width = await own
          .locator('.tile-bar span')
          .first()
          .evaluate((bar) => {
            const track = bar.parentElement ?? bar;
            return bar.getBoundingClientRect().width / track.getBoundingClientRect().width;
          });
        expect(width).toBeCloseTo(predictions[0].probability, 2);
        expect(await own.getByText('not sure').count()).toBe(unknown ? 1 : 0);
        expect(await own.locator('.tile-name').textContent()).toBe(basename(path));
      }
    }));

  test('photos that are not to be uploaded are answered here, with the same labels', () =>
    withPage(async (page) => {
      const sent: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST') sent.push(request.url());
      });
      await page.getByLabel('Don’t upload my photos').check();
      await give(page, ...ten.slice(0, 4));
      await finished(page);
      for (const [at, path] of ten.slice(0, 4).entries()) {
        const { predictions } = await answerOf(path);
        const label = page.locator('.tile').nth(at).locator('strong');
        expect(await label.textContent()).toBe(predictions[0].label);
      }
      expect(sent).toEqual([]);
    }));

  test.runIf(inject('trained'))(
    'folders that are called like labels give ticks and crosses, others give neither',
    () =>
      withPage(async (page) => {
        const root = await makeFolder('things', {
          'candle/1.jpg': candle,
          'Jack_o_Lantern/2.jpg': ten[5],
          'soccer ball/3.jpg': daisy,
          'whatever/4.jpg': balloon,
          'whatever/n02782093_balloon.jpg': balloon,
        });
        await giveFolder(page, root);
        await finished(page);
        const verdict = (name: string): Locator => tile(page, name).locator('svg');
        expect(await verdict('1.jpg').getAttribute('aria-label')).toBe('right:');
        expect(await verdict('2.jpg').getAttribute('aria-label')).toBe('right:');
        expect(await verdict('3.jpg').getAttribute('aria-label')).toBe('wrong:');
        expect(await tile(page, '3.jpg').textContent()).toContain('is soccer ball');
        expect(await verdict('4.jpg').count()).toBe(0);
        expect(await verdict('n02782093_balloon.jpg').getAttribute('aria-label')).toBe('right:');
        expect(await tile(page, '1.jpg').textContent()).toContain('in things/candle');
        await page.getByText('5 photos, 3 of 4 right').waitFor();
        await page.getByRole('button', { name: 'wrong 1' }).click();
        expect(await page.locator('.tile').count()).toBe(1);
        await page.getByRole('button', { name: 'all 5' }).click();
        expect(await page.locator('.tile').count()).toBe(5);
      }),
  );

  test('one that is refused says why, and stops no other', () =>
    withPage(async (page) => {
      const names: string[] = [];
      page.on('request', (request) => {
        if (request.url().includes('/v1/classify')) names.push(request.method());
      });
      await give(page, balloon, text, daisy);
      await finished(page);
      const response = await petal.fetch('/v1/classify', {
        method: 'POST',
        body: await readFile(text),
      });
      const { detail } = (await response.json()) as { detail: string };
      expect(await tile(page, 'text.txt').locator('.refused').textContent()).toBe(detail);
      expect(await page.locator('.tile strong').count()).toBe(2);
      await page.getByText('1 photo refused.').waitFor();
      names.length = 0;
      await page.getByRole('button', { name: 'Try again' }).click();
      await finished(page);
      expect(names).toHaveLength(1);
    }));

  test('the CSV holds what the API answered', () =>
    withPage(async (page) => {
      const root = await makeFolder('csv', {
        'a/=1+1.jpg': candle,
        'a/b, c/"d".jpg': daisy,
        'e.jpg': balloon,
      });
      await writeFile(join(root, 'broken.jpg'), await readFile(text));
      await giveFolder(page, root);
      await finished(page);
      const { name, path } = await saved(page, 'Download CSV');
      expect(name).toMatch(/^petal-mobilenet_v2_1\.0_224-\d{4}-\d\d-\d\d\.csv$/);
      const rows = new Map(
        readCsv(await readFile(path, 'utf8')).map((row) => [`${row.folder}/${row.file}`, row]),
      );
      expect(rows.size).toBe(4);
      for (const [key, source] of [
        ["csv/a/'=1+1.jpg", candle],
        ['csv/a/b, c/"d".jpg', daisy],
        ['csv/e.jpg', balloon],
      ]) {
        const { model, predictions, unknown } = await answerOf(source);
        const row = rows.get(key);
        expect(row, key).toMatchObject({ model, unknown: String(unknown), problem: '' });
        for (const [at, { label, probability }] of predictions.entries()) {
          const place = at === 0 ? '' : at + 1;
          expect(row?.[`label${place}`]).toBe(label);
          expect(Number(row?.[`probability${place}`])).toBe(probability);
        }
      }
      expect(rows.get('csv/broken.jpg')).toMatchObject({
        label: '',
        problem: 'unsupported-media-type',
        'problem sentence': expect.stringContaining('no image format'),
      });
    }));

  test('the sheet is a page of its own that shows all, asks nobody and breaks no rule', () =>
    withPage(async (page) => {
      const root = await makeFolder('sheet', {
        'candle/1.jpg': candle,
        'candle/<img src=x onerror=alert(1)>.jpg': daisy,
      });
      await cp(text, join(root, 'broken.jpg'));
      await giveFolder(page, root);
      await finished(page);
      const { name, path } = await saved(page, 'Download sheet');
      expect(name).toMatch(/\.html$/);
      expect(await readFile(path, 'utf8')).not.toContain('<script');
      for (const colorScheme of ['light', 'dark'] as const) {
        const requests: string[] = [];
        const sheet = await openPage(browser, new URL('about:blank'), { colorScheme });
        sheet.page.on('request', (request) => {
          if (!request.url().startsWith('data:')) requests.push(request.url());
        });
        await sheet.page.goto(pathToFileURL(path).href);
        expect(await sheet.page.locator('.tile').count()).toBe(3);
        expect(await sheet.page.locator('img').count()).toBe(2);
        const widths = await sheet.page
          .locator('img')
          .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
        expect(Math.min(...widths)).toBeGreaterThan(200);
        expect(await sheet.page.locator('body').textContent()).toContain('onerror=alert(1)');
        expect(await sheet.page.locator('.tile-bars').count()).toBe(2);
        expect(await sheet.page.locator('.refused').textContent()).toContain('no image format');
        const paper = await sheet.page.evaluate(
          () => getComputedStyle(document.body).backgroundColor,
        );
        expect(paper).toBe(colorScheme === 'dark' ? 'rgb(20, 23, 31)' : 'rgb(253, 252, 250)');
        await expectAccessible(sheet.page, `the sheet in ${colorScheme}`);
        expect(requests).toEqual([pathToFileURL(path).href]);
        expect(sheet.failures).toEqual([]);
        await sheet.close();
      }
    }));

  test('cancelling ends the questions, and the rest can be asked later', () =>
    withPage(async (page) => {
      const questions: string[] = [];
      const failed: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST') questions.push(request.url());
      });
      page.on('requestfailed', (request) => failed.push(request.url()));
      const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
      let count = 0;
      await page.route('**/v1/classify*', async (route) => {
        count += 1;
        if (count > 2) await held;
        // So that it is work of more than two seconds.
        else await new Promise((resolve) => setTimeout(resolve, 700));
        // What was aborted meanwhile can't be continued.
        await route.continue().catch(() => undefined);
      });
      await give(page, ...ten);
      await page.locator('.tile strong').nth(1).waitFor();
      expect(await page.getByRole('progressbar').getAttribute('value')).toBe('2');
      await page.getByText(/2 of 10, about \d+ seconds left/).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('8 photos not asked.').waitFor();
      const asked = questions.length;
      expect(asked).toBeLessThan(ten.length);
      await expect.poll(() => failed.length).toBe(asked - 2);
      letGo();
      await page.getByRole('button', { name: 'Go on' }).click();
      await finished(page);
      expect(await page.locator('.tile strong').count()).toBe(10);
      expect(questions).toHaveLength(asked + 8);
    }));

  test('a server that is gone is told once, and the rest waits for it', () =>
    withPage(async (page, failures) => {
      let isGone = false;
      let count = 0;
      await page.route('**/v1/classify*', async (route) => {
        count += 1;
        isGone ||= count === 4;
        await (isGone ? route.abort('connectionrefused') : route.continue());
      });
      await give(page, ...ten);
      await page.getByRole('alert').filter({ hasText: 'No answer came' }).waitFor();
      expect(count).toBeLessThan(ten.length);
      await page.unroute('**/v1/classify*');
      await page.getByRole('button', { name: 'Go on' }).click();
      await finished(page);
      expect(await page.locator('.tile strong').count()).toBe(10);
      expect(await page.getByRole('alert').count()).toBe(0);
      expect(failures.every((failure) => failure.includes('ERR_CONNECTION_REFUSED'))).toBe(true);
      failures.length = 0;
    }));

  test('a busy Petal is waited for, and the wait is told', () =>
    withPage(async (page) => {
      let isBusy = true;
      await page.route('**/v1/classify*', async (route) => {
        if (!isBusy) return await route.continue();
        await route.fulfill({
          status: 429,
          headers: { 'Retry-After': '1' },
          contentType: 'application/problem+json',
          json: {
            type: new URL('/problems/rate-limited', petal.url).href,
            title: 'Too many requests',
            status: 429,
            detail: 'There were too many requests. Try again in 1 second.',
            code: 'rate-limited',
          },
        });
      });
      await give(page, balloon, daisy);
      await page.getByText('Petal is busy, and is asked again in 1 second.').waitFor();
      isBusy = false;
      await finished(page);
      expect(await page.locator('.tile strong').count()).toBe(2);
    }));

  test('a photo of 12 megapixels that lies on its side becomes a small upright picture', () =>
    withPage(async (page) => {
      const path = join(folder, 'large.jpg');
      const red = { r: 200, g: 20, b: 20 };
      const left = await sharp({
        create: { width: 2000, height: 3000, channels: 3, background: red },
      })
        .png()
        .toBuffer();
      await sharp({
        create: { width: 4000, height: 3000, channels: 3, background: { r: 20, g: 20, b: 200 } },
      })
        .composite([{ input: left, left: 0, top: 0 }])
        // The stored left side is the top.
        .withMetadata({ orientation: 6 })
        .jpeg()
        .toFile(path);
      await give(page, path, daisy);
      await finished(page);
      const picture = tile(page, 'large.jpg').locator('img');
      const [size, top, bottom] = await picture.evaluate((image: HTMLImageElement) => {
        const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
        const context = canvas.getContext('2d', { willReadFrequently: true });
        context?.drawImage(image, 0, 0);
        const colorAt = (y: number): number[] => [
          ...(context?.getImageData(canvas.width / 2, y, 1, 1).data ?? []),
        ];
        return [[canvas.width, canvas.height], colorAt(20), colorAt(canvas.height - 20)];
      });
      expect(size[0]).toBe(size[1]);
      expect(size[0]).toBeLessThan(500);
      expect(top[0]).toBeGreaterThan(150);
      expect(bottom[2]).toBeGreaterThan(150);
    }));

  test('a photo is opened by its picture, with the keyboard', () =>
    withPage(async (page) => {
      await give(page, balloon, daisy);
      await finished(page);
      await page.getByRole('button', { name: 'Look at daisy.jpg by itself' }).focus();
      await page.keyboard.press('Enter');
      await page.locator('.headline').waitFor();
      const questions: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST') questions.push(request.url());
      });
      await page.getByRole('button', { name: 'Back to all 2 photos' }).click();
      await finished(page);
      expect(await page.locator('.tile strong').count()).toBe(2);
      expect(questions).toEqual([]);
    }));

  test.for(['light', 'dark'] as const)('breaks no rule and fits a phone in %s', (colorScheme) =>
    withPage(
      async (page) => {
        await give(page, balloon, text, candle);
        await finished(page);
        await expectAccessible(page, 'answers and a refusal');
        await expectFits(page);
      },
      { colorScheme, viewport: { width: 390, height: 800 } },
    ),
  );
});
