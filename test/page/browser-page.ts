import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { newContext } from '../support/chromium.ts';

/** The page at `/` in a browser of its own. */
export interface BrowserPage {
  readonly page: Page;
  /** What broke the Content-Security-Policy, was said in the console, or thrown. */
  readonly failures: string[];
  close(): Promise<void>;
}

/** Opens an address with scripts and a viewport of 1280 x 900. */
export async function openPage(
  browser: Browser,
  address: URL,
  options: BrowserContextOptions = {},
): Promise<BrowserPage> {
  const context = await newContext(browser, options);
  const page = await context.newPage();
  const failures: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    // That something was refused is what its status says, and what the tests look at.
    if (/^Failed to load resource: the server responded with a status of/.test(text)) return;
    if (['error', 'warning'].includes(message.type())) failures.push(text);
  });
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(address.href);
  return { page, failures, close: () => context.close() };
}

/** What a test does with a page; it may take back a failure that it has made itself. */
export type RunInPage = (page: Page, failures: string[]) => Promise<void>;

/**
 * Opens an address, runs, and closes it.
 *
 * @throws where anything was wrong with the page meanwhile
 */
export async function runInPage(
  browser: Browser,
  address: URL,
  run: RunInPage,
  options?: BrowserContextOptions,
): Promise<void> {
  const opened = await openPage(browser, address, options);
  try {
    await run(opened.page, opened.failures);
    expect(opened.failures).toEqual([]);
  } finally {
    await opened.close();
  }
}

/** @throws where the page is wider than what shows it */
export async function expectFits(page: Page): Promise<void> {
  const [width, shown] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(width).toBeLessThanOrEqual(shown);
}
