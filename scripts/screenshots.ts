/** `npm run screenshots`: takes the README's pictures of the page and of the widget in a form. */
import { join, relative } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { serveForms } from '../examples/forms/serve.ts';
import { packageFolder } from '../model/folder.ts';
import { startPetal } from '../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../test/support/chromium.ts';

const photos = join(packageFolder, 'test/fixtures/valid');
const daisy = join(photos, 'jpeg/daisy.jpg');

/** Ten drawings of the project's own, for the grid of the README's figure: two rows of five. */
const drawings = [
  'jpeg/daisy.jpg',
  'jpeg/balloon.jpg',
  'jpeg/jack-o-lantern.jpg',
  'jpeg/soccer-ball.jpg',
  'jpeg/candle.jpg',
  'jpeg/crossword-puzzle.jpg',
  'jpeg/spider-web.jpg',
  'jpeg/traffic-light.jpg',
  'jpeg/golf-ball.jpg',
  'webp/balloon-lossless-transparent.webp',
].map((path) => join(photos, path));

/** A picture, and how a person comes to see it. */
interface Screenshot {
  /** In docs/, without its extension. */
  readonly name: string;
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
  readonly at: 'page' | 'form';
  act(page: Page): Promise<void>;
}

const screenshots: readonly Screenshot[] = [
  { name: 'page', colorScheme: 'light', width: 1100, height: 760, at: 'page', act: giveOne },
  { name: 'page-dark', colorScheme: 'dark', width: 1100, height: 760, at: 'page', act: giveOne },
  { name: 'page-phone', colorScheme: 'light', width: 390, height: 844, at: 'page', act: giveOne },
  { name: 'page-grid', colorScheme: 'light', width: 1100, height: 900, at: 'page', act: giveMany },
  { name: 'widget', colorScheme: 'light', width: 520, height: 800, at: 'form', act: fillForm },
  { name: 'widget-dark', colorScheme: 'dark', width: 520, height: 800, at: 'form', act: fillForm },
];

async function giveOne(page: Page): Promise<void> {
  await page.locator('.intake input[type=file]').first().setInputFiles(daisy);
  await page.getByRole('heading', { name: 'Daisy' }).waitFor();
}

async function giveMany(page: Page): Promise<void> {
  await page.locator('.intake input[type=file]').first().setInputFiles(drawings);
  await page.getByRole('button', { name: 'Download CSV' }).waitFor();
  await page.waitForFunction(
    (count) => document.querySelectorAll('.tile-bars').length === count,
    drawings.length,
  );
}

async function fillForm(page: Page): Promise<void> {
  await page.getByLabel('Where was it?').fill('At the pond');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a photo' }).click();
  await (await chooser).setFiles(daisy);
  await page.getByRole('radio', { name: /daisy/ }).waitFor();
}

async function take(browser: Browser, url: URL, shot: Screenshot): Promise<string> {
  const { name, colorScheme, width, height } = shot;
  const isPhone = width < 500;
  const page = await browser.newPage({
    colorScheme,
    viewport: { width, height },
    deviceScaleFactor: isPhone ? 2 : 1,
    hasTouch: isPhone,
    isMobile: isPhone,
    reducedMotion: 'reduce',
  });
  await page.goto(url.href);
  await shot.act(page);
  const path = join(packageFolder, 'docs', `${name}.png`);
  // A palette is enough for pages, and a third of the size.
  await sharp(await page.screenshot())
    .png({ palette: true, quality: 90, effort: 10 })
    .toFile(path);
  await page.close();
  return path;
}

const executablePath = chromiumPath();
if (executablePath === null) {
  throw new Error('There is no Chromium to take pictures with. CHROMIUM_PATH names one.');
}

let petalUrl = new URL('http://127.0.0.1');
const forms = await serveForms({ petal: () => petalUrl });
await using petal = await startPetal({
  bindings: { PETAL_ALLOWED_ORIGINS: `self,${forms.url.origin}` },
});
petalUrl = petal.url;
const browser = await launchChromium(executablePath);
try {
  for (const shot of screenshots) {
    const url = shot.at === 'page' ? petal.url : new URL('/plain/', forms.url);
    console.log(relative('.', await take(browser, url, shot)));
  }
} finally {
  await browser.close();
  await forms.close();
}
