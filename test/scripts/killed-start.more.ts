/** `npm start` is killed, as by `kill -9` or by a system that is out of memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { workerdPath } from '../../scripts/folder-lock.ts';
import { isWorkerd } from '../../scripts/running-process.ts';
import { customModelAnswer, modelsAnswer } from '../../src/contract/models.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';
import { customModelFile } from '../support/custom-model.ts';

const root = join(import.meta.dirname, '../..');
const patience = { timeout: 50_000 };
/** Each takes seconds on an idle machine. */
const twoStarts = { timeout: 180_000 };
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
    child.stdout?.destroy();
  }
});

interface Started {
  readonly child: ChildProcess;
  readonly url: URL;
  readonly workerd: number;
}

/** @param command what is run, before the options of `npm start --` */
async function start(command: readonly string[], folder: string, port = '0'): Promise<Started> {
  const [program = '', ...parameters] = [...command, '--port', port, '--persist', folder];
  const child = spawn(program, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await expect.poll(() => output, patience).toContain('Petal answers at');
  const url = new URL(/Petal answers at (\S+)/.exec(output)?.[1] ?? '');
  return { child, url, workerd: Number(await readFile(workerdPath(folder), 'utf8')) };
}

const starter = [process.execPath, 'scripts/start.ts'];

describe.runIf(inject('trained') && process.platform !== 'win32')('npm start', () => {
  test(
    'that is killed takes workerd with it, and the next has its port, its folder and its models',
    twoStarts,
    async () => {
      const folder = await temporaryFolder();
      const first = await start(starter, folder);
      const { models } = modelsAnswer.parse(
        await (await fetch(new URL('/v1/models', first.url))).json(),
      );
      const [{ name, sha256 }] = models;
      const path = '/v1/models/kept';
      const uploaded = await fetch(new URL(path, first.url), {
        method: 'PUT',
        body: customModelFile({ model: name, sha256 }, 3),
      });
      const published = customModelAnswer.parse(await uploaded.json());
      expect(await isWorkerd(first.workerd)).toBe(true);

      first.child.kill('SIGKILL');
      const second = await start(starter, folder, first.url.port);
      expect(await isWorkerd(first.workerd)).toBe(false);
      const kept = await fetch(new URL(path, second.url));
      expect(customModelAnswer.parse(await kept.json())).toEqual(published);

      second.child.kill('SIGKILL');
      await expect.poll(() => isWorkerd(second.workerd), patience).toBe(false);
      await expect(fetch(second.url)).rejects.toThrow();
    },
  );

  test('ends when the npm that runs it is killed', async () => {
    const folder = await temporaryFolder();
    const { child, workerd } = await start(['npm', 'start', '--'], folder);
    child.kill('SIGKILL');
    await expect.poll(() => isWorkerd(workerd), patience).toBe(false);
  });
});
