import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { newContext } from '../support/chromium.ts';

const fixtures = join(import.meta.dirname, '../fixtures');

/** Path of a photo of the fixtures that is classified. */
export function validPhoto(name: string): string {
  return join(fixtures, 'valid', name);
}

/** Path of a file of the fixtures that is refused. */
export function invalidPhoto(name: string): string {
  return join(fixtures, 'invalid', name);
}

export interface TryPage {
  readonly page: Page;
  /** What broke the Content-Security-Policy, or was said in the console, or thrown. */
  readonly failures: string[];
  /** Requests that the page sent about photos: their paths with the query. */
  readonly questions: string[];
  close(): Promise<void>;
}

/** Opens the page as it is for people with scripts, in a browser of its own. */
export async function openTryPage(
  browser: Browser,
  url: URL,
  options: BrowserContextOptions & { readonly keepsPages?: boolean } = {},
): Promise<TryPage> {
  const context = await newContext(browser, options);
  const page = await context.newPage();
  const failures: string[] = [];
  const questions: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) failures.push(message.text());
  });
  page.on('pageerror', (error) => failures.push(error.message));
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (request.method() === 'POST') questions.push(pathname + search);
  });
  await page.goto(url.href);
  await page.locator('.intake, .key').waitFor();
  return {
    page,
    failures,
    questions,
    async close() {
      await context.close();
    },
  };
}

/** Gives files as if they had been chosen in the browser's dialog. */
export async function pick(page: Page, ...paths: readonly string[]): Promise<void> {
  await page.locator('input.files').setInputFiles(paths);
}

/** The predictions that the page shows, in its own words. */
export async function barsOf(page: Page): Promise<{ label: string; percent: string }[]> {
  const rows = page.locator('.bar');
  await rows.first().waitFor();
  return await rows.evaluateAll((all) =>
    all.map((bar) => ({
      label: bar.querySelector('.bar-label')?.firstChild?.textContent ?? '',
      percent: bar.querySelector('.bar-percent')?.textContent ?? '',
    })),
  );
}

/** Gives a file through a DataTransfer, as the events of dropping and pasting do. */
export async function transfer(page: Page, kind: 'drop' | 'paste', path: string): Promise<void> {
  const base64 = readFileSync(path).toString('base64');
  await page.evaluate(
    ([kind, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], 'given.jpg', { type: 'image/jpeg' }));
      const event =
        kind === 'drop'
          ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
          : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true });
      document.body.dispatchEvent(event);
    },
    [kind, base64],
  );
}

/** @throws where axe finds that the page breaks a rule of accessibility as it is now */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  // Colours are only right when nothing fades in any more.
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.all(ending.map(({ finished }) => finished.catch(() => undefined)));
  });
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    return (await axe.run()).violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html}`),
    );
  });
  expect(violations, state).toEqual([]);
}
