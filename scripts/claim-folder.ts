import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

/**
 * Claims a folder for this process, as long as it lives: two processes that
 * write the same databases would ruin them.
 *
 * @param folder is made if it is missing
 * @returns undefined, or the id of the process that has the folder
 */
export async function claimFolder(folder: string): Promise<number | undefined> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'process-id');
  const claim = (flag: 'w' | 'wx'): Promise<void> => writeFile(path, String(process.pid), { flag });
  try {
    await claim('wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const other = Number(await readFile(path, 'utf8'));
    if (other !== process.pid && isAlive(other)) return other;
    await claim('w');
  }
  return undefined;
}

function isAlive(id: number): boolean {
  if (!Number.isInteger(id) || id < 1) return false;
  try {
    // Signal 0 is sent to nobody (kill(2)).
    process.kill(id, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
