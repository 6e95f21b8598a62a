import { runInDurableObject } from 'cloudflare:test';
import { beforeAll, describe, expect, test } from 'vitest';
import { embeddingLength } from '../../src/classes/head.ts';
import { type CustomModel, writeModelFile } from '../../src/classes/model-file.ts';
import { deletedModelAnswer, modelsAnswer } from '../../src/contract/models.ts';
import { writeSafetensors } from '../../src/safetensors.ts';
import { seededRandom } from '../../src/seeded-random.ts';
import { bindings, freshObject, publication, registeredModel } from '../storage/parts.ts';
import { customModel, customModelFile } from '../support/custom-model.ts';
import { change, described, describeModel, put, runningBackbone } from './models.ts';
import { classify, expectProblem, neverSent, send, validPhoto } from './support.ts';

let backbone: CustomModel['manifest']['backbone'];
beforeAll(async () => {
  backbone = await runningBackbone();
});

const daisy = () => neverSent(validPhoto('daisy.jpg').bytes);

describe('PUT /v1/models/{name}', () => {
  test('publishes the first version, and says where it is and what it is', async () => {
    const response = await put('first', customModelFile(backbone, 1));
    expect(response.headers.get('Location')).toBe('/v1/models/first@1');
    const model = await described(response, 201);
    expect(model).toMatchObject({
      state: 'ready',
      version: 1,
      versions: [{ version: 1, labelCount: 2, head: 'softmax', source: 'upload' }],
      examples: [],
      manifest: { labels: ['left', 'right'], createdBy: 'a test' },
    });
    expect(response.headers.get('ETag')).toBe(`"${model.versions[0].sha256}"`);
  });

  test('makes a next version of other bytes, and none of the same again', async () => {
    await described(put('again', customModelFile(backbone, 1)), 201);
    const second = await described(put('again', customModelFile(backbone, 2)), 201);
    expect(await described(put('again', customModelFile(backbone, 2)))).toEqual(second);
    expect(second.versions.map(({ version }) => version)).toEqual([1, 2]);
    // The bytes of an earlier version are a new one: it is what the sender wants to be served.
    const third = await described(put('again', customModelFile(backbone, 1)), 201);
    expect(third.version).toBe(3);
    expect(third.versions[2].sha256).toBe(third.versions[0].sha256);
  });

  test('has the next request answered by the new version, and versions by their numbers', async () => {
    await described(put('served', customModelFile(backbone, 1, ['cat', 'dog'])), 201);
    expect(await classify(daisy(), '?model=served')).toMatchObject({ model: 'served', version: 1 });
    await described(put('served', customModelFile(backbone, 1, ['pear', 'plum'])), 201);
    const { version, predictions } = await classify(daisy(), '?model=served');
    expect(version).toBe(2);
    expect(predictions.map(({ label }) => label).sort()).toEqual(['pear', 'plum']);
    expect(await classify(daisy(), '?model=served@1')).toMatchObject({ version: 1 });
  });

  test('keeps the last 20 versions, and the one that the name stands for', async () => {
    for (let seed = 1; seed <= 22; seed++) await put('many', customModelFile(backbone, seed));
    const { versions } = await describeModel('many');
    expect(versions.map(({ version }) => version)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 3),
    );
    const response = await send('/v1/models/many@2');
    expect((await expectProblem(response, 'model-not-found')).detail).toContain('many@3');
  });

  const badFiles: [how: string, body: () => BodyInit, why: string][] = [
    ['is empty', () => new Uint8Array(0), 'empty or cut short'],
    ['is JSON', () => '{"labels": ["a", "b"]}', 'not a safetensors file'],
    ['is a photo', () => validPhoto('daisy.jpg').bytes, 'not a safetensors file'],
    ['is cut short', () => customModelFile(backbone, 1).slice(0, -4), 'cut short'],
    ['is cut in its header', () => customModelFile(backbone, 1).slice(0, 99), 'cut short'],
    [
      'holds a number that is none',
      () => changed(({ weights }) => weights.fill(NaN, 7, 8)),
      'not finite',
    ],
    ['holds a number beyond all', () => changed(({ biases }) => biases.fill(1e30)), 'beyond 10000'],
    ['has one label only', () => withLabels(['alone']), 'at least two labels'],
    ['has a label twice', () => withLabels(['a', 'a']), 'each label once'],
    ['has a label with a comma', () => withLabels(['a,b', 'c']), 'without commas'],
  ];
  test.for(badFiles)('refuses a file that %s, and publishes nothing', async ([, body, why]) => {
    const problem = await expectProblem(await put('bad', body()), 'invalid-model');
    expect(problem.detail).toContain(why);
    await expectProblem(await send('/v1/models/bad'), 'model-not-found');
  });

  /** What no writer of Petal's would write. */
  function withLabels(labels: readonly string[]): Uint8Array<ArrayBuffer> {
    const { manifest } = customModel(backbone, 1, labels);
    const text = JSON.stringify(manifest);
    return writeSafetensors({ format: manifest.format, manifest: text }, []);
  }

  function changed(
    alter: (head: { weights: Float32Array; biases: Float32Array }) => void,
  ): Uint8Array<ArrayBuffer> {
    const model = customModel(backbone, 1);
    if (model.head.kind === 'softmax') alter(model.head);
    return writeModelFile(model);
  }

  test('refuses a model of another backbone, with both', async () => {
    const sha256 = '0'.repeat(64);
    const file = customModelFile({ model: 'other', sha256 }, 1);
    const problem = await expectProblem(await put('foreign', file), 'model-mismatch');
    expect(problem).toMatchObject({ expected: backbone.sha256, received: sha256 });
  });

  test('refuses a file of more than 12 MB with the limit', async () => {
    const problem = await expectProblem(
      await put('large', new Uint8Array(12_000_001)),
      'payload-too-large',
    );
    expect(problem).toMatchObject({ limitBytes: 12_000_000 });
    expect(problem.detail).not.toContain('photo');
  });

  test.for(['Flowers', '-x', 'a b', 'x'.repeat(64), 'blumen@1', 'mobilenet_v2_1.0_224'])(
    'refuses the name %s',
    async (name) => {
      const response = await put(encodeURIComponent(name), customModelFile(backbone, 1));
      expect(await expectProblem(response, 'invalid-parameter')).toMatchObject({
        parameter: 'name',
      });
    },
  );

  test('refuses a parameter, as there is none', async () => {
    const response = await put('first?version=3', customModelFile(backbone, 1));
    await expectProblem(response, 'invalid-parameter');
  });
});

