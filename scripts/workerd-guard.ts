/**
 * workerd ends with the process that started it, even where that is killed and can do nothing more:
 * a watchdog at the other end of a pipe sees it close. (workerd notices nothing itself: Miniflare's
 * pipes to it are read to their ends or written to at times only.)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { workerdPath } from './folder-lock.ts';
import { readProcess } from './running-process.ts';

/** How often to look whether npm is there. */
const lookMs = 1000;

/**
 * Has each workerd that this process starts from now on end with it.
 *
 * @param folder that this process has locked, where workerd's process id is written; false without a folder
 */
export function guardWorkerd(folder: string | false): void {
  const watchdog = spawn(process.execPath, [join(import.meta.dirname, 'watchdog.ts')], {
    // In a group of its own, it outlives what is done to this one's.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  });
  const { stdin } = watchdog;
  // Without a watchdog, the next start finds and names a workerd that was left over.
  watchdog.on('error', () => undefined);
  stdin.on('error', () => undefined);
  watchdog.unref();
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  // Miniflare tells nobody what it starts, at first and after a crash; Node.js does.
  subscribe('child_process', (message) => {
    const { process: child } = message as { readonly process: ChildProcess };
    child.once('spawn', () => {
      if (child.pid === undefined || !basename(child.spawnfile).startsWith('workerd')) return;
      stdin.write(`+${child.pid}\n`);
      child.once('exit', () => stdin.write(`-${child.pid}\n`));
      if (folder !== false) writeFileSync(workerdPath(folder), String(child.pid));
    });
  });
}

/** Ends this process soon after the npm that runs it, which is what people and supervisors kill. */
export async function endWithNpm(): Promise<void> {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const parent = process.ppid;
  const shell = await readProcess(parent);
  // Some shells stay between npm and what it runs, others give way to it.
  const between = shell !== undefined && /sh$/.test(shell.name) ? shell : undefined;
  const look = async (): Promise<void> => {
    // An orphan is inherited by another process (getppid(2)).
    const isOrphan =
      process.ppid !== parent ||
      (between !== undefined && (await readProcess(parent))?.parent !== between.parent);
    if (isOrphan) process.exit(1);
    setTimeout(look, lookMs).unref();
  };
  await look();
}
