import { existsSync } from 'node:fs';
import process from 'node:process';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
} from 'playwright-core';

/** The headless shell first: the same engine without a browser around it, in half of the processor's time. */
const candidates = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium of this machine, or null: tests of pages are skipped without one. */
export function chromiumPath(): string | null {
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
}

/** @param args beside those that every test needs */
export async function launchChromium(
  executablePath: string,
  args: readonly string[] = [],
): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    // Without a sandbox it runs as root too; the rest keeps it from calling home.
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-sync',
      ...args,
    ],
  });
}

/**
 * A browser without a past, wide enough for a desktop's page.
 *
 * @param options with `keepsPages` service workers run. Then requests may pass by Playwright's routes: Chromium
 *   sends some while it starts the worker, before the page's are routed.
 */
export async function newContext(
  browser: Browser,
  {
    keepsPages = false,
    ...options
  }: BrowserContextOptions & { readonly keepsPages?: boolean } = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  if (!keepsPages) {
    await context.addInitScript(() => {
      delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker;
    });
  }
  return context;
}
