/**
 * Kills what another process started once that process is gone, which is when its pipe to here closes.
 * The pipe has a line for each process that begins (`+id`) and for each that has ended (`-id`).
 */
import process from 'node:process';
import { createInterface } from 'node:readline';

const running = new Set<number>();
for await (const line of createInterface({ input: process.stdin })) {
  const id = Number(line.slice(1));
  if (line.startsWith('+')) running.add(id);
  else running.delete(id);
}
for (const id of running) {
  try {
    process.kill(id, 'SIGKILL');
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
