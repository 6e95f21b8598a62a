import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { inject } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Runs the command in a process of its own. */
export async function petal(
  ...parameters: string[]
): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, ['src/cli/petal.ts', ...parameters], { cwd: root });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...text };
}

/** A folder that a test fills with photos. */
export interface Scratch {
  readonly folder: string;
  put(path: string, bytes: Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

export async function makeScratch(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'petal-cli-'));
  return {
    folder,
    async put(path, bytes) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), bytes);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** A file of test/fixtures/valid. */
export function fixture(name: string): Uint8Array {
  const photo = inject('validPhotos').find((each) => each.name === name);
  return Buffer.from(photo?.base64 ?? '', 'base64');
}
