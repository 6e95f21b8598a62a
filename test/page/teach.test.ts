/** A model from its name to its answers on the page, against what the server has stored. */
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeKey, makeKey } from '../../src/access/api-keys.ts';
import { type ListExamplesAnswer, listExamplesAnswer } from '../../src/contract/model-examples.ts';
import { type CustomModelAnswer, customModelAnswer } from '../../src/contract/models.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import { sharedFolder } from '../support/photos.ts';
import { expectFits, openPage } from './browser-page.ts';
import { expectAccessible } from './try-page.ts';

const executablePath = chromiumPath();
const fixtures = join(import.meta.dirname, '../fixtures');
const valid = (...names: string[]): string[] => names.map((name) => join(fixtures, 'valid', name));
const text = join(fixtures, 'invalid/unsupported-media-type/text.txt');

/** Photos of the fixtures by what they show. */
const shown = {
  ball: valid('jpeg/golf-ball.jpg', 'jpeg/soccer-ball.jpg', 'webp/golf-ball.webp'),
  light: valid('jpeg/candle.jpg', 'jpeg/traffic-light.jpg', 'png/candle.png'),
};
const pattern = valid('jpeg/crossword-puzzle.jpg', 'jpeg/spider-web.jpg');
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

  /** Opens the page, runs, and looks whether anything was wrong with it meanwhile. */
  async function withPage(
    run: (page: Page, failures: string[]) => Promise<void>,
    options: BrowserContextOptions = {},
    server = petal,
  ): Promise<void> {
    const opened = await openPage(browser, server.url, options);
    try {
      await run(opened.page, opened.failures);
      expect(opened.failures).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  async function begin(page: Page, name: string): Promise<void> {
    await page.getByLabel('Name of the model').fill(name);
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { name, level: 3 }).waitFor();
    await page.getByLabel('New class').waitFor();
  }

  function card(page: Page, label: string): Locator {
    return page.locator('.class-card').filter({ has: page.getByRole('heading', { name: label }) });
  }

  /** Waits until a class has so many photos, by its own count and by its pictures. */
  async function expectCount(page: Page, label: string, count: number): Promise<void> {
    await card(page, label)
      .getByText(`${count} photo${count === 1 ? '' : 's'}`)
      .waitFor();
    expect(await card(page, label).locator('.class-photos li').count()).toBe(Math.min(count, 12));
  }

  async function addClass(page: Page, label: string, photos: readonly string[]): Promise<void> {
    await page.getByLabel('New class').fill(label);
    await page.getByRole('button', { name: 'Add class' }).click();
    await page.getByLabel(`Add photos to ${label}`).setInputFiles(photos);
    await expectCount(page, label, photos.length);
  }

  async function train(page: Page, outcome: string): Promise<void> {
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('status').filter({ hasText: outcome }).waitFor();
  }

  /** Opens a model that knows balls from lights. */
  async function openTrained(page: Page, name: string): Promise<void> {
    await begin(page, name);
    for (const [label, photos] of Object.entries(shown)) await addClass(page, label, photos);
    await train(page, 'Version 1 is trained, and answers from now on.');
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

      const [soccer] = valid('gif/soccer-ball-animated.gif');
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
      await openTrained(page, 'kept');
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
      await page.getByLabel('New class').fill('ball');
      await page.getByRole('button', { name: 'Add class' }).click();
      await page.getByLabel('Add photos to ball').setInputFiles([text, ...shown.ball]);
      await expectCount(page, 'ball', 3);
      const refused = page.locator('.refusals li');
      expect(await refused.allTextContents()).toEqual([
        expect.stringMatching(/^text\.txt .*no image format/),
      ]);
      await page.getByLabel('Add photos to ball').setInputFiles([shown.ball[0]]);
      await page.getByText('One photo was there already: each counts once.').waitFor();
      await expectCount(page, 'ball', 3);
      await page.getByLabel('Add photos to ball').setInputFiles([text]);
      await refused.filter({ hasText: 'no image format' }).waitFor();
    }));

  test('a server that goes in the middle loses nothing, and the rest is sent again', () =>
    withPage(async (page, failures) => {
      await begin(page, 'broken-off');
      let requests = 0;
      await page.route('**/examples?*', async (route) => {
        requests += 1;
        await (requests === 2 ? route.abort('connectionrefused') : route.continue());
      });
      await page.getByLabel('New class').fill('ball');
      await page.getByRole('button', { name: 'Add class' }).click();
      const photos = [...shown.ball, ...shown.light, ...pattern];
      await page.getByLabel('Add photos to ball').setInputFiles(photos);
      await page.getByText('2 photos were not added; what was added before is stored.').waitFor();
      await expectCount(page, 'ball', 6);
      expect(await examplesOf('broken-off')).toHaveLength(6);
      await page.getByRole('button', { name: 'Go on' }).click();
      await expectCount(page, 'ball', 8);
      const stored = await examplesOf('broken-off');
      expect(stored).toHaveLength(8);
      expect(stored.every(({ hasPhoto }) => hasPhoto)).toBe(true);
      expect(failures).toEqual([expect.stringContaining('ERR_CONNECTION_REFUSED')]);
      failures.length = 0;
    }));

  test('of two trainings at once the second waits for the first', () =>
    withPage(async (page) => {
      await begin(page, 'twice');
      for (const [label, photos] of Object.entries(shown)) await addClass(page, label, photos);
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
        for (const [label, photos] of Object.entries(shown)) await addClass(first, label, photos);
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

  test('a deleted model comes back as it was', () =>
    withPage(async (page) => {
      await openTrained(page, 'back');
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
      await page.getByLabel('New class').fill('ball');
      await page.getByRole('button', { name: 'Add class' }).click();
      await page.getByLabel('Add photos to ball').setInputFiles(shown.ball[0]);
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
    await withPage(
      async (page) => {
        await enter(page, keys.asking);
        expect(await page.getByRole('heading', { name: 'Teach it' }).count()).toBe(0);
      },
      {},
      guarded,
    );
    await withPage(
      async (page) => {
        await enter(page, keys.both);
        await openTrained(page, 'guarded');
        await page.reload();
        await page.getByRole('button', { name: 'guarded', exact: true }).click();
        await card(page, 'ball').locator('img').nth(2).waitFor();
      },
      {},
      guarded,
    );
  });

  test.for(['light', 'dark'] as const)('breaks no rule and fits a phone in %s', (colorScheme) =>
    withPage(
      async (page) => {
        await page.getByLabel('Name of the model').waitFor();
        await expectAccessible(page, 'the choice of a model');
        await openTrained(page, `seen-${colorScheme}`);
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
