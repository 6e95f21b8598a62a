import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';

/**
 * Runs a script of this folder under the same Node.js in a fresh process.
 *
 * @returns what the script prints, read as JSON
 * @throws Error with the script's own complaint where it fails
 */
export async function runScript<T>(
  script: string,
  parameters: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<T> {
  const path = `${import.meta.dirname}/${script}`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...nodeOptions,
    path,
    ...parameters,
  ]);
  return JSON.parse(stdout) as T;
}
