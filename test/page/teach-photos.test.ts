/** Classes and their photos on the page where a model is taught, against what the server has stored. */
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  type AddExamplesAnswer,
  addExamplesAnswer,
  type ListExamplesAnswer,
  listExamplesAnswer,
} from '../../src/contract/model-examples.ts';
import { type CustomModelAnswer, customModelAnswer } from '../../src/contract/models.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { type RunInPage, runInPage } from './browser-page.ts';
import {
  addClass,
  addPhotos,
  begin,
  card,
  expectCount,
  nameClass,
  pattern,
  shown,
  text,
} from './teach-page.ts';

const executablePath = chromiumPath();

describe.runIf(executablePath !== null)('the classes of a model that is taught', () => {
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

  /** Drags files and folders over the page to a place, and lets them go there. */
  async function drop(page: Page, place: Locator, files: readonly string[]): Promise<void> {
    await place.scrollIntoViewIfNeeded();
    const box = await place.boundingBox();
    if (box === null) throw new Error('The place to drop on is not shown.');
    const session = await page.context().newCDPSession(page);
    const data = { items: [], files: [...files], dragOperationsMask: 1 };
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await session.send('Input.dispatchDragEvent', { type: 'dragEnter', x: 5, y: 5, data });
    await session.send('Input.dispatchDragEvent', { type: 'dragOver', x: 5, y: 5, data });
    await session.send('Input.dispatchDragEvent', { type: 'dragOver', x, y, data });
    await session.send('Input.dispatchDragEvent', { type: 'drop', x, y, data });
  }

  async function describeModel(name: string): Promise<CustomModelAnswer> {
    const response = await petal.fetch(`/v1/models/${name}`);
    return customModelAnswer.parse(await response.json());
  }

  async function examplesOf(name: string): Promise<ListExamplesAnswer['examples']> {
    const response = await petal.fetch(`/v1/models/${name}/examples`);
    return listExamplesAnswer.parse(await response.json()).examples;
  }

  test('says what is wrong with a name, and what would be right', () =>
    withPage(async (page) => {
      const alert = page.getByRole('alert');
      for (const [name, advice] of [
        ['My Flowers!', 'a letter or a digit first: my-flowers, for example.'],
        ['Blüten', 'bluten, for example.'],
        ['', 'flowers, for example.'],
      ]) {
        await page.getByLabel('Name of the model').fill(name);
        await page.getByRole('button', { name: 'Begin' }).click();
        await alert.filter({ hasText: advice }).waitFor();
      }
      await page.getByLabel('Name of the model').fill('mobilenet_v2_1.0_224');
      await page.getByRole('button', { name: 'Begin' }).click();
      await alert.filter({ hasText: 'Petal comes with. Choose another name.' }).waitFor();
      await page.getByRole('button', { name: 'Another model' }).click();
      await begin(page, 'named');
      await page.getByLabel('New class').fill('a, b');
      await page.getByRole('button', { name: 'Add class' }).click();
      await alert.filter({ hasText: 'no comma' }).waitFor();
    }));

  test('a photo that is refused says why, and stops no other', () =>
    withPage(async (page) => {
      await begin(page, 'mixed');
      await nameClass(page, 'ball');
      await addPhotos(page, 'ball', [text, ...shown.ball]);
      await expectCount(page, 'ball', 3);
      const refused = page.locator('.refusals li');
      expect(await refused.allTextContents()).toEqual([
        expect.stringMatching(/^text\.txt .*no image format/),
      ]);
      await addPhotos(page, 'ball', [shown.ball[0]]);
      await page.getByText('One photo was there already: each counts once.').waitFor();
      await expectCount(page, 'ball', 3);
      await addPhotos(page, 'ball', [text]);
      await refused.filter({ hasText: 'no image format' }).waitFor();
    }));

  /** Stores photos as the page does. */
  async function store(name: string, photos: readonly string[]): Promise<AddExamplesAnswer> {
    const form = new FormData();
    for (const path of photos) form.append('image', new Blob([readFileSync(path)]), 'photo');
    const address = `/v1/models/${name}/examples?label=ball&keep_photos=true`;
    const response = await petal.fetch(address, { method: 'POST', body: form });
    return addExamplesAnswer.parse(await response.json());
  }

  test.for(['before', 'after'] as const)(
    'a server that goes in the middle, %s it has stored some, loses nothing, and the rest is sent again',
    (moment) =>
      withPage(async (page, failures) => {
        const name = `gone-${moment}`;
        await begin(page, name);
        let requests = 0;
        await page.route('**/examples?*', async (route) => {
          requests += 1;
          if (requests !== 2) return await route.continue();
          if (moment === 'after') await store(name, pattern);
          await route.abort('connectionrefused');
        });
        await nameClass(page, 'ball');
        await addPhotos(page, 'ball', [...shown.ball, ...shown.light, ...pattern]);
        await page.getByText('2 photos were not added; what was added before is stored.').waitFor();
        await expectCount(page, 'ball', 6);
        expect(await examplesOf(name)).toHaveLength(moment === 'after' ? 8 : 6);
        await page.getByRole('button', { name: 'Go on' }).click();
        await expectCount(page, 'ball', 8);
        const stored = await examplesOf(name);
        expect(stored).toHaveLength(8);
        expect(stored.every(({ hasPhoto }) => hasPhoto)).toBe(true);
        expect(failures).toEqual([expect.stringContaining('ERR_CONNECTION_REFUSED')]);
        failures.length = 0;
      }),
  );

  test('photos that came too fast are sent again after a while', () =>
    withPage(async (page) => {
      await begin(page, 'fast');
      let requests = 0;
      await page.route('**/examples?*', async (route) => {
        requests += 1;
        if (requests > 1) return await route.continue();
        const { results, ...answer } = await store('fast', shown.ball.slice(0, 2));
        const problem = {
          type: new URL('/problems/rate-limited', petal.url).href,
          title: 'Too many requests',
          status: 429,
          detail: 'There were too many requests. Try again in 60 seconds.',
          code: 'rate-limited',
        };
        await route.fulfill({ json: { ...answer, results: [...results, { problem }] } });
      });
      await nameClass(page, 'ball');
      await addPhotos(page, 'ball', shown.ball);
      await page.getByText('Petal is busy, and is asked again in 2 seconds.').waitFor();
      await expectCount(page, 'ball', 3);
      expect(await page.locator('.refusals').count()).toBe(0);
      expect(await examplesOf('fast')).toHaveLength(3);
    }));

  test('a file that is too large for a request stops no other', async () => {
    await using small = await startPetal({
      bundle: inject('bundle'),
      bindings: { PETAL_MAX_UPLOAD_MB: '1' },
    });
    await runInPage(browser, small.url, async (page) => {
      await begin(page, 'large');
      await nameClass(page, 'ball');
      // No browser can reduce it.
      const large = {
        name: 'large.tif',
        mimeType: 'image/tiff',
        buffer: Buffer.alloc(1_200_000, 1),
      };
      const others = shown.ball.map((path) => ({
        name: basename(path),
        mimeType: 'image/jpeg',
        buffer: readFileSync(path),
      }));
      await page.getByLabel('Add photos to ball').setInputFiles([large, ...others]);
      await expectCount(page, 'ball', 3);
      expect(await page.locator('.refusals li').allTextContents()).toEqual([
        expect.stringMatching(/^large\.tif .*1(\.0)? MB/),
      ]);
    });
  });

  test('photos are moved and deleted, and so are classes', () =>
    withPage(async (page) => {
      await begin(page, 'sorted');
      await addClass(page, 'ball', [...shown.ball, shown.light[0]]);
      await addClass(page, 'light', shown.light.slice(1));
      await page.getByRole('button', { name: 'Photo 4 of ball' }).click();
      await card(page, 'ball').getByRole('button', { name: 'Move to' }).click();
      await expectCount(page, 'light', 3);
      await expectCount(page, 'ball', 3);
      await page.getByRole('button', { name: 'Photo 1 of ball' }).click();
      await card(page, 'ball').getByRole('button', { name: 'Delete', exact: true }).click();
      await expectCount(page, 'ball', 2);
      const counts = async (): Promise<Record<string, number>> =>
        Object.fromEntries(
          (await describeModel('sorted')).examples.map(({ label, count }) => [label, count]),
        );
      expect(await counts()).toEqual({ ball: 2, light: 3 });
      await card(page, 'light').getByRole('button', { name: 'Delete class' }).click();
      await card(page, 'light').getByRole('button', { name: 'Keep' }).click();
      await card(page, 'light').getByRole('button', { name: 'Delete class' }).click();
      await card(page, 'light').getByRole('button', { name: 'Delete', exact: true }).click();
      await card(page, 'light').waitFor({ state: 'detached' });
      expect(await counts()).toEqual({ ball: 2 });
    }));

  test('takes what is dropped on a class or beside them, and the rest of the page does not', () =>
    withPage(async (page) => {
      const root = await mkdtemp(join(tmpdir(), 'petal-dropped-'));
      await mkdir(join(root, 'things/ball'), { recursive: true });
      await mkdir(join(root, 'things/light'));
      await cp(shown.ball[0], join(root, 'things/ball/1.jpg'));
      await cp(shown.light[0], join(root, 'things/light/1.jpg'));
      await begin(page, 'dropped');
      await drop(page, page.locator('.more-classes .photo-drop'), [join(root, 'things')]);
      await expectCount(page, 'ball', 1);
      await expectCount(page, 'light', 1);
      await drop(page, card(page, 'ball').locator('.photo-drop'), shown.ball);
      await expectCount(page, 'ball', 3);
      expect(await page.locator('.grid').count()).toBe(0);
      await page.getByText('Drop a photo here', { exact: true }).waitFor();
      await rm(root, { recursive: true });
    }));
});
