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

/** Node.js's options that load a module of this folder before a script. */
function importing(module: string): readonly string[] {
  return ['--import', pathToFileURL(join(import.meta.dirname, module)).href];
}

/** Makes JPEG a codec with a defect. */
export const brokenCodec = importing('broken-codec.ts');

/** Makes JPEG a codec that works for long, and charges nothing for it. */
export const underchargingCodec = importing('undercharging-codec.ts');

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

/** Runs `npm run fuzz`. */
export function fuzz(parameters: string, nodeOptions: readonly string[] = []): Promise<Finished> {
  return runScript(join(import.meta.dirname, 'run.ts'), parameters, nodeOptions);
}
