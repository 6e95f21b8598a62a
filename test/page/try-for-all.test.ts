/** The page for those who work by keyboard, hear it, or set its colours; in light and dark, wide and narrow. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import {
  barsOf,
  expectAccessible,
  openTryPage,
  pick,
  type TryPage,
  validPhoto,
} from './try-page.ts';

const executablePath = chromiumPath();
const daisy = validPhoto('jpeg/daisy.jpg');

describe.runIf(executablePath !== null)('the page for all', () => {
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

  async function withPage(
    run: (opened: TryPage) => Promise<void>,
    options: Parameters<typeof openTryPage>[2] = {},
  ): Promise<void> {
    const opened = await openTryPage(browser, petal.url, options);
    try {
      await run(opened);
      expect(opened.failures).toEqual([]);
    } finally {
      await opened.close();
    }
  }

  test('is worked by keyboard alone, and says the answer to those who do not see it', () =>
    withPage(async ({ page }) => {
      const chooser = page.waitForEvent('filechooser');
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Choose photos');
      await page.keyboard.press('Enter');
      await (await chooser).setFiles(daisy);
      const bars = await barsOf(page);
      const spoken = page.locator('.findings [role="status"]');
      expect(await spoken.textContent()).toContain(`${bars[0].label} ${bars[0].percent}`);
      await page.getByRole('radio').first().focus();
      await page.keyboard.press('ArrowDown');
      expect(await page.locator('.fader-label').textContent()).toBe(bars[1].label);
      await page.getByRole('slider').focus();
      await page.keyboard.press('Home');
      expect(await page.locator('canvas').evaluate(({ style }) => style.opacity)).toBe('0');
    }));

  test.for([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)('breaks no rule and fits in %s at %i', ([colorScheme, width]) =>
    withPage(
      async ({ page }) => {
        await expectAccessible(page, 'without a photo');
        await pick(page, daisy);
        await barsOf(page);
        await expectAccessible(page, 'with an answer');
        const needed = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(needed).toBeLessThanOrEqual(width);
      },
      { colorScheme, viewport: { width, height: 800 } },
    ),
  );

  test('breaks no rule where the system sets the colours, and nothing moves', () =>
    withPage(
      async ({ page }) => {
        await pick(page, daisy);
        await barsOf(page);
        expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
        await expectAccessible(page, 'with an answer');
        const [bar, track] = await page
          .locator('.bar-fill, .bar-track')
          .evaluateAll((all) => all.map((part) => getComputedStyle(part).backgroundColor));
        expect(bar).not.toBe(track);
      },
      { forcedColors: 'active', reducedMotion: 'reduce' },
    ));
});
