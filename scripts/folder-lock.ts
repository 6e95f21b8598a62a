/**
 * One process at a time has a folder: two that write the same databases would ruin them. The lock is
 * SQLite's on a file in the folder, which the operating system takes back when the process ends,
 * however it ends. (Node.js has no function for such locks, node:sqlite brings one for every system.)
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { isWorkerd } from './running-process.ts';

/** Starters that race each hold the file for moments before one of them has it. */
const raceMs = 1000;

/** A watchdog ends the workerd of a starter that was killed, within moments (workerd-guard.ts). */
const usualPatienceMs = 5000;

/** As long as this process lives: a lock that is collected as garbage is lost. */
const held: DatabaseSync[] = [];

/** Whose the folder is. */
export type FolderClaim =
  | { readonly isOurs: true }
  /** @property holder who has it instead, for a sentence */
  | { readonly isOurs: false; readonly holder: string };

/**
 * Claims a folder for this process, until it ends.
 *
 * @param folder is made if it is missing
 * @param patienceMs how long the workerd of a starter that was killed may take to end
 * @throws Error where workerd of a starter that was killed still writes there
 */
export async function lockFolder(
  folder: string,
  patienceMs = usualPatienceMs,
): Promise<FolderClaim> {
  await mkdir(folder, { recursive: true });
  const starterPath = join(folder, 'process-id');
  const lock = new DatabaseSync(join(folder, 'lock'), { timeout: raceMs });
  try {
    // Nothing is ever written there, so that no journal is needed.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    const starter = await readProcessId(starterPath);
    return {
      isOurs: false,
      holder: starter === undefined ? 'another Petal' : `the Petal of process ${starter}`,
    };
  }
  held.push(lock);
  await writeFile(starterPath, String(process.pid));
  await waitForFormerWorkerd(folder, patienceMs);
  return { isOurs: true };
}

/** Where the folder says which workerd writes there. */
export function workerdPath(folder: string): string {
  return join(folder, 'workerd-id');
}

async function waitForFormerWorkerd(folder: string, patienceMs: number): Promise<void> {
  const former = await readProcessId(workerdPath(folder));
  if (former === undefined) return;
  const untilMs = performance.now() + patienceMs;
  while (await isWorkerd(former)) {
    if (performance.now() > untilMs) {
      throw new Error(
        `workerd, process ${former}, still uses ${folder}, although the npm start that it belongs to was killed. End it first: kill -9 ${former}`,
      );
    }
    await wait(50);
  }
  await rm(workerdPath(folder), { force: true });
}

/** @returns undefined where the file is missing, or not written yet */
async function readProcessId(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const id = Number(text);
  return Number.isInteger(id) && id > 0 ? id : undefined;
}

/** sqlite.org/rescode.html: SQLITE_BUSY */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}
