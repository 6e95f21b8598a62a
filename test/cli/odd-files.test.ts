/** Files that are no files, and names that are no text: what people's folders hold beside photos. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { answerPhotos } from '../../src/cli/answers.ts';
import { listClassFolder } from '../../src/cli/class-folder.ts';
import { listPhotoFiles } from '../../src/cli/photo-files.ts';
import { runCommand } from '../../src/testing/run-command.ts';
import { putScenes } from './class-photos.ts';
import { fixture, makeScratch, petal, type Scratch } from './petal.ts';

const run = promisify(execFile);

/** What a terminal would obey, but for line ends and the colours that the command writes itself. */
const obeyed = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

const obeyedName = 'a\u001b]0;b\u0007\n\u009b31m\u202egpj.jpg';
const printedName = 'a\\u001b]0;b\\u0007\\n\\u009b31m\\u202egpj.jpg';

/** Two photos, and a few things that only look like some; why each can't be read. */
const oddities: Record<string, string> = {
  'fifo.jpg': 'It is a FIFO (a named pipe), not a file.',
  'zero.jpg': 'It is a device, not a file.',
  'folder.jpg': 'It is a link to a folder that it lies in.',
  'album/up': 'It is a link to a folder that it lies in.',
  'album/again': 'It is a link to a folder that is read already.',
  'self.jpg': 'It is a link that leads to itself.',
  'gone.jpg': 'It is a link that leads nowhere.',
};

async function putOddities(scratch: Scratch, folder: string): Promise<void> {
  const at = (name: string): string => join(scratch.folder, folder, name);
  await mkdir(at('album'), { recursive: true });
  await mkdir(at('other'), { recursive: true });
  await run('mkfifo', [at('fifo.jpg'), at('notes.txt')]);
  await symlink('/dev/zero', at('zero.jpg'));
  await symlink('.', at('folder.jpg'));
  await symlink('..', at('album/up'));
  await symlink('../other', at('album/again'));
  await symlink('self.jpg', at('self.jpg'));
  await symlink('nowhere', at('gone.jpg'));
}

