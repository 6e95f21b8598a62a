/** Runs the commands of this folder for their tests, as they are typed. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

export interface Finished {
  readonly exitCode: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Node.js's options that make JPEG a codec with a defect. */
export const brokenCodec: readonly string[] = [
  '--import',
  pathToFileURL(join(import.meta.dirname, 'broken-codec.ts')).href,
];

/** @param parameters with a space between each two */
export function runScript(
  script: string,
  parameters: string,
  nodeOptions: readonly string[] = [],
): Promise<Finished> {
  const all = [...nodeOptions, script, ...parameters.split(' ')];
  const { promise, resolve } = Promise.withResolvers<Finished>();
  execFile(process.execPath, all, (error, stdout, stderr) => {
    resolve({ exitCode: error?.code ?? 0, stdout, stderr });
  });
  return promise;
}
