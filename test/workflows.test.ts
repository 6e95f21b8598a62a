import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const github = join(import.meta.dirname, '../.github');

test('workflows use actions by commit, with the version beside it, and may write nothing', async () => {
  const files = await readdir(join(github, 'workflows'));
  expect(files).not.toEqual([]);
  for (const file of files) {
    const text = await readFile(join(github, 'workflows', file), 'utf8');
    const uses = text.split('\n').filter((line) => /\buses:/.test(line));
    expect(uses).not.toEqual([]);
    for (const line of uses) expect(line).toMatch(/uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
    expect(text.match(/actions\/checkout@/g)?.length).toBe(
      text.match(/persist-credentials: false/g)?.length,
    );
  }
});

test('Dependabot looks after every folder with packages, and after the workflows', async () => {
  const text = await readFile(join(github, 'dependabot.yml'), 'utf8');
  const [, list] = /directories: \[(.*)\]/.exec(text) ?? [];
  const folders = list.split(', ').map((folder) => folder.replaceAll('"', ''));
  expect(folders).toEqual(['/', '/bench', '/test/fixtures/draw']);
  for (const folder of folders) {
    await access(join(github, '..', folder, 'package-lock.json'));
  }
  expect(text).toContain('package-ecosystem: github-actions');
});
