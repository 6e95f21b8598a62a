import { describe, expect, inject, test } from 'vitest';
import { classify, form, neverSent, post, send, validPhoto } from './support.ts';

const trained = inject('trained');

describe('POST /v1/classify', () => {
  describe.runIf(trained)('with the trained weights', () => {
    for (const { name, format, label, wnid, width, height } of inject('validPhotos')) {
      test(`says that ${name} shows "${label}"`, async () => {
        const { predictions, image } = await classify(validPhoto(name).bytes);
        expect(predictions[0]).toMatchObject({ label, wnid });
        expect(predictions[0].probability).toBeGreaterThan(0.5);
        expect(image).toEqual({ format, width, height, orientation: 1 });
      });
    }
  });

  test('answers five predictions unless asked otherwise, the most probable first', async () => {
    const { model, predictions } = await classify(validPhoto('daisy.jpg').bytes);
    expect(model).toBe('mobilenet_v2_1.0_224');
    expect(predictions).toHaveLength(5);
    const probabilities = predictions.map(({ probability }) => probability);
    expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
  });

  test.for([1, 2, 999, 1000])('answers %i predictions with top_k=%i', async (topK) => {
    const { predictions } = await classify(validPhoto('daisy.jpg').bytes, `?top_k=${topK}`);
    expect(predictions).toHaveLength(topK);
  });

  test('answers all classes but "background" once each with top_k=1000', async () => {
    const { predictions } = await classify(validPhoto('daisy.jpg').bytes, '?top_k=1000');
    const indices = predictions.map(({ index }) => index).sort((a, b) => a - b);
    expect(indices).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(predictions.map(({ label }) => label)).not.toContain('background');
    const sum = predictions.reduce((total, { probability }) => total + probability, 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(1.0001);
  });

  test('reads a photo from a form exactly as from the body', async () => {
    const { bytes } = validPhoto('daisy.jpg');
    const body = form(['image', new File([bytes], 'daisy.jpg', { type: 'image/jpeg' })]);
    expect(await classify(body)).toEqual(await classify(bytes));
  });

  test.for([
    ['a boundary in quotation marks', 'multipart/form-data; boundary="a b:c"', 'a b:c', ''],
    ['no file name', 'multipart/form-data; boundary=x', 'x', 'none'],
    ['a file name beyond ASCII', 'multipart/form-data; boundary=x', 'x', 'Gänseblümchen.jpg'],
    ['lines behind its end', 'multipart/form-data; boundary=x', 'x', 'trailing'],
  ] as const)('reads a photo from a form with %s', async ([, type, boundary, fileName]) => {
    const { bytes } = validPhoto('daisy.jpg');
    const disposition = `Content-Disposition: form-data; name="image"${fileName === 'none' ? '' : `; filename="${fileName || 'a.jpg'}"`}`;
    const body = new Blob([
      `--${boundary}\r\n${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`,
      bytes,
      `\r\n--${boundary}--\r\n${fileName === 'trailing' ? 'ignored\r\n' : ''}`,
    ]);
    const init = {
      method: 'POST',
      body: await body.arrayBuffer(),
      headers: { 'Content-Type': type },
    };
    const response = await send('/v1/classify', init);
    expect(await response.json()).toEqual(await classify(bytes));
  });

  test('decides the format by the bytes, whatever type and name say', async () => {
    const { bytes } = validPhoto('daisy.jpg');
    const misnamed = new File([bytes], 'daisy.png', { type: 'image/png' });
    expect(await classify(form(['image', misnamed]))).toEqual(await classify(bytes));
    const response = await send('/v1/classify', {
      method: 'POST',
      body: bytes,
      // What curl sends with --data-binary.
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(response.status).toBe(200);
  });

  test.runIf(trained)('classifies a photo whose last part is missing, and says so', async () => {
    const { bytes } = validPhoto('daisy.jpg');
    const { predictions, image } = await classify(bytes.slice(0, bytes.length * 0.8));
    expect(image.truncated).toBe(true);
    expect(predictions[0].label).toBe('daisy');
  });

  test('gives other probabilities for each fit of a photo that is not square', async () => {
    const { bytes } = validPhoto('daisy.jpg');
    const answers = await Promise.all(
      ['crop', 'squash', 'pad'].map((fit) => classify(bytes, `?fit=${fit}`)),
    );
    const probabilities = answers.map(({ predictions }) => predictions[0].probability);
    expect(new Set(probabilities).size).toBe(3);
    expect(await classify(bytes)).toEqual(answers[0]);
  });

  test('answers requests that come at once as it answers them one by one', async () => {
    const jpegs = inject('validPhotos').filter(({ format }) => format === 'jpeg');
    const photos = jpegs.map(({ name }) => validPhoto(name).bytes);
    const oneByOne = [];
    for (const bytes of photos) oneByOne.push(await classify(neverSent(bytes)));
    const atOnce = photos.map((bytes) => classify(neverSent(bytes)));
    expect(await Promise.all(atOnce)).toEqual(oneByOne);
  });

  test('says how long each stage took where the clock moves', async () => {
    const response = await post(neverSent(validPhoto('daisy.jpg').bytes));
    expect(response.headers.get('Server-Timing')).toMatch(
      /^decode;dur=[\d.]+, preprocess;dur=[\d.]+, inference;dur=[\d.]+$/,
    );
    await response.body?.cancel();
  });
});
