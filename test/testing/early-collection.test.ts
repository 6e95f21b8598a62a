import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test, vi } from 'vitest';
import { collectingEarly } from '../../src/testing/early-collection.ts';
import { startPetal } from '../../src/testing/start-petal.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';

const variable = 'MINIFLARE_WORKERD_V8_FLAGS';
const flag = '--initial-old-space-size=';

test.skipIf(process.platform === 'win32')(
  'startPetal tells workerd to collect garbage early',
  async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'worker.js'), 'export default {};');
    // In place of workerd, a program that keeps its configuration and ends.
    const [program, configuration] = [join(folder, 'program'), join(folder, 'configuration')];
    await writeFile(program, `#!/bin/sh\ncat > ${configuration}\n`, { mode: 0o755 });
    vi.stubEnv('MINIFLARE_WORKERD_PATH', program);
    await expect(startPetal({ bundle: folder })).rejects.toThrow();
    vi.unstubAllEnvs();
    expect(await readFile(configuration, 'latin1')).toContain(flag);
  },
);

test('early collection is over for other Miniflares once the last Petal has started', async () => {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const both = [first, second].map(({ promise }) => collectingEarly(() => promise));
  expect(process.env[variable]).toContain(flag);
  first.resolve();
  await both[0];
  expect(process.env[variable]).toContain(flag);
  second.reject(new Error('It could not start.'));
  await expect(both[1]).rejects.toThrow();
  expect(process.env[variable]).toBeUndefined();
});

test('early collection leaves flags alone that are in the environment', async () => {
  vi.stubEnv(variable, '--trace-gc');
  await collectingEarly(async () => expect(process.env[variable]).toBe('--trace-gc'));
  expect(process.env[variable]).toBe('--trace-gc');
  vi.unstubAllEnvs();
});
