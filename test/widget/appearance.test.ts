import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { PetalImageElement } from '../../src/widget/widget.ts';
import { hasChromium } from '../support/petal-in-chromium.ts';
import {
  accessibilityFailures,
  choose,
  daisy,
  fixturePath,
  type Opened,
  openPage,
  settled,
  useWidgetPage,
} from './support.ts';

const text = fixturePath('invalid/unsupported-media-type/text.txt');

/** All that the widget says, and the problem of a wrong file, as a page would translate it. */
const germanStrings = {
  choose: 'Foto wählen',
  another: 'Anderes Foto wählen',
  remove: 'Entfernen',
  retry: 'Noch einmal',
  hint: 'oder hierher ziehen oder einfügen',
  busy: 'Das Foto wird angesehen …',
  waiting: 'Petal ist beschäftigt und wird in {seconds} Sekunden wieder gefragt.',
  loading: 'Das Netz wird geladen: {percent} %',
  found: 'Ist das richtig?',
  unsure: 'Petal ist nicht sicher, was das ist.',
  none: 'Nichts davon',
  fallback: 'Das Netz läuft nicht in diesem Browser; das Foto wurde verschickt.',
  required: 'Wähle ein Foto.',
  unfinished: 'Warte ein paar Sekunden: das Foto wird noch angesehen.',
  notAccepted: 'Das ist kein Foto, das hier passt.',
  problems: { 'unsupported-media-type': 'Petal liest JPEG, PNG, WebP, GIF und BMP.' },
};

