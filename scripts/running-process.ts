import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A process of this machine, as its system tells of it. */
export interface RunningProcess {
  /** Of the program, without its parameters; a path on some systems. */
  readonly name: string;
  /** Id of the process that started it, or of the one that inherited it. */
  readonly parent: number;
}

/** @returns undefined where there is no such process, it has ended, or the system is Windows */
export async function readProcess(id: number): Promise<RunningProcess | undefined> {
  if (process.platform === 'win32') return undefined;
  const [state, parent, name] = await (process.platform === 'linux' ? askProc(id) : askPs(id));
  // A zombie has ended, and nobody has asked how.
  return state === '' || state.startsWith('Z') ? undefined : { name, parent: Number(parent) };
}

/** Whether a process runs and is workerd: an id may belong to another process by now. */
export async function isWorkerd(id: number): Promise<boolean> {
  if (process.platform === 'win32') return isThere(id);
  return (await readProcess(id))?.name.includes('workerd') === true;
}

/** What Windows tells in passing. */
function isThere(id: number): boolean {
  try {
    // Signal 0 is sent to nobody (kill(2)).
    process.kill(id, 0);
    return true;
  } catch {
    // No such process exists, or it belongs to another user.
    return false;
  }
}

type Fields = [state: string, parent: string, name: string];

/** proc_pid_stat(5): `id (name) state parent ...` */
async function askProc(id: number): Promise<Fields> {
  const text = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
  const [, name = '', state = '', parent = ''] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(text) ?? [];
  return [state, parent, name];
}

async function askPs(id: number): Promise<Fields> {
  const format = 'state=,ppid=,comm=';
  const answer = await run('ps', ['-o', format, '-p', String(id)]).catch(() => undefined);
  const [state = '', parent = '', ...name] = (answer?.stdout ?? '').trim().split(/\s+/);
  return [state, parent, name.join(' ')];
}
