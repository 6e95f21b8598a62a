/**
 * CPU time of the processes that this one started, as Linux accounts for it. Only
 * Linux tells it of another process to the nanosecond, thread by thread.
 */
import { readdir, readFile } from 'node:fs/promises';
import process from 'node:process';

export const canMeasureCpu = process.platform === 'linux';

/**
 * @param name as Linux has it
 * @returns ids of the processes that this one started
 */
export async function findChildren(name: string): Promise<number[]> {
  const found: number[] = [];
  for (const task of await readdir('/proc/self/task')) {
    const children = await readIfThere(`/proc/self/task/${task}/children`);
    for (const child of children.trim().split(' ').filter(Boolean)) {
      const command = await readIfThere(`/proc/${child}/comm`);
      if (command.trim() === name) found.push(Number(child));
    }
  }
  return found;
}

/** @returns nothing of a thread or a process that has ended since it was listed */
async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ESRCH'].includes(String(error.code))
    )
      return '';
    throw error;
  }
}

/** @returns CPU time of all threads that a process has, in milliseconds, user and system together */
export async function readCpuMs(pid: number): Promise<number> {
  let nanoseconds = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const [onCpu] = (await readIfThere(`/proc/${pid}/task/${thread}/schedstat`)).split(' ');
    nanoseconds += Number(onCpu);
  }
  return nanoseconds / 1e6;
}
