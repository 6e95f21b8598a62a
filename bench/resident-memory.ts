/**
 * What a process holds of the machine's memory, as Linux accounts for it. Only
 * Linux lets another process ask for a peak, and set it back.
 */
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { findChildren } from './child-cpu.ts';

export const canMeasurePeaks = process.platform === 'linux';

async function readStatus(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`Process ${pid} has no ${field}.`);
  return Number(kibibytes) * 1024;
}

/**
 * @returns the most resident memory while `work` runs, above what there was
 *   before, in bytes
 * @throws Error where the system is not Linux
 */
export async function measurePeak(pid: number, work: () => Promise<unknown>): Promise<number> {
  // 5 sets the high-water mark to what is resident now (proc_pid_clear_refs(5)).
  await writeFile(`/proc/${pid}/clear_refs`, '5');
  const before = await readStatus(pid, 'VmRSS');
  await work();
  return (await readStatus(pid, 'VmHWM')) - before;
}

/**
 * @param name of a process that this one started, as Linux has it
 * @returns its resident memory in bytes; undefined where there is none, or the system is another
 */
export async function readResidentBytes(name: string): Promise<number | undefined> {
  if (!canMeasurePeaks) return undefined;
  const [pid] = await findChildren(name);
  return pid === undefined ? undefined : await residentBytesOf(pid);
}

/** @returns the resident memory of a process, in bytes */
export function residentBytesOf(pid: number): Promise<number> {
  return readStatus(pid, 'VmRSS');
}
