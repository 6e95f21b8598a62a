import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, describe, expect, test } from 'vitest';
import { type FolderClaim, lockFolder, workerdPath } from '../../scripts/folder-lock.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';

const started: ChildProcess[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

/** A process that claims a folder and keeps it, and what it says of that. */
async function claimant(folder: string): Promise<{ child: ChildProcess; claim: FolderClaim }> {
  const script = join(import.meta.dirname, 'hold-folder.ts');
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, claim: JSON.parse(line.toString()) as FolderClaim };
}

describe('a folder', () => {
  test('is had by exactly one of many that claim it at once, after the one before was killed', async () => {
    const folder = await temporaryFolder();
    const { child, claim } = await claimant(folder);
    expect(claim).toEqual({ isOurs: true });
    expect(await lockFolder(folder)).toEqual({
      isOurs: false,
      holder: `the Petal of process ${child.pid}`,
    });
    child.kill('SIGKILL');
    const claimants = await Promise.all(Array.from({ length: 8 }, () => claimant(folder)));
    expect(claimants.filter(({ claim: { isOurs } }) => isOurs)).toHaveLength(1);
  });

  test('is claimed although its last process left an id that is another process today', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'process-id'), String(process.pid));
    await writeFile(workerdPath(folder), String(process.pid));
    expect((await claimant(folder)).claim).toEqual({ isOurs: true });
  });

  test.skipIf(process.platform === 'win32')(
    'is claimed once workerd of a process that was killed has ended, which is named until then',
    async () => {
      const folder = await temporaryFolder();
      await symlink('/bin/sleep', join(folder, 'workerd'));
      const workerd = spawn(join(folder, 'workerd'), ['600'], { stdio: 'ignore' });
      started.push(workerd);
      await once(workerd, 'spawn');
      await writeFile(workerdPath(folder), String(workerd.pid));
      await expect(lockFolder(folder, 100)).rejects.toThrow(
        `workerd, process ${workerd.pid}, still uses ${folder}`,
      );
    },
  );
});
