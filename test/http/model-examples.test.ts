import { beforeAll, describe, expect, inject, test } from 'vitest';
import {
  type AddExampleAnswer,
  addExampleAnswer,
  addExamplesAnswer,
  listExamplesAnswer,
  removeExamplesAnswer,
} from '../../src/contract/model-examples.ts';
import { change, described, describeModel } from './models.ts';
import {
  base64Of,
  classify,
  expectProblem,
  file,
  form,
  neverSent,
  postJson,
  send,
  validPhoto,
} from './support.ts';

/** Photos of the fixtures by what they show. */
const shown = {
  ball: ['golf-ball.jpg', 'soccer-ball.jpg', 'golf-ball-transparent.png', 'golf-ball.webp'],
  grid: ['crossword-puzzle.jpg', 'spider-web.jpg', 'crossword-puzzle-interlaced.png'],
  light: ['candle.jpg', 'jack-o-lantern.jpg', 'traffic-light.jpg', 'candle.png'],
};
type Label = keyof typeof shown;
const labels = Object.keys(shown) as Label[];

function bytesOf(name: string): Uint8Array<ArrayBuffer> {
  return validPhoto(name).bytes;
}

function post(path: string, body: BodyInit): Promise<Response> {
  return send(`/v1/models/${path}`, { method: 'POST', body });
}

async function added(response: Response | Promise<Response>): Promise<AddExampleAnswer> {
  const answered = await response;
  expect(answered.status, await answered.clone().text()).toBe(200);
  return addExampleAnswer.parse(await answered.json());
}

/** Sends so many photos of each label. */
async function addShown(model: string, count = Number.POSITIVE_INFINITY): Promise<void> {
  for (const label of labels) {
    const photos = shown[label].slice(0, count);
    const data = form(...photos.map((name): [string, Blob] => ['image', file(bytesOf(name))]));
    const response = await post(`${model}/examples?label=${label}`, data);
    expect(response.status, await response.clone().text()).toBe(200);
    await response.body?.cancel();
  }
}

describe('the life of a model that is trained here', () => {
  beforeAll(async () => {
    await addShown('things');
  });

  test('begins with examples, counted by label, before there is a version', async () => {
    const model = await describeModel('things');
    expect(model).toMatchObject({ state: 'untrained', version: null, versions: [] });
    expect(model.examples).toEqual(labels.map((label) => ({ label, count: shown[label].length })));
    const asked = await post('things', bytesOf('candle.jpg'));
    await expectProblem(asked, 'method-not-allowed');
    const classified = await send('/v1/classify?model=things', {
      method: 'POST',
      body: bytesOf('candle.jpg'),
    });
    await expectProblem(classified, 'model-not-found');
  });

  test('is published by training, with cross-validated accuracy, interval and confusion matrix', async () => {
    const response = await change('things/train');
    expect(response.headers.get('Location')).toBe('/v1/models/things@1');
    const { manifest, versions, state } = await described(response, 201);
    expect(state).toBe('ready');
    expect(versions).toMatchObject([{ version: 1, source: 'training', head: 'softmax' }]);
    expect(manifest).toMatchObject({ labels, createdBy: expect.stringMatching(/^petal \d/) });
    expect(manifest?.training.examples).toEqual(labels.map((label) => shown[label].length));
    const { confusion = [], photos = 0, correct, accuracy, interval } = manifest?.metrics ?? {};
    expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(photos);
    expect(accuracy).toBeCloseTo((correct ?? 0) / photos);
    expect(interval?.[0]).toBeLessThan(accuracy ?? 0);
    expect(await describeModel('things')).toMatchObject({ version: 1, manifest: { labels } });
  });

  test.runIf(inject('trained'))('answers with its labels from then on', async () => {
    for (const label of labels) {
      const jpeg = shown[label].filter((name) => name.endsWith('.jpg'))[0];
      const { predictions, version } = await classify(neverSent(bytesOf(jpeg)), '?model=things');
      expect(version).toBe(1);
      expect(predictions[0].label).toBe(label);
    }
  });

  test('takes one more photo, is trained again, and answers with it', async () => {
    const photo = neverSent(bytesOf('balloon.jpg'));
    const { outcome, examples } = await added(post('things/examples?label=ball', photo));
    expect(outcome).toBe('added');
    expect(examples[0]).toEqual({ label: 'ball', count: shown.ball.length + 1 });
    expect(await described(change('things/train'), 201)).toMatchObject({ version: 2 });
    const { version, predictions } = await classify(photo, '?model=things');
    expect(version).toBe(2);
    if (inject('trained')) expect(predictions[0].label).toBe('ball');
  });

  test('is not made anew by a training that would change nothing', async () => {
    const before = await describeModel('things');
    const response = await change('things/train');
    expect(response.headers.get('Location')).toBeNull();
    expect(await described(response)).toEqual(before);
  });

  test('can be trained to compare with its examples instead', async () => {
    const { version, manifest } = await described(change('things/train?mode=knn'), 201);
    expect(version).toBe(3);
    expect(manifest?.head.kind).toBe('knn');
    expect(await described(change('things/rollback'))).toMatchObject({ version: 2 });
  });
});

