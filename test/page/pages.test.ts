import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { hasChromium, usePetalInChromium } from '../support/petal-in-chromium.ts';

const daisy = join(import.meta.dirname, '../fixtures/valid/jpeg/daisy.jpg');
const text = join(import.meta.dirname, '../fixtures/invalid/unsupported-media-type/text.txt');

describe.runIf(hasChromium)('the pages in Chromium', () => {
  const started = usePetalInChromium();

  interface Opened {
    readonly page: Page;
    /** What broke a rule of the Content-Security-Policy, could not be loaded, or was said in the console. */
    readonly failures: string[];
    /** Hosts that were asked. */
    readonly hosts: Set<string>;
  }

  async function open(
    path: string,
    options: { colorScheme?: 'light' | 'dark'; width?: number; hasScripts?: boolean } = {},
  ): Promise<Opened> {
    const { colorScheme = 'light', width = 1024, hasScripts = true } = options;
    const context = await started.browser.newContext({
      colorScheme,
      viewport: { width, height: 800 },
      javaScriptEnabled: hasScripts,
    });
    const page = await context.newPage();
    const failures: string[] = [];
    const hosts = new Set<string>();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) failures.push(message.text());
    });
    page.on('requestfailed', (request) => failures.push(request.url()));
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:') hosts.add(host);
    });
    await page.goto(new URL(path, started.petal.url).href);
    return { page, failures, hosts };
  }

  /** Rules of accessibility that the page breaks (axe-core, run beside the page's own policy). */
  async function accessibilityFailures(page: Page): Promise<string[]> {
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
    });
    return violations;
  }

  test.for([
    ['/', 'light'],
    ['/', 'dark'],
    ['/docs', 'light'],
    ['/docs', 'dark'],
    ['/problems/image-too-large', 'dark'],
    ['/nowhere', 'light'],
  ] as const)('%s breaks no rule in %s, and asks nobody else', async ([path, colorScheme]) => {
    const { page, failures, hosts } = await open(path, { colorScheme });
    expect(await accessibilityFailures(page)).toEqual([]);
    // That there is nothing at an address is what its status says.
    expect(failures.filter((failure) => !failure.includes('404'))).toEqual([]);
    expect([...hosts]).toEqual([started.petal.url.host]);
    await page.context().close();
  });

  test.for(['/', '/docs', '/problems/internal'])('%s fits a phone', async (path) => {
    const { page } = await open(path, { width: 360 });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(360);
    await page.context().close();
  });

  test('the documentation leads from its contents to every operation, and to every problem', async () => {
    const { page } = await open('/docs');
    const links = await page
      .locator('a[href^="#"]')
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).hash.slice(1)));
    const ids = await page.locator('[id]').evaluateAll((all) => all.map((element) => element.id));
    expect(links.length).toBeGreaterThan(20);
    for (const link of links) expect(ids).toContain(link);
    await page.context().close();
  });

  describe('a form without scripts', () => {
    test.runIf(inject('trained'))('is answered with a page', async () => {
      const { page, failures } = await open('/', { hasScripts: false });
      await page.getByLabel('Photo').setInputFiles(daisy);
      await page.getByRole('button', { name: 'What is it?' }).click();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('daisy');
      expect(await page.getByRole('row').count()).toBe(6);
      expect(failures).toEqual([]);
      await page.context().close();
    });

    test.runIf(inject('trained'))('shows where Petal looks', async () => {
      const { page, failures } = await open('/', { hasScripts: false });
      await page.getByLabel('Photo').setInputFiles(daisy);
      await page.getByRole('button', { name: 'Where does it look?' }).click();
      const picture = page.getByRole('img');
      expect(await picture.getAttribute('alt')).toContain('daisy');
      expect((await picture.boundingBox())?.width).toBeGreaterThan(300);
      expect(failures).toEqual([]);
      await page.context().close();
    });

    test('is told what is wrong with its file', async () => {
      const { page } = await open('/', { hasScripts: false });
      await page.getByLabel('Photo').setInputFiles(text);
      await page.getByRole('button', { name: 'What is it?' }).click();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
        'The file is not of a format that Petal reads',
      );
      await page.context().close();
    });
  });
});
