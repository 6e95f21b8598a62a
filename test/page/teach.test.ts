/** A model from its name to its answers on the page, against what the server has stored. */
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeKey, makeKey } from '../../src/access/api-keys.ts';
import { type CustomModelAnswer, customModelAnswer } from '../../src/contract/models.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { sharedFolder } from '../support/photos.ts';
import { expectFits, type RunInPage, runInPage } from './browser-page.ts';
import {
  addClass,
  addPhotos,
  addShown,
  begin,
  beginTrained,
  card,
  expectCount,
  nameClass,
  pattern,
  shown,
  train,
  validPhotos,
} from './teach-page.ts';
import { expectAccessible } from './try-page.ts';

const executablePath = chromiumPath();
const flowers = sharedFolder('images/flowers');

describe.runIf(executablePath !== null)('teaching on the page', () => {
  let petal: Petal;
  let browser: Browser;
  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
    browser = await launchChromium(executablePath ?? '');
  });
  afterAll(async () => {
    await browser.close();
    await petal.dispose();
  });

  function withPage(run: RunInPage, options?: BrowserContextOptions): Promise<void> {
    return runInPage(browser, petal.url, run, options);
  }

  async function describeModel(name: string): Promise<CustomModelAnswer> {
    const response = await petal.fetch(`/v1/models/${name}`);
    return customModelAnswer.parse(await response.json());
  }

  test('makes a model of nothing that answers at once, and is chosen', () =>
    withPage(async (page) => {
      await begin(page, 'things');
      await page.getByText('Begin with a class').waitFor();
      expect(await page.getByRole('button', { name: 'Train', exact: true }).isDisabled()).toBe(
        true,
      );
      await addClass(page, 'ball', shown.ball);
      await page.getByText('Add a second class').waitFor();
      await addClass(page, 'light', shown.light);
      await page.getByText('5 or more photos of each class').waitFor();
      await train(page, 'Version 1 is trained, and answers from now on.');

      const { manifest, examples } = await describeModel('things');
      expect(examples).toEqual([
        { label: 'ball', count: 3 },
        { label: 'light', count: 3 },
      ]);
      const { accuracy = 0, correct, photos, confusion } = manifest?.metrics ?? {};
      const told = await page.locator('.accuracy').textContent();
      expect(told).toContain(`${(accuracy * 100).toFixed(1)} % right`);
      expect(told).toContain(`${correct} of ${photos}`);
      const rows = await page
        .locator('.confusion tbody tr')
        .evaluateAll((all) =>
          all.map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent))),
        );
      expect(rows).toEqual(confusion);

      const [soccer] = validPhotos('gif/soccer-ball-animated.gif');
      await page.getByLabel('Choose photos to try').setInputFiles(soccer);
      const answer = await page.locator('.try-it strong').textContent();
      if (inject('trained')) expect(answer).toBe('ball');
      expect(await page.locator('.try-it .tile-bars li').count()).toBe(2);
      const chosen = page.getByLabel('Model', { exact: true }).locator('option:checked');
      await chosen.filter({ hasText: 'things' }).waitFor({ state: 'attached' });
    }));

  test.runIf(flowers !== null && inject('trained'))('learns flowers from a folder of folders', () =>
    withPage(async (page) => {
      const root = await mkdtemp(join(tmpdir(), 'petal-teach-'));
      const held: string[] = [];
      for (const label of ['daisy', 'sunflowers', 'tulips']) {
        await mkdir(join(root, label));
        const names = (await readdir(join(flowers ?? '', label))).sort();
        for (const name of names.slice(0, 8)) {
          await cp(join(flowers ?? '', label, name), join(root, label, name));
        }
        held.push(...names.slice(8, 11).map((name) => join(flowers ?? '', label, name)));
      }
      // Nothing says what this shows.
      await cp(shown.ball[0], join(root, 'stray.jpg'));
      await begin(page, 'flowers');
      await page.getByLabel('Choose a folder of classes').setInputFiles(root);
      for (const label of ['daisy', 'sunflowers', 'tulips']) await expectCount(page, label, 8);
      await page.getByText('One photo lies in no folder of a class and was left out.').waitFor();
      await train(page, 'Version 1 is trained');
      await page.getByLabel('Choose photos to try').setInputFiles(held);
      await page
        .locator('.try-it strong')
        .nth(held.length - 1)
        .waitFor();
      const answers = await page.locator('.try-it strong').allTextContents();
      const right = answers.filter((label, at) => label === basename(dirname(held[at])));
      expect(right.length).toBeGreaterThanOrEqual(7);
      await rm(root, { recursive: true });
    }),
  );

  test('goes on with a model another day', () =>
    withPage(async (page) => {
      await beginTrained(page, 'kept');
      await page.reload();
      await page.getByRole('button', { name: 'kept', exact: true }).click();
      await expectCount(page, 'ball', 3);
      await expectCount(page, 'light', 3);
      const pictures = card(page, 'ball').locator('img');
      await pictures.nth(2).waitFor();
      expect(await pictures.first().getAttribute('src')).toMatch(/^blob:/);
      await page.getByText('The model knows all of these photos.').waitFor();
      await train(page, 'Nothing has changed since version 1 was trained.');
      await addClass(page, 'pattern', pattern);
      await train(page, 'Version 2 is trained');
      await page.getByText('Versions, and deleting').click();
      await page.getByRole('button', { name: 'Go back to version 1' }).click();
      await page
        .getByRole('status')
        .filter({ hasText: 'Version 1 answers from now on.' })
        .waitFor();
      expect((await describeModel('kept')).version).toBe(1);
    }));

  test('of two trainings at once the second waits for the first', () =>
    withPage(async (page) => {
      await begin(page, 'twice');
      await addShown(page);
      let isFirst = true;
      await page.route('**/train', async (route) => {
        if (!isFirst) return await route.continue();
        isFirst = false;
        await route.fulfill({
          status: 409,
          headers: { 'Retry-After': '1' },
          contentType: 'application/problem+json',
          json: {
            type: new URL('/problems/training-in-progress', petal.url).href,
            title: 'The model is being trained already',
            status: 409,
            detail: 'twice is being trained already. Try again in 1 second.',
            code: 'training-in-progress',
          },
        });
      });
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      await page.getByText('Trying again in 1 second').waitFor();
      await page.getByRole('status').filter({ hasText: 'Version 1 is trained' }).waitFor();
    }));

  test('two people who press Train together both see the same version', () =>
    withPage((first) =>
      withPage(async (second) => {
        await begin(first, 'together');
        await addShown(first);
        await begin(second, 'together');
        await expectCount(second, 'light', 3);
        const pages = [first, second];
        await Promise.all(
          pages.map((page) => page.getByRole('button', { name: 'Train', exact: true }).click()),
        );
        await Promise.all(
          pages.map((page) => page.getByRole('heading', { name: 'What version 1' }).waitFor()),
        );
        expect((await describeModel('together')).versions).toHaveLength(1);
      }),
    ));

  test('a deleted model comes back as it was', () =>
    withPage(async (page) => {
      await beginTrained(page, 'back');
      await page.getByText('Versions, and deleting').click();
      await page.getByRole('button', { name: 'Delete model' }).click();
      await page.getByText('Delete back? It can be restored for 30 days.').waitFor();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByText('back is deleted. Until').waitFor();
      const gone = await petal.fetch('/v1/models/back');
      expect(gone.status).toBe(404);
      const offered = page.getByLabel('Model', { exact: true }).locator('option');
      await offered.filter({ hasText: 'back:' }).waitFor({ state: 'detached' });
      await gone.body?.cancel();

      // Another day, by its name.
      await page.reload();
      await begin(page, 'back');
      await nameClass(page, 'ball');
      await addPhotos(page, 'ball', shown.ball);
      await page.getByRole('alert').filter({ hasText: 'back was deleted' }).waitFor();
      await page.getByRole('button', { name: 'Restore back' }).click();
      await expectCount(page, 'ball', 3);
      await expectCount(page, 'light', 3);
      expect(await describeModel('back')).toMatchObject({ state: 'ready', version: 1 });
    }));

  test('sends the key that the page has, and is hidden from those who may not train', async () => {
    const keys = { both: makeKey(), asking: makeKey() };
    const entries = [
      await describeKey(keys.both, 'both', ['classify', 'train']),
      await describeKey(keys.asking, 'asking', ['classify']),
    ];
    await using guarded = await startPetal({
      bundle: inject('bundle'),
      bindings: { PETAL_ACCESS: 'keys', PETAL_API_KEYS: JSON.stringify(entries) },
    });
    /** Opens the page as somebody who has given it a key. */
    const enter = async (page: Page, key: string): Promise<void> => {
      await page.evaluate((given) => sessionStorage.setItem('petal-key', given), key);
      const access = page.waitForResponse('**/v1/access');
      await page.reload();
      await access;
      await page.getByRole('button', { name: 'Choose photos' }).waitFor();
    };
    await runInPage(browser, guarded.url, async (page) => {
      await enter(page, keys.asking);
      expect(await page.getByRole('heading', { name: 'Teach it' }).count()).toBe(0);
    });
    await runInPage(browser, guarded.url, async (page) => {
      await enter(page, keys.both);
      await beginTrained(page, 'guarded');
      await page.reload();
      await page.getByRole('button', { name: 'guarded', exact: true }).click();
      await card(page, 'ball').locator('img').nth(2).waitFor();
    });
  });

  test.for(['light', 'dark'] as const)('breaks no rule and fits a phone in %s', (colorScheme) =>
    withPage(
      async (page) => {
        await page.getByLabel('Name of the model').waitFor();
        await expectAccessible(page, 'the choice of a model');
        await beginTrained(page, `seen-${colorScheme}`);
        await page.getByLabel('Choose photos to try').setInputFiles(pattern);
        await page.locator('.try-it strong').nth(1).waitFor();
        await page.getByText('Versions, and deleting').click();
        await page.getByRole('button', { name: 'Photo 1 of ball' }).click();
        await card(page, 'light').getByRole('button', { name: 'Delete class' }).click();
        await card(page, 'light').getByRole('button', { name: 'Keep' }).waitFor();
        await expectAccessible(page, 'a trained model');
        await expectFits(page);
      },
      { colorScheme, viewport: { width: 390, height: 800 } },
    ),
  );
});
