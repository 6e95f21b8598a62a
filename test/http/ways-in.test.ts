import { describe, expect, inject, test } from 'vitest';
import { classifyAnswer, classifyResults } from '../../src/contract/answers.ts';
import {
  base64Of,
  bytesOf,
  classify,
  expectProblem,
  file,
  form,
  post,
  postJson,
  send,
  validPhoto,
} from './support.ts';

const daisy = validPhoto('daisy.jpg').bytes;
const candle = validPhoto('candle.jpg').bytes;
const broken = bytesOf(
  inject('invalidPhotos').find(({ name }) => name === 'only-soi.jpg')?.base64 ?? '',
);

async function results(response: Response) {
  expect(response.status, await response.clone().text()).toBe(200);
  return classifyResults.parse(await response.json()).results;
}

describe('a form with many photos', () => {
  test.for(['image', 'images', 'image[]', 'images[]'])(
    'in fields called %s is answered with results in their order',
    async (name) => {
      const body = form([name, file(daisy)], [name, file(candle)], [name, file(daisy)]);
      const [first, second, third] = await results(await post(body));
      expect(first).toEqual(await classify(daisy));
      expect(second).toEqual(await classify(candle));
      expect(third).toEqual(first);
    },
  );

  test('gives a broken one its own problem, and the others their answers', async () => {
    const body = form(['image', file(daisy)], ['image', file(broken)], ['image', file(candle)]);
    const [first, second, third] = await results(await post(body));
    expect(first).toEqual(await classify(daisy));
    expect(second).toMatchObject({ problem: { code: 'image-decode-failed', status: 422 } });
    expect(third).toEqual(await classify(candle));
  });

  test('gives one of 0 bytes its own problem', async () => {
    const body = form(['image', file(daisy)], ['image', new File([], 'empty.jpg')]);
    const [, second] = await results(await post(body));
    expect(second).toMatchObject({ problem: { code: 'empty-body' } });
  });

  test('takes 32, and refuses 33 with the limit', async () => {
    const many = (count: number) =>
      form(...Array.from({ length: count }, () => ['image', file(candle)] as [string, Blob]));
    expect(await results(await post(many(32)))).toHaveLength(32);
    const problem = await expectProblem(await post(many(33)), 'too-many-images');
    expect(problem).toMatchObject({ limitImages: 32 });
  });

  test('takes parameters as text fields, as a page without scripts sends them', async () => {
    const body = form(['top_k', '2'], ['fit', 'pad'], ['image', file(daisy)]);
    expect(await classify(body)).toEqual(await classify(daisy, '?top_k=2&fit=pad'));
  });

  test('refuses a parameter that is given in the query and as a field', async () => {
    const response = await post(form(['top_k', '2'], ['image', file(daisy)]), '?top_k=3');
    const problem = await expectProblem(response, 'invalid-parameter');
    expect(problem.detail).toBe('top_k is given twice; give it once.');
  });

  test('refuses a text field that is no parameter, with those that are', async () => {
    const response = await post(form(['topk', '2'], ['image', file(daisy)]));
    const problem = await expectProblem(response, 'invalid-parameter');
    expect(problem.detail).toMatch(/^There is no parameter "topk" here; there are top_k, /);
  });
});

describe('other protocols', () => {
  const model = 'mobilenet_v2_1.0_224';

  test.for([`/v1/models/${model}:predict`, `/v2/models/${model}/infer`])(
    'POST %s refuses parameters that it would not heed',
    async (path) => {
      const problem = await expectProblem(
        await postJson(`${path}?top_k=3`, { instances: [{ b64: base64Of(daisy) }] }),
        'invalid-parameter',
      );
      expect(problem.detail).toBe('There is no parameter "top_k" here; there is none.');
    },
  );

  test("take Hugging Face's parameters as text fields of a form, too", async () => {
    const body = form(['top_k', '2'], ['image', file(daisy)]);
    const response = await send('/', { method: 'POST', body });
    expect(await response.json()).toHaveLength(2);
  });
});

