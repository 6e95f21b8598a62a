import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import type { PetalImageElement } from '../../src/widget/widget.ts';
import { hasChromium } from '../support/petal-in-chromium.ts';
import {
  choose,
  daisy,
  fixturePath,
  formFields,
  type Opened,
  openPage,
  settled,
  stateOf,
  useWidgetPage,
} from './support.ts';

const text = fixturePath('invalid/unsupported-media-type/text.txt');

describe.runIf(hasChromium)('the widget as a field of a form', () => {
  const site = useWidgetPage();

  async function open(html: string, options: BrowserContextOptions = {}): Promise<Opened> {
    site.body = html;
    return await openPage(site.browser, site.url, options);
  }

  const form = (attributes = '', more = '') =>
    `<form><petal-image name="photo" label="What is it?" ${attributes}></petal-image>${more}</form>`;

  test.runIf(inject('trained'))('has the photo, its label and its probability', async () => {
    const { page, widget, failures } = await open(form());
    await choose(widget, daisy);
    await settled(widget);
    const { prediction } = await stateOf(widget);
    expect(prediction).toMatchObject({ label: 'daisy', wnid: 'n11939491' });
    expect(await formFields(page)).toEqual([
      ['photo', { name: 'daisy.jpg', type: 'image/jpeg', size: expect.any(Number) }],
      ['photo.label', 'daisy'],
      ['photo.probability', String(prediction?.probability)],
    ]);
    expect(failures).toEqual([]);
    await page.context().close();
  });

  test('has an empty file without a photo, as a file input has, and nothing without a name', async () => {
    const { page, widget } = await open(form('', '<input type="file" name="other">'));
    const [[, ours], [, theirs]] = await formFields(page);
    expect(ours).toEqual(theirs);
    await widget.evaluate((element) => element.removeAttribute('name'));
    expect(await formFields(page)).toEqual([['other', theirs]]);
    await page.context().close();
  });

  test('must have a photo where it is required, and says so', async () => {
    const { page, widget } = await open(form('required', '<button>Send</button>'));
    const { valid, validationMessage } = await stateOf(widget);
    expect({ valid, validationMessage }).toEqual({
      valid: false,
      validationMessage: 'Choose a photo.',
    });
    await page.getByRole('button', { name: 'Send' }).click();
    expect(page.url()).toBe(site.url.href);
    // The browser puts the keyboard where its sentence is.
    expect(await widget.evaluate((element) => element.matches(':focus-within'))).toBe(true);
    expect(await page.locator('petal-image:invalid').count()).toBe(1);
    await choose(widget, daisy);
    await settled(widget);
    expect(await stateOf(widget)).toMatchObject({ valid: true, validationMessage: '' });
    await page.context().close();
  });

  test('keeps its form while the photo is looked at, but not for ever', async () => {
    const { page, widget } = await open(form());
    await page.clock.install();
    await page.route('**/v1/classify', () => undefined);
    await Promise.all([page.waitForRequest('**/v1/classify'), choose(widget, daisy)]);
    expect(await stateOf(widget)).toMatchObject({
      valid: false,
      validationMessage: 'Wait a few seconds: the photo is being looked at.',
    });
    await page.clock.fastForward(10_001);
    expect(await stateOf(widget)).toMatchObject({ valid: true });
    expect((await formFields(page)).map(([name]) => name)).toEqual(['photo']);
    await page.context().close();
  });

  test('is not valid with a file that is no photo, and is without it', async () => {
    const { page, widget } = await open(form());
    await choose(widget, text);
    await widget.locator('[part~=error]').waitFor();
    const sentence = await widget.locator('[part~=error]').textContent();
    expect(sentence).toContain('image/jpeg');
    expect(await stateOf(widget)).toMatchObject({ valid: false, validationMessage: sentence });
    await widget.getByRole('button', { name: 'Remove' }).click();
    expect(await stateOf(widget)).toMatchObject({ valid: true, value: null });
    expect(await widget.locator('[part~=error]').count()).toBe(0);
    await page.context().close();
  });

  test('takes a reason of the page why the form can not be sent', async () => {
    const { page, widget } = await open(form());
    const told = await widget.evaluate((element) => {
      const widget = element as PetalImageElement;
      const seen: string[] = [];
      widget.addEventListener('invalid', () => seen.push('invalid'));
      widget.setCustomValidity('No photos on Sundays.');
      seen.push(String(widget.checkValidity()), String(widget.reportValidity()));
      seen.push(widget.validationMessage);
      widget.setCustomValidity('');
      return [...seen, String(widget.checkValidity())];
    });
    expect(told).toEqual(['invalid', 'invalid', 'false', 'false', 'No photos on Sundays.', 'true']);
    await page.context().close();
  });

  test.for([
    ['by itself', form('disabled required')],
    ['with its fieldset', `<form><fieldset disabled>${form('required')}</fieldset></form>`],
  ] as const)('is disabled %s: it is not sent, not checked and takes nothing', async ([, html]) => {
    const { page, widget } = await open(html);
    expect(await formFields(page)).toEqual([]);
    expect(await widget.getByRole('button').isDisabled()).toBe(true);
    expect(await widget.evaluate((element) => (element as PetalImageElement).willValidate)).toBe(
      false,
    );
    await drop(widget, 'photo.png', 'image/png');
    expect(await stateOf(widget)).toMatchObject({ value: null });
    await page.evaluate(() => {
      for (const element of document.querySelectorAll('[disabled]')) {
        element.removeAttribute('disabled');
      }
    });
    expect(await widget.getByRole('button').isDisabled()).toBe(false);
    expect(await stateOf(widget)).toMatchObject({ valid: false });
    await page.context().close();
  });

  test('is empty again when the form is reset, and asks no further', async () => {
    const { page, widget, failures } = await open(form('required'));
    await page.route('**/v1/classify', () => undefined);
    const failed = page.waitForEvent('requestfailed');
    await Promise.all([page.waitForRequest('**/v1/classify'), choose(widget, daisy)]);
    await page.evaluate(() => document.querySelector('form')?.reset());
    expect((await failed).failure()?.errorText).toContain('ABORTED');
    expect(await stateOf(widget)).toMatchObject({ value: null, files: [], valid: false });
    expect(await widget.getByRole('button').allTextContents()).toContain('Choose a photo');
    expect(failures).toEqual([]);
    await page.context().close();
  });

  test('takes what a file input takes as properties', async () => {
    const { page, widget } = await open(form('top-k="3" min-probability="0.2" accept="image/png"'));
    const properties = await widget.evaluate((element) => {
      const widget = element as PetalImageElement;
      widget.required = true;
      widget.topK = 4;
      widget.minProbability = undefined;
      widget.local = 'only';
      const { name, label, accept, capture, required, disabled, endpoint, model } = widget;
      const { topK, minProbability, local, labels, form } = widget;
      return {
        ...{ name, label, accept, capture, required, disabled, endpoint, model },
        ...{ topK, minProbability, local },
        labels: labels.length,
        isInForm: form === document.querySelector('form'),
        isElement: form?.elements[0] === widget,
        attributes: widget.getAttributeNames().sort().join(),
      };
    });
    expect(properties).toEqual({
      name: 'photo',
      label: 'What is it?',
      accept: 'image/png',
      capture: '',
      required: true,
      disabled: false,
      endpoint: '',
      model: '',
      topK: 4,
      minProbability: undefined,
      local: 'only',
      labels: 0,
      isInForm: true,
      isElement: true,
      attributes: 'accept,label,local,name,required,top-k',
    });
    await page.context().close();
  });

  test('takes a photo from the page, without telling it', async () => {
    const { page, widget } = await open(form('', '<input type="file" id="source">'));
    await page.locator('#source').setInputFiles(daisy);
    const heard = await widget.evaluate(async (element) => {
      const widget = element as PetalImageElement;
      const heard: string[] = [];
      for (const type of ['input', 'change', 'petal-result']) {
        widget.addEventListener(type, () => heard.push(type));
      }
      const result = new Promise((resolve) => widget.addEventListener('petal-result', resolve));
      widget.files = document.querySelector<HTMLInputElement>('#source')?.files ?? null;
      await result;
      return heard;
    });
    expect(heard).toEqual(['petal-result']);
    expect(await stateOf(widget)).toMatchObject({ files: [{ name: 'daisy.jpg' }] });
    await widget.evaluate((element) => {
      (element as PetalImageElement).value = null;
    });
    expect(await stateOf(widget)).toMatchObject({ files: [], value: null, answer: null });
    await page.context().close();
  });

  test('takes properties that were set before its script came', async () => {
    const { page, widget } = await open(
      `<petal-image></petal-image><script>
        const early = document.querySelector('petal-image');
        early.label = 'Was ist das?';
        early.strings = { choose: 'Foto wählen' };
      </script>`,
    );
    await widget.getByRole('button', { name: 'Foto wählen' }).waitFor();
    expect(await widget.getAttribute('label')).toBe('Was ist das?');
    await page.context().close();
  });

  test('tells the page what happens, across the borders of shadows', async () => {
    const { page, widget } = await open(
      `<div><template shadowrootmode="open">${form()}</template></div>`,
    );
    await page.evaluate(() => {
      const heard: unknown[] = [];
      Object.assign(globalThis, { heard });
      for (const type of ['input', 'change', 'petal-result', 'petal-error']) {
        document.addEventListener(type, (event) => {
          const { value, prediction } = event.composedPath()[0] as PetalImageElement;
          const detail = event instanceof CustomEvent ? event.detail : undefined;
          heard.push([type, value?.name, prediction?.label, Object.keys(detail ?? {}).join()]);
        });
      }
    });
    const heard = () => page.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard);
    await choose(widget, daisy);
    await settled(widget);
    const { labels } = await stateOf(widget);
    const first = inject('trained') ? labels[0] : expect.anything();
    expect(await heard()).toEqual([
      ['input', 'daisy.jpg', undefined, ''],
      ['change', 'daisy.jpg', undefined, ''],
      ['petal-result', 'daisy.jpg', first, 'answer,photo'],
    ]);
    await widget.getByRole('radio').nth(1).check();
    expect((await heard()).slice(3)).toEqual([
      ['input', 'daisy.jpg', labels[1], ''],
      ['change', 'daisy.jpg', labels[1], ''],
    ]);
    await choose(widget, text);
    await widget.locator('[part~=error]').waitFor();
    expect((await heard()).slice(5)).toEqual([
      ['input', 'text.txt', undefined, ''],
      ['change', 'text.txt', undefined, ''],
      ['petal-error', 'text.txt', undefined, 'code,detail'],
    ]);
    await page.context().close();
  });

  test('is named by a label of the page, which opens the choice', async () => {
    const { page, widget } = await open(
      '<form><label for="it">What is it?</label><petal-image id="it" name="photo"></petal-image></form>',
    );
    await widget.getByRole('group', { name: 'What is it?' }).waitFor();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByText('What is it?').click(),
    ]);
    await chooser.setFiles(daisy);
    await settled(widget);
    expect(await stateOf(widget)).toMatchObject({ files: [{ name: 'daisy.jpg' }] });
    await page.context().close();
  });

  test('may stand in its label: a click on a prediction chooses that, and opens nothing', async () => {
    const { page, widget } = await open(
      '<form><label>What is it? <petal-image name="photo"></petal-image></label></form>',
    );
    await choose(widget, daisy);
    await settled(widget);
    let choosers = 0;
    page.on('filechooser', () => choosers++);
    await widget.locator('label').nth(1).click();
    const { labels, prediction } = await stateOf(widget);
    expect(prediction?.label).toBe(labels[1]);
    expect(choosers).toBe(0);
    await page.context().close();
  });

  test('has its photo again when the page is come back to', async () => {
    const { page, widget } = await open(form());
    await choose(widget, daisy);
    await settled(widget);
    const { labels } = await stateOf(widget);
    await widget.getByRole('radio').nth(1).check();
    await page.goto(new URL('/elsewhere', site.url).href);
    await page.goBack();
    await widget.getByRole('radio').first().waitFor();
    expect(await stateOf(widget)).toMatchObject({
      files: [{ name: 'daisy.jpg' }],
      prediction: { label: labels[1] },
    });
    await page.context().close();
  });

  test('is empty where Chromium doesn’t give the page its file back', async () => {
    const { page, widget } = await open(form('required'));
    // As after some other sites: the file is there, without its bytes.
    await widget.evaluate((element) => {
      const state = new FormData();
      state.set('file', new File([], 'daisy.jpg'));
      (element as PetalImageElement).formStateRestoreCallback(state);
    });
    expect(await stateOf(widget)).toMatchObject({ files: [], valid: false });
    expect(await widget.getByRole('button').allTextContents()).toEqual(['Choose a photo']);
    await page.context().close();
  });

  test('stays as it is when it is moved, and stops when it is taken away', async () => {
    const { page, widget } = await open(form('', '<p id="elsewhere"></p>'));
    let requests = 0;
    await page.route('**/v1/classify', () => {
      requests++;
    });
    await Promise.all([page.waitForRequest('**/v1/classify'), choose(widget, daisy)]);
    await page.evaluate(() =>
      document.querySelector('#elsewhere')?.append(document.querySelector('petal-image') ?? ''),
    );
    await widget.getByRole('progressbar').waitFor();
    expect(requests).toBe(1);
    const failed = page.waitForEvent('requestfailed');
    await page.evaluate(() => document.querySelector('petal-image')?.remove());
    expect((await failed).failure()?.errorText).toContain('ABORTED');
    await page.context().close();
  });

  const fallback =
    '<petal-image name="photo" required><input type="file" name="photo" required aria-label="Photo"></petal-image>';

  test('replaces what is in it for pages without scripts, so that nothing is sent twice', async () => {
    const { page, widget } = await open(`<form>${fallback}</form>`);
    await widget.getByRole('button').waitFor();
    expect(await page.getByLabel('Photo', { exact: true }).isVisible()).toBe(false);
    expect((await formFields(page)).map(([name]) => name)).toEqual(['photo']);
    await choose(widget, daisy);
    await settled(widget);
    expect(await page.evaluate(() => document.querySelector('form')?.checkValidity())).toBe(true);
    await page.context().close();
  });

  test.runIf(inject('trained'))(
    'is answered with a page without scripts, and with them',
    async () => {
      const classify = new URL('/v1/classify', site.petal.url);
      const html = `<form action="${classify}" method="post" enctype="multipart/form-data">${fallback}<button>Send</button></form>`;
      const without = await open(html, { javaScriptEnabled: false });
      await without.page.getByLabel('Photo', { exact: true }).setInputFiles(daisy);
      await without.page.getByRole('button', { name: 'Send' }).click();
      expect(await without.page.getByRole('heading', { level: 1 }).textContent()).toBe('daisy');
      await without.page.context().close();

      const { page, widget } = await open(html);
      await choose(widget, daisy);
      await settled(widget);
      await page.getByRole('button', { name: 'Send' }).click();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('daisy');
      await page.context().close();
    },
  );
});

/** Drops a file of a red pixel. */
async function drop(widget: Opened['widget'], name: string, type: string): Promise<void> {
  await widget.evaluate(
    async (element, { name, type }) => {
      const canvas = document.createElement('canvas');
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([blob ?? ''], name, { type }));
      element.dispatchEvent(
        new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true, composed: true }),
      );
    },
    { name, type },
  );
}
