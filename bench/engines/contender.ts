import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { startPetal } from '../../src/testing/start-petal.ts';
import { bundleEngine } from './bundle.ts';
import type { Failure, TurnRequest } from './node-process.ts';
import type { EngineRow, Runtime } from './rows.ts';
import type { Turn } from './turn.ts';

/** An engine that waits for its turn in a process of its own. */
export interface Contender {
  readonly row: EngineRow;
  readonly runtime: Runtime;
  /** @throws Error where the engine fails */
  takeTurn(pixels: Uint8Array, inferences: number): Promise<Turn>;
  dispose(): Promise<void>;
}

/** An engine's files, ready to be started. */
export interface EngineFiles {
  /** Laid out as a Worker; undefined for native code. */
  readonly folder: string | undefined;
  readonly modelPath: string;
  /** What it adds to a deployment: binary and JavaScript without the weights; undefined for native code. */
  readonly gzipBytes: number | undefined;
}

const bundleName = 'engine.js';
/** Of an engine's first binary, and of its second. */
const binaryNames = ['engine.wasm', 'kernels.wasm'];

/** @param folder an empty one, for this engine */
export async function prepareFiles(
  row: EngineRow,
  modelPath: string,
  folder: string,
): Promise<EngineFiles> {
  if (row.binary === undefined) return { folder: undefined, modelPath, gzipBytes: undefined };
  await mkdir(folder);
  const bundle = await bundleEngine(row);
  const binaries = [
    await row.binary(),
    ...(row.kernels === undefined ? [] : [await row.kernels()]),
  ];
  await writeFile(join(folder, bundleName), bundle);
  for (const [i, binary] of binaries.entries()) {
    await writeFile(join(folder, binaryNames[i]), binary);
  }
  await writeFile(join(folder, 'parts.js'), binaryImports(binaries.length));
  await copyFile(modelPath, join(folder, 'model.bin'));
  await copyFile(join(import.meta.dirname, 'engine-worker.js'), join(folder, 'worker.js'));
  const compressed = await Promise.all(
    [bundle, ...binaries].map((bytes) => promisify(gzip)(bytes, { level: 9 })),
  );
  const gzipBytes = compressed.reduce((total, { length }) => total + length, 0);
  return { folder, modelPath, gzipBytes };
}

/** Exports the compiled binaries for engine-worker.js, by the names that `EngineParts` has for them. */
function binaryImports(count: number): string {
  const names = ['wasm', 'kernels'];
  const lines = names.map((name, i) =>
    i < count
      ? `export { default as ${name} } from './${binaryNames[i]}';\n`
      : `export const ${name} = undefined;\n`,
  );
  return lines.join('');
}

const starts: Record<Runtime, typeof startInNode> = {
  'Node.js': startInNode,
  workerd: startInWorkerd,
};

/** @throws Error where the engine can't be loaded in this runtime */
export function startContender(
  row: EngineRow,
  runtime: Runtime,
  files: EngineFiles,
): Promise<Contender> {
  return starts[runtime](row, files);
}

async function startInNode(row: EngineRow, { folder, modelPath }: EngineFiles): Promise<Contender> {
  // What browsers' glue does where it finds itself in Node.js only the bundle leaves out.
  const isBundled = row.isRival && folder !== undefined;
  const modulePath = join(
    isBundled ? folder : import.meta.dirname,
    isBundled ? bundleName : row.module,
  );
  const binaryPaths =
    folder === undefined
      ? []
      : binaryNames.map((name) => join(folder, name)).filter((path) => existsSync(path));
  const child = fork(
    join(import.meta.dirname, 'node-process.ts'),
    [modulePath, modelPath, ...binaryPaths],
    // Engines tell of themselves on standard error.
    { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  );
  async function answer<T extends object>(): Promise<T> {
    const message = await new Promise<T | Failure>((resolve, reject) => {
      const fail = (): void => reject(new Error('Its process ended.'));
      // Sending to a process that has ended is an error.
      child.once('exit', fail).once('error', fail);
      child.once('message', (value) => {
        child.off('exit', fail).off('error', fail);
        resolve(value as T | Failure);
      });
    });
    if ('failure' in message) throw new Error(message.failure);
    return message;
  }
  const contender: Contender = {
    row,
    runtime: 'Node.js',
    async takeTurn(pixels, inferences) {
      child.send({ pixels, inferences } satisfies TurnRequest);
      return await answer<Turn>();
    },
    async dispose() {
      child.kill();
    },
  };
  return await startedOrDisposed(contender, () => answer());
}

async function startInWorkerd(row: EngineRow, { folder }: EngineFiles): Promise<Contender> {
  if (folder === undefined) throw new Error('It is native code.');
  const worker = await startPetal({ bundle: folder });
  const contender: Contender = {
    row,
    runtime: 'workerd',
    async takeTurn(pixels, inferences) {
      const response = await worker.fetch(`/?inferences=${inferences}`, {
        method: 'POST',
        body: new Uint8Array(pixels),
      });
      if (!response.ok) throw new Error(await response.text());
      return (await response.json()) as Turn;
    },
    dispose: () => worker.dispose(),
  };
  // It loads at the first request.
  return await startedOrDisposed(contender, () =>
    contender.takeTurn(new Uint8Array(224 * 224 * 3), 0),
  );
}

async function startedOrDisposed(
  contender: Contender,
  start: () => Promise<unknown>,
): Promise<Contender> {
  try {
    await start();
    return contender;
  } catch (error) {
    await contender.dispose();
    throw error;
  }
}