describe('a JSON body', () => {
  test.for([
    ['base64', base64Of(daisy)],
    ['a data URL', `data:image/jpeg;base64,${base64Of(daisy)}`],
    [
      'URL-safe base64 without padding',
      base64Of(daisy).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, ''),
    ],
    ['base64 in lines', base64Of(daisy).replace(/.{76}/g, '$&\r\n')],
  ] as const)('with a photo as %s is answered as the bytes are', async ([, image]) => {
    const response = await postJson('/v1/classify', { image });
    expect(classifyAnswer.parse(await response.json())).toEqual(await classify(daisy));
  });

  test('is read as some languages escape it', async () => {
    const image = base64Of(daisy).replace(/\//g, '\\/').replace(/\+/g, '\\u002b');
    const response = await send('/v1/classify', {
      method: 'POST',
      body: `{"image":"${image}"}`,
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
    });
    expect(classifyAnswer.parse(await response.json())).toEqual(await classify(daisy));
  });

  test('with many photos is answered with results, of one, too', async () => {
    const images = [base64Of(daisy), { image: base64Of(broken) }, { image: base64Of(candle) }];
    const [first, second, third] = await results(await postJson('/v1/classify', { images }));
    expect(first).toEqual(await classify(daisy));
    expect(second).toMatchObject({ problem: { code: 'image-decode-failed' } });
    expect(third).toEqual(await classify(candle));
    expect(await results(await postJson('/v1/classify', { images: images.slice(0, 1) }))).toEqual([
      first,
    ]);
  });

  test('gives what is no base64 its own problem, with its place', async () => {
    const images = [base64Of(daisy), '*not base64*'];
    const [, second] = await results(await postJson('/v1/classify', { images }));
    expect(second).toMatchObject({ problem: { code: 'invalid-json', pointer: '/images/1' } });
  });

  test('takes parameters as members, lists as lists or as text', async () => {
    const image = base64Of(daisy);
    const expected = await classify(daisy, '?top_k=2&labels=flower,bee&min_probability=0.001');
    for (const labels of [['flower', 'bee'], 'flower,bee']) {
      const body = { image, top_k: 2, labels, min_probability: 0.001 };
      const response = await postJson('/v1/classify', body);
      expect(classifyAnswer.parse(await response.json())).toEqual(expected);
    }
  });

  test.for([
    ['{', 'invalid-json'],
    ['', 'empty-body'],
    ['[]', 'invalid-json'],
    ['"text"', 'invalid-json'],
    ['{}', 'invalid-json'],
    ['{"image":5}', 'invalid-json'],
    ['{"image":"aGk=","url":"https://a.example/"}', 'invalid-json'],
    ['{"images":[]}', 'invalid-json'],
    ['{"images":[1,2]}', 'invalid-json'],
    ['{"images":{"image":"aGk="}}', 'invalid-json'],
    ['{"images":[{"image":"aGk=","url":"https://a.example/"}]}', 'invalid-json'],
    ['{"image":"aGk=","image":"aGk="}', 'invalid-json'],
    ['{"image":"aGk="}', 'unsupported-media-type'],
    ['{"image":""}', 'empty-body'],
    ['{"image":"aGk=","top_k":"3"}', 'invalid-parameter'],
    ['{"image":"aGk=","top_k":0}', 'invalid-parameter'],
    ['{"image":"aGk=","topk":3}', 'invalid-parameter'],
    ['{"image":"aGk=","include":["nothing"]}', 'invalid-parameter'],
    ['{"image":"aGk=","__proto__":1}', 'invalid-parameter'],
  ] as const)('%s is refused with %s', async ([body, code]) => {
    const response = await send('/v1/classify', {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json' },
    });
    await expectProblem(response, code);
  });

  test.for(['application/x-www-form-urlencoded', 'text/plain', 'image/jpeg'])(
    'is known as such where it is sent as %s',
    async (type) => {
      const response = await send('/v1/classify', {
        method: 'POST',
        body: JSON.stringify({ image: base64Of(daisy) }),
        headers: { 'Content-Type': type },
      });
      expect(classifyAnswer.parse(await response.json())).toEqual(await classify(daisy));
    },
  );

  test('that is compressed is refused as such', async () => {
    const response = await send('/v1/classify', {
      method: 'POST',
      body: daisy,
      headers: { 'Content-Encoding': 'gzip' },
    });
    const problem = await expectProblem(response, 'unsupported-media-type');
    expect(problem).toMatchObject({ contentEncoding: 'gzip' });
  });

  test('with 33 photos is refused with the limit', async () => {
    const response = await postJson('/v1/classify', { images: Array(33).fill('aGk=') });
    await expectProblem(response, 'too-many-images');
  });

  test('that names a photo by its address is refused where that is off', async () => {
    const response = await postJson('/v1/classify', { url: 'https://photos.example/daisy.jpg' });
    const problem = await expectProblem(response, 'remote-fetch-failed');
    expect(problem).toMatchObject({ reason: 'disabled' });
  });
});
