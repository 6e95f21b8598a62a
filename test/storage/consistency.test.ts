import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { KeyValueNamespace } from '../../src/storage/key-values.ts';
import type { ModelPointer } from '../../src/storage/model-pointer.ts';
import type { RegisteredModel } from '../../src/storage/registered-model.ts';
import { strayFileMs } from '../../src/storage/versions.ts';
import { FaultyNamespace, faults } from './faulty-namespace.ts';
import { bindings, freshObject, publication, reader, registeredModel } from './parts.ts';

/** What is asked of a model, with what is expected of it where nothing fails. */
const commands = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 9 }).map((seed) => ({ publish: seed })) },
  { weight: 2, arbitrary: fc.constant({ rollBack: true as const }) },
  { weight: 1, arbitrary: fc.constant({ delete: true as const }) },
  { weight: 1, arbitrary: fc.constant({ restore: true as const }) },
  { weight: 1, arbitrary: fc.constant({ erase: true as const }) },
  { weight: 2, arbitrary: fc.constant({ maintain: true as const }) },
);
type Command = typeof commands extends fc.Arbitrary<infer Value> ? Value : never;

async function run(model: RegisteredModel, command: Command): Promise<unknown> {
  if ('publish' in command) return await model.publish(await publication(command.publish));
  if ('rollBack' in command) return await model.rollBack();
  if ('delete' in command) return await model.delete();
  if ('restore' in command) return await model.restore();
  if ('erase' in command) return await model.erase();
  return await model.maintain();
}

/** SHA-256 of the file that readers are to find; undefined where they are to find none. */
function served(pointer: ModelPointer | undefined): string | undefined {
  if (pointer === undefined || pointer.deletedAt !== null) return undefined;
  return pointer.versions.find(({ version }) => version === pointer.current)?.sha256;
}

test('whatever fails or ends between the steps, readers find the former version or the new one, and nothing is lost', async () => {
  // What the alarm can't do it logs; here that is no news.
  const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await fc.assert(
    fc.asyncProperty(
      fc.array(commands, { minLength: 1, maxLength: 8 }),
      fc.array(fc.constantFrom(...faults), { maxLength: 16 }),
      async (asked, planned) => {
        const { name, stub } = freshObject();
        await runInDurableObject(stub, async (_, { storage }) => {
          let time = Date.now();
          const now = (): number => time;
          const namespace = new FaultyNamespace(bindings.MODELS, planned);
          const start = (): RegisteredModel =>
            registeredModel(name, storage, { now, namespace: namespace.forObject() });
          let model = start();
          const seen = new Map<number, string>();
          const answered = new Set<number>();
          let found: string | undefined;

          const look = async (pointer: ModelPointer | undefined): Promise<void> => {
            // It throws where the pointer leads to no file, to half of one, or to another.
            const published = await reader(now).find(name);
            expect([found, served(pointer)]).toContain(published?.sha256);
            found = published?.sha256;
            for (const { version, sha256 } of pointer?.versions ?? []) {
              expect(seen.get(version) ?? sha256, `version ${version}`).toBe(sha256);
              seen.set(version, sha256);
            }
          };

          for (const command of asked) {
            time += 1;
            const before = (await model.describe())?.pointer;
            const failed = await run(model, command).then(
              () => undefined,
              (error: unknown) => error,
            );
            if (namespace.hasEnded) model = start();
            else if (failed !== undefined) expect(failed).toBeInstanceOf(AppError);
            const pointer = (await model.describe())?.pointer;
            if (pointer === undefined) seen.clear();
            // An erasure that was interrupted goes on later.
            if ('erase' in command) answered.clear();
            await look(pointer);
            if (failed === undefined && 'publish' in command) {
              const { summary } = await publication(command.publish);
              expect(served(pointer)).toBe(summary.sha256);
              answered.add(pointer?.current ?? 0);
            }
            if (failed instanceof AppError && failed.code !== 'model-unavailable') {
              expect(pointer).toEqual(before);
            }
          }

          // What failed is made good by the alarm, without anybody's help.
          namespace.heal();
          time += strayFileMs + 1;
          await model.maintain();
          const pointer = (await model.describe())?.pointer;
          expect((await reader(now).find(name))?.sha256).toBe(served(pointer));
          const { keys } = await bindings.MODELS.list({ prefix: `files/${name}/` });
          expect(keys.map((key) => key.name).sort()).toEqual(
            (pointer?.versions ?? []).map(({ file }) => file).sort(),
          );
          // And what failed may be asked again.
          if (pointer !== undefined && pointer.deletedAt !== null) await model.restore();
          for (const { version, sha256 } of pointer?.versions ?? []) {
            expect((await reader(now).find(name, version))?.sha256).toBe(sha256);
            answered.delete(version);
          }
          expect([...answered]).toEqual([]);
          await model.publish(await publication(10));
          expect((await reader(now).find(name))?.sha256).toBe(
            (await publication(10)).summary.sha256,
          );
        });
      },
    ),
    { numRuns: 25 },
  );
  logged.mockRestore();
});

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