describe.runIf(hasChromium)('the widget’s appearance', () => {
  const site = useWidgetPage();

  async function open(
    options: BrowserContextOptions = {},
    html = '<h1>A form</h1><form><petal-image name="photo" label="What is it?"></petal-image></form>',
  ): Promise<Opened> {
    site.body = html;
    return await openPage(site.browser, site.url, options);
  }

  const style = (widget: Opened['widget'], part: string, property: string) =>
    widget
      .locator(`[part~=${part}]`)
      .first()
      .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);

  test.for(['light', 'dark'] as const)('breaks no rule of accessibility in %s', async (scheme) => {
    const { page, widget } = await open({ colorScheme: scheme });
    // axe takes a page without a background for a white one.
    await page.evaluate(() => {
      document.body.style.background = 'Canvas';
    });
    expect(await accessibilityFailures(page), 'empty').toEqual([]);

    await page.route('**/v1/classify', () => undefined);
    await Promise.all([page.waitForRequest('**/v1/classify'), choose(widget, daisy)]);
    expect(await accessibilityFailures(page), 'busy').toEqual([]);

    await page.unroute('**/v1/classify');
    await choose(widget, daisy);
    await widget.getByRole('radio').first().waitFor();
    expect(await accessibilityFailures(page), 'answered').toEqual([]);

    await choose(widget, text);
    await widget.locator('[part~=error]').waitFor();
    expect(await accessibilityFailures(page), 'refused').toEqual([]);

    await widget.evaluate((element) => element.toggleAttribute('disabled'));
    expect(await accessibilityFailures(page), 'disabled').toEqual([]);
    await page.context().close();
  });

  test('has names and roles for assistive technology', async () => {
    const { page, widget } = await open();
    await choose(widget, daisy);
    await settled(widget);
    const snapshot = await widget.ariaSnapshot();
    for (const line of [
      /^- group "What is it\?":$/m,
      /- img "daisy\.jpg"/,
      /- status: \w/,
      /- radiogroup "What is it\?":/,
      /- radio "[^"]+ \d+\.\d %" \[checked\]/,
      /- radio "None of these"/,
      /- button "Choose another photo"/,
    ]) {
      expect(snapshot).toMatch(line);
    }
    await page.context().close();
  });

  test('follows the page’s scheme of colours, not the system’s', async () => {
    const { page, widget } = await open({ colorScheme: 'dark' });
    const dark = await style(widget, 'choose', 'background-color');
    await page.evaluate(() => {
      document.documentElement.style.colorScheme = 'light';
    });
    expect(await style(widget, 'choose', 'background-color')).not.toBe(dark);
    await page.context().close();
  });

  test('is styled by properties and parts', async () => {
    const { page, widget } = await open(
      {},
      `<style>
        petal-image {
          --petal-accent: rgb(1, 2, 3);
          --petal-border: rgb(4, 5, 6);
          --petal-surface: rgb(7, 8, 9);
          --petal-error: rgb(10, 11, 12);
          --petal-radius: 13px;
          --petal-preview-size: 140px;
        }
        petal-image::part(choose) { font-style: italic; }
        petal-image::part(bar) { height: 14px; }
      </style><petal-image name="photo" label="What is it?"></petal-image>`,
    );
    expect(await style(widget, 'choose', 'background-color')).toBe('rgb(1, 2, 3)');
    expect(await style(widget, 'choose', 'font-style')).toBe('italic');
    expect(await style(widget, 'base', 'border-top-color')).toBe('rgb(4, 5, 6)');
    expect(await style(widget, 'base', 'background-color')).toBe('rgb(7, 8, 9)');
    expect(await style(widget, 'base', 'border-top-left-radius')).toBe('13px');
    await choose(widget, daisy);
    await settled(widget);
    expect(await style(widget, 'preview', 'width')).toBe('140px');
    expect(await style(widget, 'bar', 'height')).toBe('14px');
    await choose(widget, text);
    await widget.locator('[part~=error]').waitFor();
    expect(await style(widget, 'error', 'color')).toBe('rgb(10, 11, 12)');
    await page.context().close();
  });

  test('does not move for those who asked for that', async () => {
    const { page, widget } = await open({ reducedMotion: 'reduce' });
    await page.route('**/v1/classify', () => undefined);
    await Promise.all([page.waitForRequest('**/v1/classify'), choose(widget, daisy)]);
    expect(await style(widget, 'fill', 'animation-name')).toBe('none');
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await style(widget, 'fill', 'animation-name')).toBe('slide');
    await page.context().close();
  });

  test('shows where the keyboard is, and not where the mouse was', async () => {
    const { page, widget } = await open();
    await choose(widget, daisy);
    await settled(widget);
    await widget.getByRole('radio').first().focus();
    await page.keyboard.press('ArrowDown');
    const outline = () =>
      widget
        .locator('[part=prediction]')
        .nth(1)
        .evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(await outline()).toBe('solid');
    await widget.getByText('None of these').click();
    expect(await outline()).toBe('none');
    await page.context().close();
  });

  test.for([320, 390])('fits a screen of %i pixels, however long the labels', async (width) => {
    const { page, widget } = await open({ viewport: { width, height: 700 } });
    await page.route('**/v1/classify', (route) =>
      route.fulfill({
        headers: { 'Access-Control-Allow-Origin': '*' },
        json: {
          predictions: [
            { label: 'Donaudampfschifffahrtsgesellschaftskapitänsmütze', index: 0, probability: 1 },
          ],
          unknown: false,
        },
      }),
    );
    await choose(widget, daisy);
    await settled(widget);
    await widget.getByRole('radio').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      width,
    );
    await page.context().close();
  });

  test('speaks German where the page says how', async () => {
    const { page, widget } = await open(
      {},
      `<form><petal-image name="photo" label="Was ist das?" required></petal-image></form>`,
    );
    await widget.evaluate((element, strings) => {
      (element as PetalImageElement).strings = strings;
    }, germanStrings);
    expect(await widget.getByRole('button').allTextContents()).toEqual(['Foto wählen']);
    expect(
      await widget.evaluate((element) => (element as PetalImageElement).validationMessage),
    ).toBe('Wähle ein Foto.');
    await choose(widget, daisy);
    await settled(widget);
    expect(
      await widget
        .getByRole('radio')
        .last()
        .evaluate((radio) => radio.parentElement?.textContent),
    ).toBe('Nichts davon');
    await choose(widget, text);
    await widget.locator('[part~=error]').waitFor();
    expect(await widget.getByRole('status').textContent()).toBe(
      'Petal liest JPEG, PNG, WebP, GIF und BMP.',
    );
    // Nothing is left that only English has.
    expect(Object.keys(germanStrings).sort()).toEqual(
      await widget.evaluate((element) =>
        Object.keys((element as PetalImageElement).strings).sort(),
      ),
    );
    await page.context().close();
  });
});
