import { runInDurableObject } from 'cloudflare:test';
import { expect, test } from 'vitest';
import type { KeyValueNamespace } from '../../src/storage/key-values.ts';
import type { ModelPointer } from '../../src/storage/model-pointer.ts';
import { bindings, freshObject, publication, reader, registeredModel } from './parts.ts';

/** Publishes versions, one for each seed. */
async function published(...seeds: number[]): Promise<{ name: string; pointer: ModelPointer }> {
  const { name, stub } = freshObject();
  const pointer = await runInDurableObject(stub, async (_, { storage }) => {
    const model = registeredModel(name, storage);
    for (const seed of seeds) await model.publish(await publication(seed));
    return (await model.describe())?.pointer;
  });
  if (pointer === undefined) throw new Error('Nothing was published.');
  return { name, pointer };
}

/** A location that goes on with what it had read before, as KV's may. */
function staleNamespace(): KeyValueNamespace {
  const { MODELS } = bindings;
  const values = new Map<string, unknown>();
  const get = async (key: string, options: { type: 'text' | 'arrayBuffer' }): Promise<unknown> => {
    if (!values.has(key)) values.set(key, await MODELS.get(key, options as { type: 'text' }));
    return values.get(key);
  };
  return Object.assign(Object.create(null), {
    get,
    list: MODELS.list.bind(MODELS),
  }) as KeyValueNamespace;
}

test('one who has published finds the new version, although the location still has the former', async () => {
  let time = Date.now();
  const catalog = reader(() => time, staleNamespace());
  const { name, stub } = freshObject();
  await runInDurableObject(stub, async (_, { storage }) => {
    const model = registeredModel(name, storage, { now: () => time });
    await model.publish(await publication(1));
    expect(await catalog.find(name)).toMatchObject({ version: 1 });
    time += 1000;
    const { pointer } = await model.publish(await publication(2));
    catalog.accept(name, pointer);
  });
  expect(await catalog.find(name)).toMatchObject({ version: 2 });
  // Even when it looks again, and the location has not heard of it.
  time += 60_000;
  expect(await catalog.find(name)).toMatchObject({ version: 2 });
});

test('one who has not published finds the new version within seconds', async () => {
  let time = Date.now();
  const catalog = reader(() => time);
  const { name, stub } = freshObject();
  expect(await catalog.find(name)).toBeUndefined();
  await runInDurableObject(stub, async (_, { storage }) => {
    const model = registeredModel(name, storage, { now: () => time });
    await model.publish(await publication(1));
    time += 5000;
    expect(await catalog.find(name)).toMatchObject({ version: 1 });
    await model.delete();
    time += 5000;
    expect(await catalog.find(name)).toBeUndefined();
  });
});

test('lists what can be asked with, what it has just published included', async () => {
  const catalog = reader();
  const { name: first } = await published(1);
  expect(await catalog.names()).toContain(first);
  const { name: second, pointer } = await published(1, 2);
  catalog.accept(second, pointer);
  const summary = (await catalog.summaries()).find(({ name }) => name === second);
  expect(summary?.current).toMatchObject({ version: 2, labelCount: 2 });
  catalog.accept(second, { ...pointer, revision: pointer.revision + 1, deletedAt: Date.now() });
  expect(await catalog.names()).not.toContain(second);
});

test.for([
  ['is missing', (key: string) => bindings.MODELS.delete(key)],
  [
    'is cut short',
    async (key: string) => bindings.MODELS.put(key, (await bytes(key)).slice(0, -1)),
  ],
  ['is another', (key: string) => bindings.MODELS.put(key, 'another')],
] as const)('a file that %s makes its version unavailable, and no other', async ([, damage]) => {
  const { name, pointer } = await published(1, 2);
  await damage(pointer.versions[1].file);
  await expect(reader().find(name)).rejects.toMatchObject({ code: 'model-unavailable' });
  expect(await reader().find(name, 1)).toMatchObject({ version: 1 });
});

async function bytes(key: string): Promise<ArrayBuffer> {
  return (await bindings.MODELS.get(key, { type: 'arrayBuffer' })) ?? new ArrayBuffer(0);
}

test.for(['{', '{"revision": "first"}'])(
  'a pointer of %s makes its model unavailable',
  async (text) => {
    const { name } = await published(1);
    await bindings.MODELS.put(`models/${name}`, text);
    await expect(reader().find(name)).rejects.toMatchObject({ code: 'model-unavailable' });
  },
);

test('a namespace that does not answer makes models unavailable', async () => {
  const fail = () => Promise.reject(new Error('KV GET failed: 500'));
  const catalog = reader(Date.now, { get: fail, put: fail, delete: fail, list: fail });
  await expect(catalog.find('any')).rejects.toMatchObject({ code: 'model-unavailable' });
  await expect(catalog.names()).rejects.toMatchObject({ code: 'model-unavailable' });
});