describe('a model with three versions', () => {
  const files = () => [1, 2, 3].map((seed) => customModelFile(backbone, seed));
  beforeAll(async () => {
    for (const file of files()) await described(put('three', file), 201);
  });

  test('stands in the list of models behind the backbone', async () => {
    const { models } = modelsAnswer.parse(await (await send('/v1/models')).json());
    expect(models[0].name).toBe(backbone.model);
    expect(models.slice(1)).toContainEqual(
      expect.objectContaining({ name: 'three', version: 3, labelCount: 2, source: 'upload' }),
    );
    expect(models.map(({ name }) => name).slice(1)).toEqual(
      models
        .map(({ name }) => name)
        .slice(1)
        .sort(),
    );
  });

  test('gives each of its files back as it was', async () => {
    for (const [i, file] of files().entries()) {
      const response = await send(`/v1/models/three@${i + 1}/file`);
      expect(response.headers.get('Content-Disposition')).toBe(
        `attachment; filename="three@${i + 1}.safetensors"`,
      );
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(file);
    }
    const newest = await send('/v1/models/three/file');
    const tag = newest.headers.get('ETag') ?? '';
    expect(new Uint8Array(await newest.arrayBuffer())).toEqual(files()[2]);
    const known = await send('/v1/models/three/file', { headers: { 'If-None-Match': tag } });
    expect(known.status).toBe(304);
  });

  test('goes back to the version before, to any other, and forward again', async () => {
    expect(await described(change('three/rollback'))).toMatchObject({ version: 2 });
    expect(await classify(daisy(), '?model=three')).toMatchObject({ version: 2 });
    expect(await described(change('three/rollback?version=1'))).toMatchObject({ version: 1 });
    const { detail } = await expectProblem(await change('three/rollback'), 'model-not-found');
    expect(detail).toContain('no version before the current one');
    expect(await described(change('three/rollback?version=3'))).toMatchObject({ version: 3 });
    expect(await classify(daisy(), '?model=three')).toMatchObject({ version: 3 });
    expect((await describeModel('three')).versions).toHaveLength(3);
  });

  test.for(['0', 'two', '1.5', ''])('refuses to go back to version "%s"', async (version) => {
    const response = await change(`three/rollback?version=${version}`);
    expect(await expectProblem(response, 'invalid-parameter')).toMatchObject({
      parameter: 'version',
    });
  });

  test('names the versions that there are where one is asked for that there is not', async () => {
    for (const path of ['three@9', 'three@9/file']) {
      const problem = await expectProblem(await send(`/v1/models/${path}`), 'model-not-found');
      expect(problem.models).toEqual(['three@1', 'three@2', 'three@3']);
    }
    const problem = await expectProblem(
      await change('three/rollback?version=9'),
      'model-not-found',
    );
    expect(problem.models).toEqual(['three@1', 'three@2', 'three@3']);
  });
});