test('one example of each label is enough to begin with', async () => {
  await addShown('few', 1);
  const { manifest, versions } = await described(change('few/train?mode=knn'), 201);
  // There is nothing to measure with.
  expect(manifest?.metrics).toBeUndefined();
  expect(versions[0]).not.toHaveProperty('accuracy');
  const { predictions } = await classify(neverSent(bytesOf('candle.jpg')), '?model=few');
  expect(predictions).toHaveLength(labels.length);
  if (inject('trained')) expect(predictions[0].label).toBe('light');
});

test('of two trainings at once one publishes, and the other is told to come again', async () => {
  await addShown('twice');
  const responses = await Promise.all([change('twice/train'), change('twice/train')]);
  const statuses = responses.map(({ status }) => status).sort();
  expect(statuses).toEqual([201, 409]);
  const refused = responses.find(({ status }) => status === 409);
  expect(refused?.headers.get('Retry-After')).toBe('2');
  if (refused !== undefined) await expectProblem(refused, 'training-in-progress');
  expect((await describeModel('twice')).versions).toHaveLength(1);
});

test.for(['', '?mode=auto', '?mode=knn'])('training with one label is refused%s', async (query) => {
  await added(post('lonely/examples?label=only', bytesOf('candle.jpg')));
  await expectProblem(await change(`lonely/train${query}`), 'not-enough-examples');
  expect(await describeModel('lonely')).toMatchObject({ state: 'untrained', versions: [] });
});

describe('POST /v1/models/{name}/examples', () => {
  test('takes a photo as bytes, as a form and as JSON, with the label beside it', async () => {
    const photo = bytesOf('daisy.jpg');
    const asBytes = await added(post('ways/examples?label=flower', photo));
    expect(asBytes).toMatchObject({ model: 'ways', label: 'flower', outcome: 'added' });
    expect(asBytes.image).toMatchObject({ format: 'jpeg', width: 500, height: 375 });
    const data = form(['label', 'flower'], ['image', file(photo)]);
    expect(await added(post('ways/examples', data))).toEqual({ ...asBytes, outcome: 'unchanged' });
    const json = { label: 'flower', image: base64Of(photo) };
    expect(await added(postJson('/v1/models/ways/examples', json))).toEqual({
      ...asBytes,
      outcome: 'unchanged',
    });
  });

  test('counts a photo once, and moves it to another label', async () => {
    const photo = bytesOf('daisy.jpg');
    await added(post('moving/examples?label=rose', photo));
    const { outcome, examples } = await added(post('moving/examples?label=daisy', photo));
    expect(outcome).toBe('moved');
    expect(examples).toEqual([{ label: 'daisy', count: 1 }]);
  });

  test('answers many photos one by one, and stores those that can be read', async () => {
    const data = form(
      ['image', file(bytesOf('daisy.jpg'))],
      ['image', file(new Uint8Array([1, 2, 3]))],
      ['image', file(bytesOf('balloon.jpg'))],
    );
    const response = await post('mixed/examples?label=thing', data);
    const { results, examples } = addExamplesAnswer.parse(await response.json());
    expect(results).toMatchObject([
      { outcome: 'added' },
      { problem: { code: 'unsupported-media-type' } },
      { outcome: 'added' },
    ]);
    expect(examples).toEqual([{ label: 'thing', count: 2 }]);
  });

  test('stores what is sent again by a client that has the answer', async () => {
    const photo = bytesOf('daisy.jpg');
    const first = await post('tagged/examples?label=a', photo);
    expect(first.headers.get('ETag')).toBeNull();
    await first.body?.cancel();
    const headers = { 'If-None-Match': '*' };
    const path = '/v1/models/tagged/examples?label=b';
    const second = await send(path, { method: 'POST', body: photo, headers });
    expect(await added(second)).toMatchObject({ outcome: 'moved' });
  });

  test.for([
    '',
    '?label=',
    '?label=a,b',
    '?label=%20a',
    `?label=${'x'.repeat(101)}`,
    '?label=a&label=b',
    // Two halves of a character as UTF-8 has none: each was stored as the same label.
    '?label=%ED%A0%BC',
    '?label=%ED%BC%B8',
    '?label=%FF',
  ])('refuses the label of "%s"', async (query) => {
    const response = await post(`named/examples${query}`, bytesOf('daisy.jpg'));
    const problem = await expectProblem(response, 'invalid-parameter');
    expect(problem).toMatchObject({ parameter: 'label' });
  });

  test('refuses the names that models can not have', async () => {
    for (const name of ['Big', 'mobilenet_v2_1.0_224']) {
      const response = await post(`${name}/examples?label=a`, bytesOf('daisy.jpg'));
      expect(await expectProblem(response, 'invalid-parameter')).toMatchObject({
        parameter: 'name',
      });
    }
  });

  test('refuses more for a deleted model, which keeps what it has', async () => {
    await added(post('ended/examples?label=a', bytesOf('daisy.jpg')));
    await (await change('ended', 'DELETE')).body?.cancel();
    const response = await post('ended/examples?label=a', bytesOf('candle.jpg'));
    await expectProblem(response, 'model-deleted');
    await expectProblem(await change('ended/train'), 'model-deleted');
    const { examples } = await described(change('ended/restore'));
    expect(examples).toEqual([{ label: 'a', count: 1 }]);
  });
});

