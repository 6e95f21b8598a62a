import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { PetalImageElement } from '../../src/widget/widget.ts';
import { type PetalInChromium, usePetalInChromium } from '../support/petal-in-chromium.ts';

const fixtures = join(import.meta.dirname, '../fixtures');

/** Path of a file of test/fixtures. */
export function fixturePath(path: string): string {
  return join(fixtures, path);
}

export const daisy = fixturePath('valid/jpeg/daisy.jpg');

/** A file as Playwright hands it to a file input. */
export interface ChosenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/**
 * A photo of 12 megapixels, made of the daisy: 4000 x 3000 upright, with noise as sensors have it.
 *
 * @param orientation EXIF's; the picture is stored so that it is upright once it is turned
 */
export async function largePhoto(orientation: 1 | 6 = 1): Promise<ChosenFile> {
  const [width, height, channels] = [4000, 3000, 3] as const;
  const noise = await sharp({
    create: {
      width: 1000,
      height: 1000,
      channels,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 12 },
    },
  })
    .png()
    .toBuffer();
  const upright = await sharp(daisy)
    .resize(width, height)
    .composite([{ input: noise, tile: true, blend: 'soft-light' }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const buffer = await sharp(upright, { raw: { width, height, channels } })
    // Turned by a quarter to the right it is upright again (EXIF 2.32, 4.6.4).
    .rotate(orientation === 6 ? 270 : 0)
    .withMetadata({ orientation })
    .jpeg({ quality: 92 })
    .toBuffer();
  return { name: 'IMG_0001.JPG', mimeType: 'image/jpeg', buffer };
}

/** A page of another origin than Petal's, which lists it, and what it is looked at with. */
export interface WidgetPage extends PetalInChromium {
  readonly url: URL;
  /** What is in the page; empty before each test, as the policy is. */
  body: string;
  /** Its Content-Security-Policy; none where it is empty. */
  policy: string;
  /** Of the Petal that the widget is loaded from, if not `petal`. */
  from: (() => URL) | undefined;
}

/**
 * Serves a page with the widget's script for the tests of the `describe` around it.
 *
 * @param bindings variables of the Petal
 */
export function useWidgetPage(bindings: Readonly<Record<string, string>> = {}): WidgetPage {
  let port = 0;
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    if (page.policy !== '') response.setHeader('Content-Security-Policy', page.policy);
    response.end(pageWith(page.from?.() ?? inChromium.petal.url, page.body));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  const inChromium = usePetalInChromium(() => ({
    bindings: { PETAL_ALLOWED_ORIGINS: page.url.origin, ...bindings },
  }));
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    page.body = '';
    page.policy = '';
    page.from = undefined;
  });
  const page: WidgetPage = {
    body: '',
    policy: '',
    from: undefined,
    get url() {
      return new URL(`http://127.0.0.1:${port}`);
    },
    get petal() {
      return inChromium.petal;
    },
    get browser() {
      return inChromium.browser;
    },
  };
  return page;
}

function pageWith(petal: URL, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>A form</title>
<script type="module" src="${new URL('/widget.js', petal)}"></script></head><body><main>${body}</main></body></html>`;
}

export interface Opened {
  readonly page: Page;
  readonly widget: Locator;
  /** What was said in the console as a warning or an error, thrown, or refused by the page's policy. */
  readonly failures: string[];
}

export async function openPage(
  browser: Browser,
  url: URL,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const failures: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) failures.push(message.text());
  });
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(url.href);
  return { page, widget: page.locator('petal-image'), failures };
}

/** Chooses a photo as a person does in the browser's dialog. */
export async function choose(widget: Locator, file: string | ChosenFile): Promise<void> {
  await widget.locator('input[type=file]:not([name])').setInputFiles(file);
}

/** Waits for what came of it. */
export async function settled(widget: Locator): Promise<void> {
  await widget.locator('[role=progressbar]').waitFor({ state: 'hidden' });
}

/** What the element holds. */
export async function stateOf(widget: Locator) {
  return await widget.evaluate((element) => {
    const { value, files, prediction, predictions, answer, validity } =
      element as PetalImageElement;
    return {
      value: value && { name: value.name, type: value.type, size: value.size },
      files: files.map(({ name, size }) => ({ name, size })),
      prediction,
      labels: predictions.map(({ label }) => label),
      answer,
      valid: validity.valid,
      validationMessage: (element as PetalImageElement).validationMessage,
    };
  });
}

/** Rules of accessibility that the page breaks. */
export async function accessibilityFailures(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0].failureSummary} ${nodes[0].html}`);
  });
}

/** The fields of a form as it would be sent. */
export async function formFields(
  page: Page,
): Promise<[string, string | { name: string; size: number; type: string }][]> {
  return await page.evaluate(() => {
    const form = document.querySelector('form');
    if (form === null) throw new Error('There is no form.');
    return [...new FormData(form)].map(([name, value]) => [
      name,
      typeof value === 'string' ? value : { name: value.name, size: value.size, type: value.type },
    ]);
  });
}
