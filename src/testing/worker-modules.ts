import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';

const moduleTypes = {
  '.js': 'ESModule',
  '.wasm': 'CompiledWasm',
  '.bin': 'Data',
  '.safetensors': 'Data',
} as const;

/** One module of the Worker, as Miniflare takes it. */
export interface WorkerModule {
  readonly type: (typeof moduleTypes)[keyof typeof moduleTypes];
  /** Absolute; other modules import it relative to their own. */
  readonly path: string;
  readonly contents: Uint8Array;
}

/** Has an entry answer requests, with the Durable Objects of the Worker beside it. */
const mainWithEntry = `export * from './worker.js';
export * from './entry.js';
export { default } from './entry.js';
`;

/**
 * @param bundle folder of worker.js
 * @param entry path of a module that answers in place of worker.js, as if it lay beside it
 * @returns the main module first
 */
export async function readWorkerModules(bundle: string, entry?: string): Promise<WorkerModule[]> {
  const paths = globSync('*.{js,wasm,bin,safetensors}', { cwd: bundle }).map((path) =>
    join(bundle, path),
  );
  const main = join(bundle, 'worker.js');
  paths.sort((a, b) => Number(b === main) - Number(a === main));
  const modules: WorkerModule[] = await Promise.all(
    paths.map(async (path) => ({
      type: moduleTypes[extname(path) as keyof typeof moduleTypes],
      path,
      contents: await readFile(path),
    })),
  );
  if (entry === undefined) return modules;
  const contents = await readFile(resolve(entry));
  return [
    {
      type: 'ESModule',
      path: join(bundle, 'main.js'),
      contents: new TextEncoder().encode(mainWithEntry),
    },
    { type: 'ESModule', path: join(bundle, 'entry.js'), contents },
    ...modules,
  ];
}
