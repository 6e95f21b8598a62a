import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type FormServer, serveForms } from '../../examples/forms/serve.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { chromiumPath, launchChromium } from '../support/chromium.ts';
import {
  accessibilityFailures,
  type ChosenFile,
  choose,
  daisy,
  fixturePath,
  largePhoto,
  openPage,
  settled,
  stateOf,
} from './support.ts';

const executablePath = chromiumPath();

describe.runIf(executablePath !== null && inject('trained'))('the example forms', () => {
  let forms: FormServer;
  let petal: Petal;
  let browser: Browser;
  let photo: ChosenFile;

  beforeAll(async () => {
    forms = await serveForms({ petal: () => petal.url });
    petal = await startPetal({
      bundle: inject('bundle'),
      bindings: { PETAL_ALLOWED_ORIGINS: forms.url.origin },
    });
    browser = await launchChromium(executablePath ?? '');
    photo = await largePhoto(6);
  });
  afterAll(async () => {
    await browser.close();
    await petal.dispose();
    await forms.close();
  });

  const open = (example: string, options = {}) =>
    openPage(browser, new URL(`/${example}/`, forms.url), options);

  /** What the last report holds, its photo looked into. */
  async function lastReport() {
    const fields = new Map(forms.reports.at(-1));
    const file = fields.get('photo');
    if (!(file instanceof File)) throw new Error('The report has no photo.');
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { format, width, height, orientation = 1 } = await sharp(bytes).metadata();
    const answer = await petal.fetch('/v1/classify?top_k=1', { method: 'POST', body: bytes });
    const { predictions } = (await answer.json()) as { predictions: { label: string }[] };
    const facts = { name: file.name, type: file.type, format, width, height, orientation };
    return { names: [...fields.keys()], fields, bytes, facts, label: predictions[0].label };
  }

  const upright = {
    name: 'IMG_0001.jpg',
    type: 'image/jpeg',
    format: 'jpeg',
    width: 598,
    height: 448,
    orientation: 1,
  };

  test.for(['plain', 'cross-origin'])(
    '%s: the server gets an upright photo and its label',
    async (example) => {
      const { page, widget, failures } = await open(example);
      await choose(widget, photo);
      await settled(widget);
      const { prediction } = await stateOf(widget);
      expect(await accessibilityFailures(page)).toEqual([]);
      await page.getByRole('button', { name: 'Send the report' }).click();
      await page.getByRole('heading', { name: 'The report' }).waitFor();

      const { names, fields, bytes, facts, label } = await lastReport();
      expect(names).toEqual(expect.arrayContaining(['photo', 'photo.label', 'photo.probability']));
      expect(facts).toEqual(upright);
      expect(bytes.length).toBeLessThan(100_000);
      expect(label).toBe('daisy');
      expect(fields.get('photo.label')).toBe('daisy');
      expect(fields.get('photo.probability')).toBe(String(prediction?.probability));
      expect(failures).toEqual([]);
      await page.context().close();
    },
  );

  test('plain: starts again, and asks for a photo', async () => {
    const { page, widget } = await open('plain');
    await choose(widget, daisy);
    await settled(widget);
    await page.getByRole('button', { name: 'Start again' }).click();
    expect(await stateOf(widget)).toMatchObject({ value: null, valid: false });
    await page.getByRole('button', { name: 'Send the report' }).click();
    expect(new URL(page.url()).pathname).toBe('/plain/');
    await page.context().close();
  });

  test('plain: without scripts the photo arrives as it is', async () => {
    const { page } = await open('plain', { javaScriptEnabled: false });
    await page.getByLabel('Photo').setInputFiles(daisy);
    await page.getByRole('button', { name: 'Send the report' }).click();
    const { names, facts } = await lastReport();
    expect(names).toEqual(['place', 'photo', 'notes']);
    expect(facts).toMatchObject({ name: 'daisy.jpg', width: 500, height: 375 });
    await page.context().close();
  });

  test('react: the form is sent without leaving the page', async () => {
    const { page, widget, failures } = await open('react');
    await widget.getByRole('button').waitFor();
    await choose(widget, photo);
    await page.getByRole('button', { name: 'Report a daisy' }).waitFor();
    // React handed it three, as a property.
    expect((await stateOf(widget)).labels).toHaveLength(3);
    await widget.getByRole('radio').nth(1).check();
    await page.getByRole('button', { name: 'Report a bee' }).waitFor();
    await widget.getByRole('radio').first().check();
    await page.getByLabel('Where was it?').fill('In the garden');
    await page.getByRole('button', { name: 'Report a daisy' }).click();
    await page.getByText('Thank you. The report was sent.').waitFor();

    const { names, fields, facts, label } = await lastReport();
    expect(names).toEqual(['place', 'photo', 'photo.label', 'photo.probability']);
    expect(facts).toEqual(upright);
    expect([label, fields.get('photo.label'), fields.get('place')]).toEqual([
      'daisy',
      'daisy',
      'In the garden',
    ]);
    expect(await stateOf(widget)).toMatchObject({ value: null });
    expect(failures).toEqual([]);
    await page.context().close();
  });

  test('react: says why there is no label', async () => {
    const { page, widget } = await open('react');
    await widget.getByRole('button').waitFor();
    await choose(widget, fixturePath('invalid/unsupported-media-type/text.txt'));
    await page.getByText(/^No label: /).waitFor();
    await page.context().close();
  });

  test('cross-origin: where Petal is not to be reached, people name it themselves', async () => {
    const { page, widget } = await open('cross-origin');
    await page.route('**/v1/classify', (route) => route.abort());
    await choose(widget, daisy);
    await page.getByLabel('What is it, in your words?').fill('a daisy');
    await page.getByRole('button', { name: 'Send the report' }).click();
    await page.getByRole('heading', { name: 'The report' }).waitFor();
    const { names, fields } = await lastReport();
    expect(names).toEqual(['photo', 'own-label']);
    expect(fields.get('own-label')).toBe('a daisy');
    await page.context().close();
  });
});