describe('photos', () => {
  test('are kept where that is asked for, and come back as they were sent', async () => {
    const photo = bytesOf('golf-ball.webp');
    const { id } = await added(post('kept/examples?label=ball', photo));
    await expectProblem(await send(`/v1/models/kept/examples/${id}/photo`), 'not-found');
    await added(post('kept/examples?label=ball&keep_photos=true', photo));
    const response = await send(`/v1/models/kept/examples/${id}/photo`);
    expect(response.headers.get('Content-Type')).toBe('image/webp');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(photo);
    await change(`kept/examples/${id}`, 'DELETE');
    await added(post('kept/examples?label=ball', photo));
    await expectProblem(await send(`/v1/models/kept/examples/${id}/photo`), 'not-found');
  });

  test('of more than a megabyte are refused with the limit where they are to be kept', async () => {
    const photo = new Uint8Array(1_000_001);
    photo.set(bytesOf('daisy.jpg'));
    const path = 'kept/examples?label=flower';
    const problem = await expectProblem(
      await post(`${path}&keep_photos=true`, photo),
      'payload-too-large',
    );
    expect(problem).toMatchObject({ limitBytes: 1_000_000 });
    await added(post(path, photo));
  });
});

describe('examples that are there', () => {
  let ids: string[];
  beforeAll(async () => {
    await addShown('listed');
    const response = await send('/v1/models/listed/examples');
    const { examples } = listExamplesAnswer.parse(await response.json());
    ids = examples.map(({ id }) => id);
  });

  test('are listed, all or by label', async () => {
    expect(ids).toEqual([...ids].sort());
    expect(ids).toHaveLength(Object.values(shown).flat().length);
    const response = await send('/v1/models/listed/examples?label=grid');
    const { examples, next } = listExamplesAnswer.parse(await response.json());
    expect(examples.map(({ label }) => label)).toEqual(shown.grid.map(() => 'grid'));
    expect(next).toBeUndefined();
  });

  test('are removed one by one, or by label', async () => {
    const { model: _, ...one } = removeExamplesAnswer.parse(
      await (await change(`listed/examples/${ids[0]}`, 'DELETE')).json(),
    );
    expect(one.removed).toBe(1);
    await expectProblem(await change(`listed/examples/${ids[0]}`, 'DELETE'), 'not-found');
    const response = await change('listed/examples?label=light', 'DELETE');
    const { examples } = removeExamplesAnswer.parse(await response.json());
    expect(examples.map(({ label }) => label)).not.toContain('light');
    await expectProblem(await change('listed/examples', 'DELETE'), 'invalid-parameter');
  });

  test('are no example of the backbone', async () => {
    const response = await send('/v1/models/mobilenet_v2_1.0_224/examples');
    await expectProblem(response, 'model-not-found');
  });
});
