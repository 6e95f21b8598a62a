import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  optional?: boolean;
  os?: string[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const folders = ['.', 'bench', 'test/fixtures/draw'];

async function readPackages(folder: string): Promise<Record<string, LockedPackage>> {
  const path = join(import.meta.dirname, '..', folder, 'package-lock.json');
  return JSON.parse(await readFile(path, 'utf8')).packages;
}

/** Whether a package finds another as Node.js looks for it: in its own folder, then in each above. */
function finds(packages: Record<string, LockedPackage>, from: string, name: string): boolean {
  for (let folder = from; ; ) {
    if (packages[join(folder, 'node_modules', name)] !== undefined) return true;
    if (folder === '') return false;
    const parent = folder.lastIndexOf('/node_modules/');
    folder = parent < 0 ? '' : folder.slice(0, parent);
  }
}

describe.for(folders)('the lock file in %s', (folder) => {
  // A registry that lacks some platforms' packages makes npm leave them out
  // without a word, and `npm ci` then fails on every platform.
  test("has every package's dependencies, those of other platforms too", async () => {
    const packages = await readPackages(folder);
    const missing = Object.entries(packages).flatMap(([path, locked]) =>
      Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })
        .filter((name) => !finds(packages, path, name))
        .map((name) => `${path} needs ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('has a hash of every package, but for optional ones of other platforms', async () => {
    const packages = Object.entries(await readPackages(folder));
    const without = packages.filter(([path, { integrity }]) => path !== '' && !integrity);
    const ofThisOne = /^(linux-x64|linux-64|linux-arm64)$/;
    for (const [path, { optional, os }] of without) {
      expect([path, optional, os?.length]).toEqual([path, true, 1]);
      expect(path.replace(/^.*?\/(cli|workerd)-/, '')).not.toMatch(ofThisOne);
    }
    // SECURITY.md says how many.
    expect(without).toHaveLength(folder === '.' ? 11 : 0);
  });

  test('records no download addresses', async () => {
    const packages = Object.values(await readPackages(folder));
    expect(packages.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});

test('there is one version of workerd', async () => {
  const paths = Object.keys(await readPackages('.'));
  expect(paths.filter((path) => path.endsWith('node_modules/workerd'))).toHaveLength(1);
});
