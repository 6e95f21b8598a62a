import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { embeddingLength } from '../../src/classes/head.ts';
import { deletedKeptDays } from '../../src/storage/deletion.ts';
import { maxExampleLabels, maxExamples, type NewExample } from '../../src/storage/examples.ts';
import { backbone, bindings, freshObject, publication, reader, registeredModel } from './parts.ts';

const dayMs = 86_400_000;

/** Embeddings of a label lie around an axis of its own. */
function example(number: number, label: string, axis = label.charCodeAt(0)): NewExample {
  const embedding = Float32Array.from(
    { length: embeddingLength },
    (_, i) => (i === axis ? 3 : 0) + Math.abs(Math.sin(number * (i + 1))),
  );
  const id = number.toString(16).padStart(64, '0');
  return { id, label, embedding: embedding.buffer };
}

async function tablesOf(stub: DurableObjectStub): Promise<number> {
  return await runInDurableObject(
    stub,
    (_, { storage }) =>
      storage.sql.exec<{ count: number }>('SELECT count(*) AS count FROM sqlite_master').one()
        .count,
  );
}

test('a name that is only asked for leaves nothing', async () => {
  const { name, stub } = freshObject();
  await runInDurableObject(stub, async (_, { storage }) => {
    const model = registeredModel(name, storage);
    expect(await model.describe()).toBeUndefined();
    for (const asked of [
      () => model.rollBack(),
      () => model.delete(),
      () => model.restore(),
      () => model.erase(),
      () => model.train('auto', backbone),
      () => model.listExamples(undefined),
    ]) {
      await expect(asked()).rejects.toMatchObject({ code: 'model-not-found' });
    }
  });
  expect(await tablesOf(stub)).toBe(0);
});

describe('a deleted model', () => {
  test(`is erased by its alarm after ${deletedKeptDays} days, with its files and examples`, async () => {
    const { name, stub } = freshObject();
    await runInDurableObject(stub, async (_, { storage }) => {
      let time = Date.now() - deletedKeptDays * dayMs;
      const model = registeredModel(name, storage, { now: () => time });
      await model.publish(await publication(1));
      await model.addExample(example(1, 'rose'), backbone.sha256);
      await model.delete();
      time += deletedKeptDays * dayMs - 1;
      await model.maintain();
      expect(await model.describe()).toMatchObject({ examples: [{ label: 'rose', count: 1 }] });
    });
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await tablesOf(stub)).toBe(0);
    for (const prefix of [`files/${name}/`, `models/${name}`]) {
      expect((await bindings.MODELS.list({ prefix })).keys).toEqual([]);
    }
  });

  test('gives its name to another, which readers take for the newer one', async () => {
    const { name, stub } = freshObject();
    const remembering = reader();
    await runInDurableObject(stub, async (_, { storage }) => {
      const model = registeredModel(name, storage);
      for (const seed of [1, 2, 3]) await model.publish(await publication(seed));
      expect(await remembering.find(name)).toMatchObject({ version: 3 });
      await model.erase();
      const { pointer } = await model.publish(await publication(4));
      remembering.accept(name, pointer);
      expect(await remembering.find(name)).toMatchObject({ version: 1 });
    });
  });

  test('is not published by a training that began before', async () => {
    const { name, stub } = freshObject();
    await runInDurableObject(stub, async (_, { storage }) => {
      const model = registeredModel(name, storage, { wait: () => scheduler.wait(1) });
      for (let i = 0; i < 8; i++) {
        await model.addExample(example(i, i % 2 === 0 ? 'a' : 'b'), backbone.sha256);
      }
      const training = model.train('softmax', backbone);
      await model.erase();
      await expect(training).rejects.toMatchObject({ code: 'model-not-found' });
      expect(await model.describe()).toBeUndefined();
    });
  });
});

