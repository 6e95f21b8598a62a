/** Writes files that are either there whole or not there at all. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes beside `target`, then renames: whoever opens `target` sees the old
 * file or the new one, and of two processes that write it at once the later
 * one wins. Where `write` throws, `target` is as it was and nothing is left.
 *
 * @param target makes its folder too where that is missing
 * @param write writes everything to the handle, which is not its to close
 */
export async function replaceFile(
  target: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  // The process's id keeps processes apart, the random part those of a process's own threads.
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  const handle = await open(temporary, 'wx');
  try {
    try {
      await write(handle);
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
