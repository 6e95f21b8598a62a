import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import type { PetalImageElement } from '../../src/widget/widget.ts';

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

/** A server of another origin than Petal's, with a page. */
export interface PageServer {
  readonly url: URL;
  close(): Promise<void>;
}

export async function servePages(listener: RequestListener): Promise<PageServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A page with the widget's script of a Petal. */
export function pageWith(petal: URL, body: string): string {
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
