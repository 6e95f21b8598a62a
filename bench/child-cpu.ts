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
    const children = await readFile(`/proc/self/task/${task}/children`, 'utf8');
    for (const child of children.trim().split(' ').filter(Boolean)) {
      const command = await readFile(`/proc/${child}/comm`, 'utf8');
      if (command.trim() === name) found.push(Number(child));
    }
  }
  return found;
}

/** @returns CPU time of all threads that a process has, in milliseconds, user and system together */
export async function readCpuMs(pid: number): Promise<number> {
  let nanoseconds = 0;
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const [onCpu] = (await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')).split(' ');
    nanoseconds += Number(onCpu);
  }
  return nanoseconds / 1e6;
}
