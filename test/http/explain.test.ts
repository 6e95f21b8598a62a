import { describe, expect, inject, test } from 'vitest';
import { explainAnswer, explainResults } from '../../src/contract/answers.ts';
import { classify, expectProblem, file, form, send, validPhoto } from './support.ts';

const daisy = validPhoto('daisy.jpg').bytes;

function post(body: BodyInit, query = '', accept = '*/*'): Promise<Response> {
  return send(`/v1/explain${query}`, { method: 'POST', body, headers: { Accept: accept } });
}

async function explain(body: BodyInit, query = '') {
  const response = await post(body, query);
  expect(response.status, await response.clone().text()).toBe(200);
  return explainAnswer.parse(await response.json());
}

describe('POST /v1/explain', () => {
  test('explains the most probable class unless one is named', async () => {
    const { predictions } = await classify(daisy, '?top_k=1');
    expect(await explain(daisy)).toMatchObject(predictions[0]);
  });

  test('explains any class that is named, with its own heatmap', async () => {
    const bee = await explain(daisy, '?label=n02206856');
    expect(bee.label).toBe('bee');
    expect(bee.heatmap).not.toEqual((await explain(daisy)).heatmap);
  });

  test('explains the most probable class of an ancestor', async () => {
    const { predictions } = await classify(daisy, '?labels=insect&top_k=1');
    expect(await explain(daisy, '?label=insect')).toMatchObject(predictions[0]);
  });

  test('refuses a class that is not known', async () => {
    const problem = await expectProblem(await post(daisy, '?label=daisie'), 'invalid-parameter');
    expect(problem).toMatchObject({ parameter: 'label' });
  });

  test.runIf(inject('trained'))('sees the flower in the middle of its photo', async () => {
    const { heatmap } = await explain(daisy);
    expect(heatmap[3][3]).toBeGreaterThan(0.8);
    for (const corner of [heatmap[0][0], heatmap[0][6], heatmap[6][0], heatmap[6][6]]) {
      expect(corner).toBeLessThan(0.3);
    }
  });

  test('draws a PNG of the upright photo for who wants one', async () => {
    const response = await post(daisy, '', 'image/png');
    expect(response.headers.get('Content-Type')).toBe('image/png');
    const view = new DataView(await response.arrayBuffer());
    // The signature, and IHDR's width and height (PNG, 5.2 and 11.2.2).
    expect(view.getUint32(0)).toBe(0x89504e47);
    expect([view.getUint32(16), view.getUint32(20)]).toEqual([500, 375]);
  });

  test('draws one photo at a time', async () => {
    const body = form(['image', file(daisy)], ['image', file(daisy)]);
    const problem = await expectProblem(await post(body, '', 'image/png'), 'too-many-images');
    expect(problem).toMatchObject({ limitImages: 1 });
    const page = await post(body, '', 'text/html');
    expect(page.status).toBe(400);
    expect(await page.text()).toContain('A picture shows one photo');
  });

  test('explains many photos as JSON', async () => {
    const body = form(['image', file(daisy)], ['image', file(new Uint8Array([0]))]);
    const { results } = explainResults.parse(await (await post(body)).json());
    expect(results[0]).toEqual(await explain(daisy));
    expect(results[1]).toMatchObject({ problem: { code: 'unsupported-media-type' } });
  });

  test('shows a page with the picture to a browser', async () => {
    const response = await post(form(['image', file(daisy)]), '', 'text/html');
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html/);
    expect(await response.text()).toContain('src="data:image/png;base64,iVBOR');
  });
});