describe('DELETE /v1/models/{name}', () => {
  test('ends the serving at once, and says until when the model can be restored', async () => {
    await described(put('gone', customModelFile(backbone, 1)), 201);
    const response = await change('gone', 'DELETE');
    const { deletedAt, erasedAt } = deletedModelAnswer.parse(await response.json());
    expect(Date.parse(erasedAt) - Date.parse(deletedAt)).toBe(30 * 86_400_000);
    const asked = await send('/v1/classify?model=gone', { method: 'POST', body: daisy() });
    const { models } = await expectProblem(asked, 'model-not-found');
    expect(models).not.toContain('gone');
    for (const path of ['gone', 'gone@1', 'gone/file']) {
      const problem = await expectProblem(await send(`/v1/models/${path}`), 'model-not-found');
      expect(problem.detail).toContain('POST /v1/models/gone/restore');
    }
    const list = modelsAnswer.parse(await (await send('/v1/models')).json());
    expect(list.models.map(({ name }) => name)).not.toContain('gone');
    // A second time changes nothing, not even when it was deleted.
    const again = deletedModelAnswer.parse(await (await change('gone', 'DELETE')).json());
    expect(again).toEqual({ name: 'gone', deletedAt, erasedAt });
  });

  test('keeps the name from others until the model is restored, with all its versions', async () => {
    await described(put('back', customModelFile(backbone, 1)), 201);
    const before = await described(put('back', customModelFile(backbone, 2)), 201);
    await (await change('back', 'DELETE')).body?.cancel();
    const refused = await put('back', customModelFile(backbone, 3));
    expect(await expectProblem(refused, 'model-deleted')).toHaveProperty('erasedAt');
    await expectProblem(await change('back/rollback'), 'model-deleted');
    expect(await described(change('back/restore'))).toEqual(before);
    expect(await classify(daisy(), '?model=back')).toMatchObject({ version: 2 });
  });

  test('erases with permanent=true, and the name begins anew', async () => {
    await described(put('anew', customModelFile(backbone, 1)), 201);
    await described(put('anew', customModelFile(backbone, 2)), 201);
    const response = await change('anew?permanent=true', 'DELETE');
    const { deletedAt, erasedAt } = deletedModelAnswer.parse(await response.json());
    expect(erasedAt).toBe(deletedAt);
    await expectProblem(await change('anew/restore'), 'model-not-found');
    expect(await described(put('anew', customModelFile(backbone, 3)), 201)).toMatchObject({
      version: 1,
    });
    expect(await classify(daisy(), '?model=anew')).toMatchObject({ version: 1 });
  });

  test.for([
    ['nobody', 'DELETE'],
    ['nobody/restore', 'POST'],
    ['nobody/rollback', 'POST'],
    ['nobody/train', 'POST'],
    ['nobody/examples?label=x', 'DELETE'],
    ['nobody/examples', 'GET'],
    ['nobody/file', 'GET'],
    ['nobody', 'GET'],
  ])('and all else about a model that is not there says which are: %s', async ([path, method]) => {
    const problem = await expectProblem(await change(path, method), 'model-not-found');
    expect(problem.models).toContain(backbone.model);
  });

  test('leaves the backbone alone', async () => {
    await expectProblem(await change(backbone.model, 'DELETE'), 'model-not-found');
    expect((await send(`/v1/models/${backbone.model}`)).status).toBe(200);
  });
});

describe('a version that can not be used', () => {
  test('as it is of a former backbone is described with why, and others answer', async () => {
    const { name, stub } = freshObject();
    const old = await publication(1);
    await runInDurableObject(stub, async (_, { storage }) => {
      await registeredModel(name, storage).publish(old);
    });
    const model = await describeModel(name);
    expect(model.problem).toMatchObject({ code: 'model-mismatch', status: 422 });
    expect(model).not.toHaveProperty('manifest');
    const path = `/v1/classify?model=${name}`;
    const asked = await send(path, { method: 'POST', body: daisy() });
    await expectProblem(asked, 'model-mismatch');
    await described(put(name, customModelFile(backbone, 1)), 201);
    expect(await classify(daisy(), `?model=${name}`)).toMatchObject({ version: 2 });
  });

  test('as its file is gone is unavailable for now, and no other is', async () => {
    const { name, stub } = freshObject();
    const first = await publication(1, backbone);
    await runInDurableObject(stub, async (_, { storage }) => {
      const { entry } = await registeredModel(name, storage).publish(first);
      await bindings.MODELS.delete(entry.file);
    });
    expect((await describeModel(name)).problem).toMatchObject({ code: 'model-unavailable' });
    const path = `/v1/classify?model=${name}@1`;
    const asked = await send(path, { method: 'POST', body: daisy() });
    await expectProblem(asked, 'model-unavailable');
    expect(asked.headers.get('Retry-After')).toBe('5');
    await expectProblem(await send(`/v1/models/${name}/file`), 'model-unavailable');
    await described(put(name, customModelFile(backbone, 2)), 201);
    expect(await classify(daisy(), `?model=${name}`)).toMatchObject({ version: 2 });
  });
});

