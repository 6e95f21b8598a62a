/** `npm run keys` as a process of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findKey, readApiKeys } from '../../src/access/api-keys.ts';

const root = resolve(import.meta.dirname, '../..');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'petal-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

interface Ended {
  exitCode: number | string;
  stdout: string;
  stderr: string;
}

/** What `npm run keys` runs once the packages are there, in an empty folder. */
async function keys(options: string[], stdin = ''): Promise<Ended> {
  return await new Promise((ended) => {
    const child = execFile(
      process.execPath,
      [join(root, 'scripts/keys.ts'), ...options],
      { cwd: folder },
      (error, stdout, stderr) => ended({ exitCode: error?.code ?? 0, stdout, stderr }),
    );
    child.stdin?.end(stdin);
  });
}

describe('npm run keys', () => {
  test('is the command that is tested here', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(scripts.keys).toBe('node scripts/keys.ts');
    expect(scripts.prekeys).toBe(scripts.prebuild);
  });

  test('prints a key once, an entry that knows it, and where it goes; and writes nothing', async () => {
    const { exitCode, stdout, stderr } = await keys([
      '--name',
      'web',
      '--scopes',
      'classify,train',
    ]);
    expect([exitCode, stderr]).toEqual([0, '']);
    const [[key], ...others] = stdout.matchAll(/petal_[\w-]{43}/g);
    expect(others).toEqual([]);
    const [, line] = /^ {2}PETAL_API_KEYS='(.+)'$/m.exec(stdout) ?? [];
    expect(await findKey(readApiKeys(line), key)).toMatchObject({
      name: 'web',
      scopes: new Set(['classify', 'train']),
    });
    expect(stdout).toContain('npx wrangler secret put PETAL_API_KEYS --env production');
    expect(stdout).toContain('.dev.vars');
    expect(await readdir(folder)).toEqual([]);
    expect(await readFile(join(root, '.gitignore'), 'utf8')).toMatch(/^\.dev\.vars\*$/m);
  });

  test('adds to the keys of a file or of stdin, and leaves the file as it was', async () => {
    const first = JSON.parse((await keys(['--name', 'first', '--json'])).stdout);
    expect(first.entry).toMatchObject({ name: 'first', scopes: ['classify'] });
    const file = join(folder, 'keys.json');
    await writeFile(file, first.PETAL_API_KEYS);
    for (const [path, stdin] of [
      [file, ''],
      ['-', first.PETAL_API_KEYS],
    ]) {
      const options = ['--name', 'second', '--add-to', path, '--json'];
      const second = JSON.parse((await keys(options, stdin)).stdout);
      expect(JSON.parse(second.PETAL_API_KEYS)).toEqual([first.entry, second.entry]);
      const known = readApiKeys(second.PETAL_API_KEYS);
      expect(await findKey(known, first.key)).toMatchObject({ name: 'first' });
      expect(await findKey(known, second.key)).toMatchObject({ name: 'second' });
    }
    expect(await readFile(file, 'utf8')).toBe(first.PETAL_API_KEYS);
    const again = await keys(['--name', 'first', '--add-to', file]);
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    expect(again.stderr).toContain('two keys "first"');
  });

  test.for([
    [[], "required option '--name <name>' not specified"],
    [['--name', 'a b'], 'Expected 1 to 64 letters, digits, "_", "." and "-".'],
    [['--name', 'a', '--scopes', 'admin'], 'Expected some of classify, train, with commas.'],
    [['--name', 'a', '--scopes', ''], 'Expected some of classify, train, with commas.'],
    [['--name', 'a', '--add-to', 'missing.json'], 'missing.json'],
  ] as const)('makes no key for %j', async ([options, sentence]) => {
    const { exitCode, stdout, stderr } = await keys([...options]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(sentence);
  });
});
