import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, inject, test } from 'vitest';
import type { PetalImageElement } from '../../src/widget/widget.ts';
import { hasChromium } from '../support/petal-in-chromium.ts';
import {
  choose,
  daisy,
  formFields,
  largePhoto,
  type Opened,
  openPage,
  settled,
  stateOf,
  useWidgetPage,
} from './support.ts';

describe.runIf(hasChromium && inject('trained'))('the widget’s answers', () => {
  const site = useWidgetPage();

  async function open(attributes = '', html = ''): Promise<Opened> {
    site.body = `<form><petal-image name="photo" label="What is it?" ${attributes}></petal-image>${html}</form>`;
    return await openPage(site.browser, site.url, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
  }

  const rows = (widget: Opened['widget']) => widget.locator('[part=prediction]').allTextContents();
  const status = (widget: Opened['widget']) => widget.getByRole('status').textContent();

  test('are predictions to choose from, of which the first is chosen', async () => {
    const { page, widget } = await open();
    await choose(widget, daisy);
    await settled(widget);
    expect(await rows(widget)).toEqual([
      expect.stringMatching(/^daisy\d\d\.\d %$/),
      expect.stringMatching(/^bee0\.\d %$/),
      expect.stringMatching(/ %$/),
      expect.stringMatching(/ %$/),
      expect.stringMatching(/ %$/),
      'None of these',
    ]);
    expect(await widget.getByRole('radio').first().isChecked()).toBe(true);
    expect(await status(widget)).toBe('Is this right?');
    await page.context().close();
  });

  test('may be none of these: then the photo is sent without a label', async () => {
    const { page, widget } = await open();
    await choose(widget, daisy);
    await settled(widget);
    await widget.getByText('None of these').click();
    expect((await formFields(page)).map(([name]) => name)).toEqual(['photo']);
    expect(await stateOf(widget)).toMatchObject({ prediction: null, valid: true });
    await widget.getByRole('radio').nth(1).check();
    expect((await formFields(page)).slice(1, 2)).toEqual([['photo.label', 'bee']]);
    await page.context().close();
  });

  test('say that Petal isn’t sure where it isn’t, and choose nothing', async () => {
    const { page, widget } = await open();
    await choose(widget, { name: 'sheet.png', mimeType: 'image/png', buffer: await blankSheet() });
    await settled(widget);
    expect((await stateOf(widget)).answer).toMatchObject({ unknown: true });
    expect(await status(widget)).toBe('Petal isn’t sure what this is.');
    expect(await widget.getByRole('radio', { checked: true }).count()).toBe(0);
    expect(await stateOf(widget)).toMatchObject({ prediction: null, valid: true });
    expect((await formFields(page)).map(([name]) => name)).toEqual(['photo']);
    await page.context().close();
  });

  test('are as many and as probable as asked for, of the model asked for', async () => {
    const { page, widget } = await open(
      'top-k="2" min-probability="0" model="mobilenet_v2_1.0_224"',
    );
    await choose(widget, daisy);
    await settled(widget);
    expect((await stateOf(widget)).labels).toEqual(['daisy', 'bee']);
    // What is asked differently is asked again.
    const again = page.waitForRequest('**/v1/classify');
    await widget.evaluate((element) => {
      (element as PetalImageElement).minProbability = 0.99;
    });
    await again;
    await settled(widget);
    expect((await stateOf(widget)).labels).toEqual([]);
    expect(await status(widget)).toBe('Petal isn’t sure what this is.');
    expect(await widget.getByRole('radio').count()).toBe(0);
    await page.context().close();
  });

  test('explain a wrong attribute', async () => {
    const { page, widget } = await open('top-k="many"');
    await choose(widget, daisy);
    await settled(widget);
    expect(await status(widget)).toMatch(/top_k/);
    await page.context().close();
  });

  test('of 12 megapixels cost less than 100 kB, upright, and name the file as it was', async () => {
    const { page, widget } = await open();
    const request = page.waitForRequest('**/v1/classify');
    await choose(widget, await largePhoto(6));
    const sent = Number((await (await request).allHeaders())['content-length']);
    expect(sent).toBeLessThan(100_000);
    await settled(widget);
    const { value, files, prediction, answer } = await stateOf(widget);
    expect(value).toMatchObject({ name: 'IMG_0001.jpg', type: 'image/jpeg' });
    expect(value?.size).toBeLessThan(sent);
    expect(files[0].name).toBe('IMG_0001.JPG');
    expect(prediction?.label).toBe('daisy');
    expect(answer?.image).toMatchObject({ height: 448, orientation: 1 });
    const preview = widget.getByRole('img', { name: 'IMG_0001.JPG' });
    expect(await preview.evaluate((canvas) => (canvas as HTMLCanvasElement).width)).toBeGreaterThan(
      await preview.evaluate((canvas) => (canvas as HTMLCanvasElement).height),
    );
    await page.context().close();
  });

  test('come with nothing but a keyboard', async () => {
    const { page, widget } = await open('required', '<button>Send</button>');
    // Whoever listens first has to wait until Chromium knows that somebody does.
    page.on('filechooser', () => undefined);
    await widget.getByRole('button').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(widget)).toBe('choose');
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.keyboard.press('Enter'),
    ]);
    await chooser.setFiles(daisy);
    await settled(widget);
    // The button that was pressed still has the keyboard; the predictions are before it.
    expect(await focused(widget)).toBe('choose');
    await page.keyboard.press('Shift+Tab');
    expect(await focused(widget)).toBe('radio');
    await page.keyboard.press('ArrowDown');
    expect((await stateOf(widget)).prediction?.label).toBe('bee');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused(widget)).toBe('remove button');
    await page.keyboard.press('Enter');
    expect(await stateOf(widget)).toMatchObject({ value: null });
    expect(await focused(widget)).toBe('choose');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Send');
    await page.context().close();
  });

  const focused = (widget: Opened['widget']) =>
    widget.evaluate((element) =>
      element.shadowRoot?.activeElement?.getAttribute('part')?.replace(/^(choose) button$/, '$1'),
    );

  test('come of a photo that is pasted', async () => {
    const { page, widget } = await open();
    await page.evaluate(
      async (base64) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
        const canvas = document.createElement('canvas');
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
        canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
        const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': png ?? '' })]);
      },
      (await readFile(daisy)).toString('base64'),
    );
    await widget.getByRole('button').focus();
    await page.keyboard.press('ControlOrMeta+v');
    await widget.getByRole('radio').first().waitFor();
    expect((await stateOf(widget)).prediction?.label).toBe('daisy');
    await page.context().close();
  });

  test('come of a photo that is dropped, but of nothing else', async () => {
    const { page, widget } = await open();
    await drag(widget, 'dragover', { name: 'notes.txt', type: 'text/plain', base64: '' });
    expect(await widget.locator('[part=base].dragging').count()).toBe(1);
    await drag(widget, 'drop', { name: 'notes.txt', type: 'text/plain', base64: '' });
    expect(await status(widget)).toBe('This is not a photo that can be used here.');
    expect(await stateOf(widget)).toMatchObject({ value: null, valid: true });
    const base64 = (await readFile(daisy)).toString('base64');
    await drag(widget, 'drop', { name: 'daisy.jpg', type: 'image/jpeg', base64 });
    await widget.getByRole('radio').first().waitFor();
    expect((await stateOf(widget)).prediction?.label).toBe('daisy');
    // What is dropped in vain leaves the photo as it was, and is forgotten when somebody goes on.
    await drag(widget, 'drop', { name: 'notes.txt', type: 'text/plain', base64: '' });
    expect(await status(widget)).toBe('This is not a photo that can be used here.');
    expect((await stateOf(widget)).prediction?.label).toBe('daisy');
    await widget.getByRole('radio').nth(1).check();
    expect(await status(widget)).toBe('Is this right?');
    // The answer to a photo comes after what is dropped in the meantime.
    const { promise: isDropped, resolve: drop } = Promise.withResolvers<void>();
    await page.route('**/v1/classify', async (route) => {
      await isDropped;
      await route.continue();
    });
    const asked = page.waitForRequest('**/v1/classify');
    await drag(widget, 'drop', { name: 'daisy.jpg', type: 'image/jpeg', base64 });
    await asked;
    await drag(widget, 'drop', { name: 'notes.txt', type: 'text/plain', base64: '' });
    drop();
    await settled(widget);
    expect(await status(widget)).toBe('Is this right?');
    await page.context().close();
  });

  test('come of what the file input offers: photos, or what accept says, or the camera', async () => {
    const { page, widget } = await open();
    const input = widget.locator('input[type=file]');
    const offered = () =>
      input.evaluate((element) => [
        element.getAttribute('accept'),
        element.getAttribute('capture'),
      ]);
    expect(await offered()).toEqual(['image/*', null]);
    await widget.evaluate((element) => {
      element.setAttribute('accept', '.png,image/webp');
      element.setAttribute('capture', 'environment');
    });
    expect(await offered()).toEqual(['.png,image/webp', 'environment']);
    await widget.evaluate((element) => element.setAttribute('capture', ''));
    expect(await offered()).toEqual(['.png,image/webp', '']);
    await widget.evaluate((element) => element.removeAttribute('capture'));
    expect(await offered()).toEqual(['.png,image/webp', null]);
    await drag(widget, 'drop', { name: 'daisy.jpg', type: 'image/jpeg', base64: '' });
    expect(await stateOf(widget)).toMatchObject({ value: null });
    await drag(widget, 'drop', { name: 'DAISY.PNG', type: 'image/png', base64: '' });
    expect(await stateOf(widget)).toMatchObject({ files: [{ name: 'DAISY.PNG' }] });
    await page.context().close();
  });

  test('come of a format that Petal doesn’t read and the browser does', async () => {
    const { page, widget } = await open();
    await choose(widget, {
      name: 'daisy.avif',
      mimeType: 'image/avif',
      buffer: await sharp(daisy).avif().toBuffer(),
    });
    await settled(widget);
    expect(await stateOf(widget)).toMatchObject({
      value: { name: 'daisy.jpg', type: 'image/jpeg' },
      prediction: { label: 'daisy' },
    });
    await page.context().close();
  });
});

/** A photo of nothing. */
async function blankSheet(): Promise<Buffer> {
  const create = { width: 300, height: 300, channels: 3, background: '#777' } as const;
  return await sharp({ create }).png().toBuffer();
}

/** Drags a file over the widget, or drops it. */
async function drag(
  widget: Opened['widget'],
  type: 'dragover' | 'drop',
  file: { name: string; type: string; base64: string },
): Promise<void> {
  await widget.evaluate(
    (element, [type, file]) => {
      const bytes = Uint8Array.from(atob(file.base64), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], file.name, { type: file.type }));
      const base = element.shadowRoot?.querySelector('[part=base]');
      base?.dispatchEvent(
        new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true }),
      );
    },
    [type, file] as const,
  );
}
