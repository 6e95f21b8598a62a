import { describe, expect, test } from 'vitest';
import { file, form, send, validPhoto } from './support.ts';

const daisy = validPhoto('daisy.jpg').bytes;

/** What Chromium sends when it posts a form. */
const browser =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

function post(accept: string | undefined, body: BodyInit = daisy): Promise<Response> {
  return send('/v1/classify', {
    method: 'POST',
    body,
    headers: accept === undefined ? {} : { Accept: accept },
  });
}

describe('an answer', () => {
  test.for([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/json, text/plain, */*', 'application/json'],
    ['*/*, text/html;q=0.9', 'application/json'],
    ['*/*, text/html', 'text/html; charset=UTF-8'],
    ['text/*, text/html;q=0', 'text/plain; charset=UTF-8'],
    ['image/webp', 'application/json'],
    ['text/plain', 'text/plain; charset=UTF-8'],
    ['text/html', 'text/html; charset=UTF-8'],
    [browser, 'text/html; charset=UTF-8'],
    ['text/html;q=0.5, text/plain', 'text/plain; charset=UTF-8'],
    ['text/html;q=0, application/json;q=0.1', 'application/json'],
  ] as const)('to a client that accepts %s is %s', async ([accept, type]) => {
    const response = await post(accept);
    expect(response.headers.get('Content-Type')).toBe(type);
    expect(response.headers.get('Vary')).toContain('Accept');
    await response.body?.cancel();
  });

  test('for a terminal is a table with bars', async () => {
    const [first] = (await (await post('text/plain')).text()).split('\n');
    expect(first).toMatch(/^\S.+ +\d+\.\d %( +\u2588*)?$/);
  });

  test('for a form without scripts is a page with every label', async () => {
    const body = form(['image', file(daisy)], ['top_k', '3']);
    const html = await (await post(browser, body)).text();
    expect(html.match(/<th scope="row">/g)).toHaveLength(3);
    expect(html).toContain('<meter ');
  });

  test('for a form with many photos is one page', async () => {
    const body = form(['image', file(daisy)], ['image', file(new Uint8Array([1]))]);
    const html = await (await post(browser, body)).text();
    expect(html).toContain('Photo 1:');
    expect(html).toContain('Photo 2: The file is not of a format that Petal reads');
  });
});

describe('a refusal', () => {
  test('for a browser is a page, with what it said in it made harmless', async () => {
    const response = await send('/v1/classify?top_k=<script>', {
      method: 'POST',
      body: daisy,
      headers: { Accept: browser },
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html/);
    const html = await response.text();
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script>');
  });

  test('for a terminal is its sentences', async () => {
    const response = await send('/nowhere', { headers: { Accept: 'text/plain' } });
    expect(response.status).toBe(404);
    expect(await response.text()).toMatch(
      /^There is nothing at this address\n\nThere is nothing at "\/nowhere"\./,
    );
  });

  test('is explained as a page and as text, too', async () => {
    const page = await send('/problems/image-too-large', { headers: { Accept: browser } });
    expect(await page.text()).toContain('<h1>The photo has too many pixels</h1>');
    const text = await send('/problems/image-too-large', { headers: { Accept: 'text/plain' } });
    expect(await text.text()).toMatch(/^The photo has too many pixels\n\n/);
  });
});