describe('a change while others delete and restore', () => {
  function ask(path: string, method = 'POST'): Promise<Response> {
    return send(`/v1/models/${path}`, { method });
  }

  /** Makes a change, and has others make theirs until it is answered. */
  async function amid(
    change: () => Promise<Response>,
    others: () => Promise<unknown>,
  ): Promise<Response> {
    let isAnswered = false;
    const changed = change().finally(() => {
      isAnswered = true;
    });
    while (!isAnswered) await others();
    return await changed;
  }

  /** Changes a model while others delete it at times: what comes then is refused. */
  async function changed(
    name: string,
    change: (round: number) => Promise<Response>,
    check: (response: Response, round: number) => Promise<void>,
  ): Promise<void> {
    const random = seededRandom(1);
    const others = async (): Promise<void> => {
      for (let left = Math.floor(random() * 5); left > 0; left--) await ask(`${name}/restore`);
      await ask(name, 'DELETE');
      await ask(`${name}/restore`);
    };
    for (let round = 1; round <= 16; round++) {
      const response = await amid(() => change(round), others);
      if (response.status === 409) await expectProblem(response, 'model-deleted');
      else await check(response, round);
    }
  }

  test('answers an upload with the version that it published', async () => {
    await described(put('contested', customModelFile(backbone, 1000)), 201);
    await changed(
      'contested',
      (seed) => put('contested', customModelFile(backbone, seed)),
      async (response, seed) => {
        const { version, versions, manifest, state } = await described(response, 201);
        expect(versions.at(-1)).toMatchObject({ version, source: 'upload' });
        expect(manifest?.training.seed).toBe(seed);
        expect(state).toBe('ready');
      },
    );
  });

  test('answers a rollback with the version that it went back to', async () => {
    await described(put('rolled', customModelFile(backbone, 1)), 201);
    await described(put('rolled', customModelFile(backbone, 2)), 201);
    await changed(
      'rolled',
      (round) => ask(`rolled/rollback?version=${1 + (round % 2)}`),
      async (response, round) => {
        const { version, manifest } = await described(response);
        expect([version, manifest?.training.seed]).toEqual([1 + (round % 2), 1 + (round % 2)]);
      },
    );
  });

  test('answers a restoration with the model as it was restored', async () => {
    await described(put('restored', customModelFile(backbone, 1)), 201);
    for (let round = 0; round < 8; round++) {
      const response = await amid(
        () => ask('restored/restore'),
        () => ask('restored', 'DELETE'),
      );
      expect(await described(response)).toMatchObject({ state: 'ready', version: 1 });
    }
  });

  test('answers an upload with what it published, although the model is erased by then', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const response = await amid(
        () => put('erased', customModelFile(backbone, seed)),
        () => ask('erased?permanent=true', 'DELETE'),
      );
      const { manifest, problem } = await described(response, 201);
      expect(manifest?.training.seed).toBe(seed);
      expect(problem).toBeUndefined();
    }
  });

  test('answers a training with the version that it published', async () => {
    const { name, stub } = freshObject();
    await runInDurableObject(stub, async (_, { storage }) => {
      const model = registeredModel(name, storage);
      for (let i = 0; i < 8; i++) {
        const embedding = new Float32Array(embeddingLength).fill(i % 2).buffer;
        const example = { id: String(i).padStart(64, '0'), label: 'ab'[i % 2], embedding };
        await model.addExample(example, backbone.sha256);
      }
    });
    let mode = 'knn';
    await changed(
      name,
      () => ask(`${name}/train?mode=${mode}`),
      async (response) => {
        const { state, manifest, versions } = await described(response, 201);
        expect(state).toBe('ready');
        expect(manifest?.head.kind).toBe(mode);
        expect(versions.at(-1)).toMatchObject({ source: 'training', head: mode });
        mode = mode === 'knn' ? 'softmax' : 'knn';
      },
    );
  });
});

test('answers other methods with those that there are', async () => {
  const response = await send('/v1/models/first', { method: 'PATCH' });
  await expectProblem(response, 'method-not-allowed');
  expect(response.headers.get('Allow')?.split(', ').sort()).toEqual([
    'DELETE',
    'GET',
    'HEAD',
    'PUT',
  ]);
});
