/** Every way to give the page a photo, and what it then shows, against what the API answers. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { type ClassifyAnswer, classifyAnswer } from '../../src/contract/answers.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { usePetalInChromium } from '../support/petal-in-chromium.ts';
import {
  barsOf,
  expectAccessible,
  openTryPage,
  pick,
  type TryPage,
  transfer,
  validPhoto,
} from './try-page.ts';

const executablePath = chromiumPath();
const daisy = validPhoto('jpeg/daisy.jpg');
const balloon = validPhoto('jpeg/balloon.jpg');

describe.runIf(executablePath !== null)('the page to try Petal', () => {
  const started = usePetalInChromium({}, [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ]);

  async function answerOf(path: string): Promise<ClassifyAnswer> {
    const response = await started.petal.fetch('/v1/classify', {
      method: 'POST',
      body: await readFile(path),
    });
    return classifyAnswer.parse(await response.json());
  }

  async function expectAnswer(page: Page, path: string): Promise<void> {
    const { predictions } = await answerOf(path);
    expect(await barsOf(page)).toEqual(
      predictions.map(({ label, probability }) => ({
        label,
        percent: `${(probability * 100).toFixed(1)} %`,
      })),
    );
  }

  async function withPage(
    run: (opened: TryPage) => Promise<void>,
    options: Parameters<typeof openTryPage>[2] = {},
  ): Promise<void> {
    const opened = await openTryPage(started.browser, started.petal.url, options);
    try {
      await run(opened);
      expect(opened.failures).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  /** Drags a file or a folder of the machine over the page, and lets go. */
  async function drag(page: Page, path: string): Promise<void> {
    const session = await page.context().newCDPSession(page);
    const data = { items: [], files: [path], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
      if (type === 'dragOver') await page.getByText('Let go, and Petal looks').waitFor();
    }
  }

  test('shows for a photo that is picked what the API answers', () =>
    withPage(async ({ page }) => {
      await pick(page, daisy);
      await expectAnswer(page, daisy);
      const { predictions, unknown } = await answerOf(daisy);
      const headline = await page.locator('.headline').textContent();
      expect(headline).toBe(unknown ? 'Petal is not sure' : predictions[0].label);
      const widths = await page
        .locator('.bar-fill')
        .evaluateAll((all) =>
          all.map(
            (bar) =>
              Number.parseFloat(getComputedStyle(bar).width) /
              (bar.parentElement?.clientWidth ?? Number.NaN),
          ),
        );
      expect(widths[0]).toBeCloseTo(predictions[0].probability, 2);
    }));

  test.for(['drop', 'paste'] as const)('takes a photo by %s anywhere on the page', (kind) =>
    withPage(async ({ page }) => {
      await transfer(page, kind, balloon);
      await expectAnswer(page, balloon);
      expect(await page.locator('.photo-frame img').getAttribute('alt')).toContain('given.jpg');
    }),
  );

  test('takes an example from those who have no photo at hand', () =>
    withPage(async ({ page }) => {
      await page.getByRole('button', { name: 'Flower' }).click();
      expect(await barsOf(page)).toHaveLength(5);
      if (inject('trained')) expect(await page.locator('.headline').textContent()).toBe('daisy');
    }));

  test.runIf(inject('trained'))('recognises each of its examples', () =>
    withPage(async ({ page }) => {
      const found: string[] = [];
      for (const name of ['Flower', 'Balloon', 'Lantern', 'Ball']) {
        await page.reload();
        await page.getByRole('button', { name, exact: true }).click();
        found.push((await page.locator('.headline').textContent()) ?? '');
      }
      expect(found).toEqual(['daisy', 'balloon', "jack-o'-lantern", 'soccer ball']);
    }),
  );

  test('opens the dialog for files wherever the target is clicked', () =>
    withPage(async ({ page }) => {
      const chooser = page.waitForEvent('filechooser');
      await page.locator('.target').click({ position: { x: 20, y: 40 } });
      await (await chooser).setFiles([daisy]);
      await expectAnswer(page, daisy);
    }));

  test('takes a photo with a camera, and turns the camera off again', () =>
    withPage(
      async ({ page }) => {
        await page.getByRole('button', { name: 'Take a photo' }).click();
        const dialog = page.getByRole('dialog', { name: 'Take a photo' });
        await dialog.getByRole('button', { name: 'Take the photo' }).click();
        expect(await barsOf(page)).toHaveLength(5);
        expect(await page.locator('pre').textContent()).toContain('camera.jpg');
        expect(await page.locator('video').count()).toBe(0);
      },
      { permissions: ['camera'] },
    ));

  test('opens the camera of a phone by its own app', () =>
    withPage(
      async ({ page }) => {
        const chooser = page.waitForEvent('filechooser');
        await page.getByRole('button', { name: 'Take a photo' }).click();
        const input = (await chooser).element();
        expect(await input.getAttribute('capture')).toBe('environment');
        await (await chooser).setFiles(daisy);
        await expectAnswer(page, daisy);
      },
      { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    ));

  test.for(['pick', 'drop'] as const)(
    'takes a folder by %s, without what is no photo',
    async (kind) => {
      const folder = await mkdtemp(join(tmpdir(), 'petal-folder-'));
      await cp(daisy, join(folder, 'one/daisy.jpg'), { recursive: true });
      await cp(balloon, join(folder, 'two/balloon.jpg'));
      await cp(import.meta.filename, join(folder, 'two/notes.txt'));
      try {
        await withPage(async ({ page, questions }) => {
          if (kind === 'pick') await page.locator('input.folder').setInputFiles(folder);
          else await drag(page, folder);
          await page.getByText('balloon').first().waitFor();
          await page.getByText('daisy').first().waitFor();
          expect(await page.getByText('notes').count()).toBe(0);
          expect(questions.every((path) => path.startsWith('/v1/classify'))).toBe(true);
        });
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );

  test('says that the camera may not be used, and goes on without', async () => {
    const strict = await launchChromium(executablePath ?? '', [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream=deny',
    ]);
    const { page, close } = await openTryPage(strict, started.petal.url);
    await page.getByRole('button', { name: 'Take a photo' }).click();
    await page.getByText('The browser does not let this page use the camera.').waitFor();
    await expectAccessible(page, 'without a camera');
    await page.getByRole('button', { name: 'Close' }).click();
    const focused = await page.evaluate(() => document.activeElement?.textContent);
    expect(focused).toBe('Take a photo');
    await close();
    await strict.close();
  });

  test('says what was sent and how long it took, and gives the command that asks the same', () =>
    withPage(async ({ page }) => {
      const photo = validPhoto('jpeg/candle.jpg');
      await pick(page, photo);
      await barsOf(page);
      const facts = (await page.locator('.facts').textContent()) ?? '';
      expect(facts).toContain('11 kB, sent as it is');
      expect(facts).toMatch(/answered after [\d.]+ m?s/);
      expect(facts).toContain(', on the server');
      const command = (await page.locator('pre').textContent()) ?? '';
      expect(command).toBe(`curl -F image=@candle.jpg ${started.petal.url.origin}/v1/classify`);
      const { stdout } = await promisify(execFile)('sh', ['-c', command], {
        cwd: join(photo, '..'),
      });
      const { predictions } = classifyAnswer.parse(JSON.parse(stdout));
      expect((await barsOf(page))[0].label).toBe(predictions[0].label);
    }));

  test('copies the command', () =>
    withPage(
      async ({ page }) => {
        await page.getByRole('button', { name: 'Copy' }).click();
        await page.getByText('Copied').waitFor();
        expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
          await page.locator('pre').textContent(),
        );
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    ));
});
