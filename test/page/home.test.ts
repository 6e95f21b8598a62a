import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasChromium, usePetalInChromium } from '../support/petal-in-chromium.ts';

describe.runIf(hasChromium)('the page at / in Chromium', () => {
  const started = usePetalInChromium();

  async function open(colorScheme: 'light' | 'dark'): Promise<{ page: Page; failures: string[] }> {
    const page = await started.browser.newPage({
      colorScheme,
      viewport: { width: 390, height: 800 },
    });
    const failures: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) failures.push(message.text());
    });
    page.on('pageerror', (error) => failures.push(error.message));
    await page.goto(started.petal.url.href);
    return { page, failures };
  }

  /** Contrast of text on its background by WCAG 2.2, 1 to 21. */
  async function contrast(page: Page, selector: string): Promise<number> {
    return await page.locator(selector).evaluate((element) => {
      const luminance = (color: string): number => {
        const canvas = new OffscreenCanvas(1, 1).getContext('2d');
        if (canvas === null) throw new Error('There is no canvas.');
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data]
          .map((value) => value / 255)
          .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      let behind: Element | null = element;
      while (behind && getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') {
        behind = behind.parentElement;
      }
      const [light, dark] = [
        luminance(getComputedStyle(element).color),
        luminance(getComputedStyle(behind ?? document.body).backgroundColor),
      ].sort((a, b) => b - a);
      return (light + 0.05) / (dark + 0.05);
    });
  }

  test.for(['light', 'dark'] as const)('is readable and breaks no rule in %s', async (scheme) => {
    const { page, failures } = await open(scheme);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Petal');
    for (const selector of ['p >> nth=0', 'pre code', 'a >> nth=0', 'h1', 'button >> nth=0']) {
      expect(await contrast(page, selector), selector).toBeGreaterThan(4.5);
    }
    expect(failures).toEqual([]);
    await page.close();
  });

  test('fits a phone, the long command too', async () => {
    const { page } = await open('light');
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(390);
    await page.close();
  });

  test('shows the command for this very server', async () => {
    const { page } = await open('light');
    const command = await page.locator('pre').textContent();
    expect(command).toBe(`curl -F image=@photo.jpg ${started.petal.url.origin}/v1/classify`);
    await page.close();
  });
});
