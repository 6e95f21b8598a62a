import { afterEach, describe, expect, inject, test } from 'vitest';
import { type ProblemCode, problems } from '../../src/errors.ts';
import {
  bytesOf,
  classify,
  expectProblem,
  file,
  form,
  neverSent,
  post,
  send,
  validPhoto,
} from './support.ts';

// Whatever was refused, the next good request succeeds.
afterEach(async () => {
  await classify(neverSent(validPhoto('daisy.jpg').bytes));
});

const photo = (): File => new File([validPhoto('daisy.jpg').bytes], 'daisy.jpg');

describe('a file that is not a usable photo', () => {
  for (const { name, code, base64 } of inject('invalidPhotos')) {
    test(`${name} is refused with ${code}`, async () => {
      // As a file: a body that is JSON is read as a request in JSON.
      const body = name.endsWith('.json')
        ? form(['image', file(bytesOf(base64))])
        : bytesOf(base64);
      const response = await post(body);
      await expectProblem(response, code as ProblemCode);
      expect(response.status).toBe(problems[code as ProblemCode].status);
    });
  }

  test.for([
    ['photo.heic', 'a HEIC photo', 'accept="image/jpeg"'],
    ['photo.avif', 'an AVIF image', 'save it as JPEG'],
    ['photo.tiff', 'a TIFF image', 'save it as JPEG'],
    ['drawing.svg', 'an SVG drawing', 'export it as PNG'],
    ['document.pdf', 'a PDF document', 'JPEG or PNG'],
    ['clip.mp4', 'a video', 'one frame'],
    ['page.html', 'an HTML page', 'the photo itself'],
    ['text.txt', 'no image format that Petal knows', 'save it as JPEG'],
  ] as const)('%s is refused with what it is, what is read and what to do', async (expected) => {
    const [name, looksLike, advice] = expected;
    const { base64 = '' } = inject('invalidPhotos').find((file) => file.name === name) ?? {};
    const problem = await expectProblem(await post(bytesOf(base64)), 'unsupported-media-type');
    expect(problem).toMatchObject({ looksLike, supported: expect.arrayContaining(['image/jpeg']) });
    expect(problem.detail).toContain(looksLike);
    expect(problem.detail).toContain(advice);
  });

  test('a photo with too many pixels is refused with its size and the limit', async () => {
    const { base64 } = inject('invalidPhotos').find(({ name }) => name === '8700x5800.jpg') ?? {};
    const problem = await expectProblem(await post(bytesOf(base64 ?? '')), 'image-too-large');
    expect(problem).toMatchObject({ width: 8700, height: 5800, limitPixels: 50e6 });
  });

  test.for([0.1, 0.25, 0.4])('a photo cut off after %d of its bytes is refused', async (part) => {
    const { bytes } = validPhoto('daisy.jpg');
    const response = await post(bytes.slice(0, bytes.length * part));
    expect(await expectProblem(response, 'image-decode-failed')).toMatchObject({
      format: 'jpeg',
    });
  });
});

describe('a body that holds no photo', () => {
  test('no body is refused with empty-body', async () => {
    await expectProblem(await send('/v1/classify', { method: 'POST' }), 'empty-body');
  });

  test('a body of 0 bytes is refused with empty-body', async () => {
    await expectProblem(await post(new Uint8Array(0)), 'empty-body');
  });

  test('a file of 0 bytes in a form is refused with empty-body', async () => {
    await expectProblem(await post(form(['image', new File([], 'a.jpg')])), 'empty-body');
  });

  test.for([
    ['a file in another field', () => form(['document', photo()])],
    ['text instead of a file', () => form(['image', 'daisy.jpg'])],
    ['no field', () => form()],
  ] as const)('a form with %s is refused with invalid-multipart', async ([, make]) => {
    const problem = await expectProblem(await post(make()), 'invalid-multipart');
    expect(problem.detail).toContain('one file or several in the field "image"');
  });

  test.for([
    ['multipart/form-data', 'a boundary that is missing'],
    ['multipart/form-data; boundary=x', 'a boundary that never comes'],
  ])('a form of type %s, %s, is refused with invalid-multipart', async ([type]) => {
    const init = { method: 'POST', body: 'hello', headers: { 'Content-Type': type } };
    await expectProblem(await send('/v1/classify', init), 'invalid-multipart');
  });
});

