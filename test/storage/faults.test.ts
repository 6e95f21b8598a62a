import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../src/errors.ts';
import type { ModelPointer } from '../../src/storage/model-pointer.ts';
import type { RegisteredModel } from '../../src/storage/registered-model.ts';
import { strayFileMs } from '../../src/storage/versions.ts';
import { FaultyNamespace, faults } from './faulty-namespace.ts';
import { bindings, freshObject, publication, reader, registeredModel } from './parts.ts';

beforeEach(() => {
  // What the alarm can't do it logs; here that is no news.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

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
            if (pointer?.deletedAt === null) {
              for (const { version, sha256 } of pointer.versions) {
                const old = await reader(now).find(name, version);
                if (old !== undefined) expect(old.sha256).toBe(sha256);
              }
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
            await look(pointer);
            if (failed === undefined && 'publish' in command) {
              expect(found).toBe((await publication(command.publish)).summary.sha256);
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
          if (pointer?.deletedAt !== null && pointer !== undefined) await model.restore();
          await model.publish(await publication(10));
          expect((await reader(now).find(name))?.sha256).toBe(
            (await publication(10)).summary.sha256,
          );
        });
      },
    ),
    { numRuns: 25 },
  );
});