describe('examples', () => {
  test(`are ${maxExamples} and have ${maxExampleLabels} labels at the most, and one more is refused`, async () => {
    const { name, stub } = freshObject();
    await runInDurableObject(stub, async (_, { storage }) => {
      const model = registeredModel(name, storage);
      for (let i = 0; i < maxExampleLabels; i++) {
        await model.addExample(example(i, `label ${i}`), backbone.sha256);
      }
      const another = model.addExample(example(maxExampleLabels, 'another'), backbone.sha256);
      await expect(another).rejects.toMatchObject({
        code: 'too-many-examples',
        facts: { limitLabels: maxExampleLabels },
      });
      storage.sql.exec(
        `INSERT INTO examples WITH RECURSIVE numbers(n) AS
         (SELECT ? UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
         SELECT 'x' || n, 'label 0', 0, x'' FROM numbers`,
        maxExampleLabels + 1,
        maxExamples,
      );
      const last = model.addExample(example(maxExamples, 'label 1'), backbone.sha256);
      await expect(last).rejects.toMatchObject({ facts: { limitExamples: maxExamples } });
      // One that is there may move.
      const moved = await model.addExample(example(0, 'label 1'), backbone.sha256);
      expect(moved.outcome).toBe('moved');
    });
  });

  test('of another backbone are refused beside those that are there, and so is training on them', async () => {
    const { name, stub } = freshObject();
    await runInDurableObject(stub, async (_, { storage }) => {
      const model = registeredModel(name, storage);
      const sha256 = 'c'.repeat(64);
      await model.addExample(example(1, 'a'), sha256);
      for (const asked of [
        () => model.addExample(example(2, 'b'), backbone.sha256),
        () => model.train('auto', backbone),
      ]) {
        await expect(asked()).rejects.toMatchObject({ code: 'model-mismatch' });
      }
      await model.removeExamples({ label: 'a' });
      await model.addExample(example(2, 'b'), backbone.sha256);
    });
  });

  test('are listed page by page, each once', async () => {
    const { name, stub } = freshObject();
    await runInDurableObject(stub, async (_, { storage }) => {
      const model = registeredModel(name, storage);
      for (let i = 0; i < 205; i++) {
        await model.addExample(example(i, i % 41 === 0 ? 'rare' : 'usual'), backbone.sha256);
      }
      const ids: string[] = [];
      let pages = 0;
      let after: string | undefined;
      do {
        const page = await model.listExamples(undefined, after);
        ids.push(...page.examples.map(({ id }) => id));
        after = page.next;
        pages += 1;
      } while (after !== undefined);
      expect(ids).toEqual(Array.from({ length: 205 }, (_, i) => example(i, 'usual').id));
      expect(pages).toBe(3);
      expect((await model.listExamples('rare')).examples).toHaveLength(5);
    });
  });
});

describe('training', () => {
  test('takes the examples of its beginning; those that come meanwhile go into the next', async () => {
    const { name, stub } = freshObject();
    await runInDurableObject(stub, async (_, { storage }) => {
      const model = registeredModel(name, storage, { wait: () => scheduler.wait(1) });
      for (let i = 0; i < 20; i++) {
        await model.addExample(example(i, i % 2 === 0 ? 'a' : 'b'), backbone.sha256);
      }
      const training = model.train('softmax', backbone);
      expect(await model.describe()).toMatchObject({ isTraining: true });
      await expect(model.train('softmax', backbone)).rejects.toMatchObject({
        code: 'training-in-progress',
        retryAfterSeconds: 2,
      });
      for (let i = 20; i < 24; i++) await model.addExample(example(i, 'c'), backbone.sha256);
      const first = await training;
      expect(first).toMatchObject({ isKnown: false, entry: { version: 1, labelCount: 2 } });
      const { manifest, ...second } = await model.train('softmax', backbone);
      expect(manifest?.labels).toEqual(second.examples.map(({ label }) => label));
      expect(second).toMatchObject({ isKnown: false, entry: { version: 2, labelCount: 3 } });
      // Nothing has changed since: there is nothing to be done.
      expect(await model.train('softmax', backbone)).toEqual({
        ...second,
        isKnown: true,
      });
    });
    expect((await reader().find(name, 1))?.model.manifest.training.examples).toEqual([10, 10]);
    expect((await reader().find(name, 2))?.model.manifest.labels).toEqual(['a', 'b', 'c']);
  });

  test('compares with 500 examples at the most', async () => {
    const { name, stub } = freshObject();
    await runInDurableObject(stub, async (_, { storage }) => {
      const model = registeredModel(name, storage);
      await model.addExample(example(0, 'a'), backbone.sha256);
      storage.sql.exec(
        `INSERT INTO examples WITH RECURSIVE numbers(n) AS
         (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 500)
         SELECT 'x' || n, 'b', 0, x'' FROM numbers`,
      );
      await expect(model.train('knn', backbone)).rejects.toMatchObject({
        code: 'too-many-examples',
        facts: { limitExamples: 500 },
      });
    });
  });

  test('that fails leaves the former version serving', async () => {
    const { name, stub } = freshObject();
    await runInDurableObject(stub, async (_, { storage }) => {
      const model = registeredModel(name, storage);
      await model.publish(await publication(1));
      await model.addExample(example(1, 'alone'), backbone.sha256);
      await expect(model.train('auto', backbone)).rejects.toMatchObject({
        code: 'not-enough-examples',
      });
      expect(await model.describe()).toMatchObject({ isTraining: false });
    });
    expect(await reader().find(name)).toMatchObject({ version: 1 });
  });
});