describe.runIf(process.platform === 'linux')('a folder with odd files', () => {
  let scratch: Scratch;
  const inScratch = (...path: string[]): string => join(scratch.folder, ...path);
  beforeAll(async () => {
    scratch = await makeScratch();
    await putOddities(scratch, 'odd');
    await scratch.put(`odd/${obeyedName}`, fixture('daisy.jpg'));
    await scratch.put('odd/album/daisy.jpg', fixture('daisy.jpg'));
    await writeFile(
      Buffer.concat([Buffer.from(inScratch('odd/caf')), Buffer.from([0xe9]), Buffer.from('.jpg')]),
      fixture('daisy.jpg'),
    );
  });
  afterAll(() => scratch.remove());

  test('is classified, and all that can not be read is named with the reason', async () => {
    const { code, out, err } = await petal('classify', inScratch('odd'), '--top-k', '1');
    expect(err).toBe('');
    expect(code).toBe(1);
    expect(out).not.toMatch(obeyed);
    const lines = out.split('\n');
    for (const name of [printedName, 'album/daisy.jpg', 'caf\\xe9.jpg']) {
      expect(lines.filter((line) => line.startsWith(`${name}  `))).toHaveLength(1);
    }
    const end = lines.indexOf(`Could not be read (${Object.keys(oddities).length})`);
    const refused = Object.entries(oddities).map(([name, reason]) => `  ${name}: ${reason}`);
    expect(lines.slice(end + 1).filter(Boolean)).toEqual(refused.sort());
  });

  test('is classified as JSON that says the same, and commands no terminal', async () => {
    const { code, out } = await petal('classify', inScratch('odd'), '--json');
    expect(code).toBe(1);
    expect(out).not.toMatch(obeyed);
    const { results } = JSON.parse(out) as { results: { path: string; refusal?: string }[] };
    const paths = results.filter(({ refusal }) => refusal === undefined).map(({ path }) => path);
    expect(paths).toContain(inScratch('odd', obeyedName));
    expect(paths).toHaveLength(3);
    expect(results).toHaveLength(3 + Object.keys(oddities).length);
  });

  test('is answered as far as its files can be read, where they are named one by one', async () => {
    const names = ['fifo.jpg', 'album/daisy.jpg', 'missing.jpg', 'caf\ufffd.jpg', 'self.jpg'];
    const { code, out } = await petal('classify', ...names.map((name) => inScratch('odd', name)));
    expect(code).toBe(1);
    expect(out).toContain('fifo.jpg: It is a FIFO');
    expect(out).toContain('missing.jpg: There is no such file or folder.');
    expect(out).toContain('.jpg: Its name is not UTF-8');
    expect(out).toContain('self.jpg: It is a link that leads to itself.');
    expect(out).toContain('Could not be read (4)');
  });

  test('fails with a sentence where nothing of it can be read', async () => {
    const { code, err } = await petal('classify', inScratch('odd/fifo.jpg'), inScratch('x\u001b'));
    expect(code).toBe(1);
    expect(err).toBe(
      [
        `${inScratch('odd/fifo.jpg')} can't be read. It is a FIFO (a named pipe), not a file.`,
        `${inScratch('x')}\\u001b can't be read. There is no such file or folder.\n`,
      ].join('\n'),
    );
  });

  test('is drawn as a sheet of what can be read', async () => {
    const path = inScratch('sheet.html');
    const { code, out, err } = await petal('sheet', inScratch('odd'), '-o', path);
    expect(code, err).toBe(0);
    expect(out).toContain('3 photos');
    for (const [name, reason] of Object.entries(oddities))
      expect(err).toContain(`${name}: ${reason}`);
    expect(err).not.toMatch(obeyed);
  });

  test('says nothing and ends where nobody reads what it prints', async () => {
    // More than a pipe holds.
    const classify = `"${process.execPath}" src/cli/petal.ts classify "$0" --top-k 1000 --json`;
    const command = `( ${classify}; echo "code $?" >&2 ) | head -1`;
    const { output } = await runCommand('sh', ['-c', command, inScratch('odd/album/daisy.jpg')], {
      cwd: join(import.meta.dirname, '../..'),
    });
    expect(output).toMatch(/^(\{\ncode 0\n|code 0\n\{\n)$/);
  });

  test.skipIf(process.getuid?.() === 0)('has files and folders without permission', async () => {
    await scratch.put('locked/secret.jpg', fixture('daisy.jpg'));
    await scratch.put('locked/folder/1.jpg', fixture('daisy.jpg'));
    await scratch.put('locked/open.jpg', fixture('daisy.jpg'));
    await chmod(inScratch('locked/secret.jpg'), 0);
    await chmod(inScratch('locked/folder'), 0);
    const { code, out } = await petal('classify', inScratch('locked'));
    await chmod(inScratch('locked/folder'), 0o700);
    expect(code).toBe(1);
    expect(out).toContain('secret.jpg: There is no permission to read it.');
    expect(out).toContain('folder: There is no permission to read it.');
    expect(out).toMatch(/^open\.jpg /);
  });

  test('may lose a file while it is read', async () => {
    await scratch.put('fleeting/1.jpg', new Uint8Array(1));
    await scratch.put('fleeting/2.jpg', new Uint8Array(1));
    const photos = await listPhotoFiles(inScratch('fleeting'));
    const { answered, refused } = await answerPhotos(photos, () => undefined);
    expect(answered).toHaveLength(2);
    await run('rm', [inScratch('fleeting/1.jpg')]);
    const again = await answerPhotos(photos, () => undefined);
    expect(again.answered.map(({ photo }) => photo.name)).toEqual(['2.jpg']);
    expect(again.refused).toMatchObject([
      { photo: { name: '1.jpg' }, refusal: 'There is no such file or folder.' },
    ]);
    expect(refused).toEqual([]);
  });

  test('of classes is trained on as far as it can be read', async () => {
    await putScenes(scratch, 'scenes', 2);
    await putOddities(scratch, 'scenes');
    await scratch.put('scenes/album/1.jpg', fixture('daisy.jpg'));
    await scratch.put('scenes/other/1.jpg', fixture('golf-ball.jpg'));
    const { labels, unread } = await listClassFolder(inScratch('scenes'));
    expect(labels).toContain('album');
    expect(labels).not.toContain('folder.jpg');
    expect(unread).toHaveLength(5);
    if (!inject('trained')) return;
    const heads = ['--out', inScratch('heads'), '--json', '--no-cache'];
    const { code, out, err } = await petal('train', inScratch('scenes'), ...heads);
    expect(code, err).toBe(0);
    const { refused } = JSON.parse(out) as { refused: { name: string; refusal: string }[] };
    expect(Object.fromEntries(refused.map(({ name, refusal }) => [name, refusal]))).toEqual(
      oddities,
    );
  });

  test('of classes is refused where a folder has a name that is not UTF-8', async () => {
    await scratch.put('classes/a/1.jpg', fixture('daisy.jpg'));
    await mkdir(Buffer.concat([Buffer.from(inScratch('classes/b')), Buffer.from([0xff])]));
    await expect(listClassFolder(inScratch('classes'))).rejects.toThrow(
      'The folder "b\\xff" can\'t stand for a class: its name is not UTF-8.',
    );
  });

  test.runIf(inject('trained'))('is evaluated without what is no photo', async () => {
    await putOddities(scratch, 'evaluated');
    await scratch.put('evaluated/daisy/1.jpg', fixture('daisy.jpg'));
    const { code, out, err } = await petal('evaluate', inScratch('evaluated'));
    expect(code, err).toBe(0);
    expect(out).toContain('1 photos, fit crop');
    expect(out).toContain('Left out, since there is no photo (7)');
    for (const [name, reason] of Object.entries(oddities))
      expect(out).toContain(`${name}: ${reason}`);
  });
});