describe('a body that is too large', () => {
  const limitBytes = 20_000_000;

  test('is refused with the limit', async () => {
    const response = await post(new Uint8Array(limitBytes + 1));
    expect(await expectProblem(response, 'payload-too-large')).toMatchObject({ limitBytes });
  });

  test('is refused by its Content-Length alone where that is far over the limit', async () => {
    const never = new ReadableStream<Uint8Array>();
    const response = await send('/v1/classify', {
      method: 'POST',
      body: never,
      headers: { 'Content-Length': String(limitBytes * 5) },
    });
    await expectProblem(response, 'payload-too-large');
  });

  test('is refused while it streams, without being read to its end', async () => {
    let sentBytes = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sentBytes += 1_000_000;
        controller.enqueue(new Uint8Array(1_000_000));
      },
    });
    await expectProblem(await post(endless), 'payload-too-large');
    expect(sentBytes).toBeLessThan(5 * limitBytes);
  });

  test('is read where it is of exactly the limit', async () => {
    await expectProblem(await post(new Uint8Array(limitBytes)), 'unsupported-media-type');
  });
});

describe('a query that is not valid', () => {
  test.for([
    'top_k=0',
    'top_k=1001',
    'top_k=-1',
    'top_k=1.5',
    'top_k=abc',
    'top_k=',
    'top_k=1e2',
    'top_k=%205',
    'top_k=5&top_k=6',
    'top_k=99999999999999999999',
    'fit=stretch',
    'fit=',
    'fit=CROP',
  ])('?%s is refused with invalid-parameter', async (query) => {
    const { bytes } = validPhoto('daisy.jpg');
    const problem = await expectProblem(await post(bytes, `?${query}`), 'invalid-parameter');
    expect(problem.parameter).toBe(query.split('=')[0]);
  });

  test('a parameter that does not exist is refused with those that do', async () => {
    const response = await post(validPhoto('daisy.jpg').bytes, '?topk=3');
    const problem = await expectProblem(response, 'invalid-parameter');
    expect(problem.detail).toBe(
      'There is no parameter "topk" here; there are top_k, min_probability, fit, model, labels, exclude, include.',
    );
  });

  test('a parameter named like a member of every object is refused like any other', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const response = await post(validPhoto('daisy.jpg').bytes, `?${name}=1`);
      await expectProblem(response, 'invalid-parameter');
    }
  });
});

describe('an address or method that does not exist', () => {
  test.for(['/nowhere', '/v1', '/v1/classify/', '/v1/classify/x', '/v1//classify', '/%E0%A4%A'])(
    'GET %s is refused with not-found',
    async (path) => {
      await expectProblem(await send(path), 'not-found');
    },
  );

  test.for([
    ['GET', '/v1/classify', 'POST'],
    ['PUT', '/v1/classify', 'POST'],
    ['DELETE', '/healthz', 'GET, HEAD'],
    ['PUT', '/', 'GET, HEAD, POST'],
    ['POST', '/v1/models', 'GET, HEAD'],
    ['PATCH', '/v1/models/mobilenet_v2_1.0_224', 'GET, HEAD, PUT, DELETE'],
  ])('%s %s is refused with method-not-allowed and Allow: %s', async ([method, path, allow]) => {
    const response = await send(path, { method });
    await expectProblem(response, 'method-not-allowed');
    expect(response.headers.get('Allow')).toBe(allow);
  });

  test('a model that does not exist is refused with those that do', async () => {
    const response = await send('/v1/models/resnet');
    expect(await expectProblem(response, 'model-not-found')).toMatchObject({
      models: ['mobilenet_v2_1.0_224'],
    });
  });
});

describe('every problem', () => {
  test('has a type that leads to its explanation', async () => {
    const { type, code } = await expectProblem(await send('/nowhere'), 'not-found');
    const response = await send(new URL(String(type)).pathname);
    expect(await response.json()).toMatchObject({ code, status: 404, title: expect.any(String) });
  });

  test.for(Object.keys(problems))('%s is explained at its address', async (code) => {
    const response = await send(`/problems/${code}`);
    expect(await response.json()).toEqual({ code, ...problems[code as ProblemCode] });
  });

  test('an explanation that does not exist is not found', async () => {
    await expectProblem(await send('/problems/toString'), 'not-found');
  });
});
