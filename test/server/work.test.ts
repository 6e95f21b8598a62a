/** What small files that take much work come to, over HTTP. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { classifyResults } from '../../src/contract/answers.ts';
import { type Petal, startPetal } from '../../src/testing/start-petal.ts';
import { extremes } from '../fuzz/extremes/extremes.ts';
import { neverSent } from '../support/never-sent.ts';

/** As many photos as a form may hold. */
const photosInForm = 32;

function makeExtreme(name: string): Uint8Array {
  const found = extremes.find((extreme) => extreme.name === name);
  if (found === undefined) throw new RangeError(`There is no extreme "${name}".`);
  return found.make();
}

/** Each is over the work that a photo may take: pixels of no bits, transformed four times. */
const costly = makeExtreme('webp: lossless, 16,383 x 3051, all transforms');

/** The outcome of one photo of a list: `answered`, or a problem's code and the limit that it names. */
interface PhotoOutcome {
  readonly code: string;
  readonly limitUnits?: number;
}

describe('small files that take much work', () => {
  let petal: Petal;
  let small: Uint8Array;
  beforeAll(async () => {
    petal = await startPetal({ bundle: inject('bundle') });
    small = await readFile(join(import.meta.dirname, '../fixtures/valid/jpeg/daisy.jpg'));
  });
  afterAll(async () => {
    await petal.dispose();
  });

  function formOf(...photos: readonly Uint8Array[]): FormData {
    const form = new FormData();
    for (const photo of photos) form.append('image', new File([photo.slice()], 'photo'));
    return form;
  }

  async function askForm(fit: string, ...photos: readonly Uint8Array[]): Promise<PhotoOutcome[]> {
    const response = await petal.fetch(`/v1/classify?fit=${fit}`, {
      method: 'POST',
      body: formOf(...photos),
    });
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return classifyResults.parse(JSON.parse(text)).results.map((each): PhotoOutcome => {
      if (!('problem' in each)) return { code: 'answered' };
      const { code, ...facts } = each.problem;
      return { code, ...('limitUnits' in facts ? { limitUnits: Number(facts.limitUnits) } : {}) };
    });
  }

  function repeat(photo: Uint8Array, times = photosInForm): Uint8Array[] {
    return Array.from({ length: times }, () => photo);
  }

  test('refuses a form of 32 BMPs of one column and 50 million rows for their sides', async () => {
    const bmp = makeExtreme('bmp: RLE8 of 1 x 50,000,000, no data');
    const outcomes = await askForm('squash', ...repeat(bmp));
    expect(outcomes).toEqual(repeat(bmp).map(() => ({ code: 'image-too-large' })));
  });

  test('works on the first few of 32 photos that take too much work, and refuses the others unseen', async () => {
    const outcomes = await askForm('squash', ...repeat(costly));
    expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set(['too-much-work']));
    const [photoLimit] = outcomes.map(({ limitUnits }) => limitUnits ?? 0);
    const requestLimit = Math.max(...outcomes.map(({ limitUnits }) => limitUnits ?? 0));
    expect(photoLimit).toBeLessThan(requestLimit);
    // Those that met a photo's own limit took no more than the request's together.
    const worked = outcomes.filter(({ limitUnits }) => limitUnits === photoLimit);
    expect(worked.length * photoLimit).toBeLessThanOrEqual(requestLimit);
    // All photos behind these met the request's.
    const rest = outcomes.slice(worked.length);
    expect(rest.map(({ limitUnits }) => limitUnits)).toEqual(rest.map(() => requestLimit));
    expect(rest.length).toBeGreaterThan(photosInForm / 2);
  });

  test('answers the photos that come before those that take too much work', async () => {
    const [first, ...others] = await askForm('crop', small, ...repeat(costly, 3));
    expect(first).toEqual({ code: 'answered' });
    expect(others.map(({ code }) => code)).toEqual(repeat(costly, 3).map(() => 'too-much-work'));
  });

  test('answers a form of 32 ordinary photos', async () => {
    const outcomes = await askForm('crop', ...repeat(small));
    expect(outcomes).toEqual(repeat(small).map(() => ({ code: 'answered' })));
  });

  test('answers a small photo before the last of 64 expensive ones that were sent before it', async () => {
    const finished: string[] = [];
    const forms = ['first form', 'second form'].map(async (name) => {
      await askForm('squash', ...repeat(costly));
      finished.push(name);
    });
    const response = await petal.fetch('/v1/classify', {
      method: 'POST',
      body: neverSent(small),
    });
    await response.body?.cancel();
    finished.push('small photo');
    await Promise.all(forms);
    expect(response.status).toBe(200);
    expect(finished.slice(0, -1)).toContain('small photo');
  });

  test('refuses an expensive photo alone with the status of its problem', async () => {
    const response = await petal.fetch('/v1/classify', { method: 'POST', body: costly.slice() });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: 'too-much-work',
      limitUnits: expect.any(Number),
    });
  });
});
