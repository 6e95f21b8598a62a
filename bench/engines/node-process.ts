/**
 * An engine in a Node.js process of its own, which takes its turns on request.
 * `node bench/engines/node-process.ts <module> <model> [binary] [kernels]`, started
 * with an IPC channel, sends `{}` or a {@link Failure} when it has loaded, and
 * answers each {@link TurnRequest} with a `Turn` or a {@link Failure}.
 */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { Engine, LoadEngine } from './engine.ts';
import { takeTurn } from './turn.ts';

export interface TurnRequest {
  /** uint8 [224, 224, 3], row-major RGB. */
  readonly pixels: Uint8Array;
  readonly inferences: number;
}

export interface Failure {
  readonly failure: string;
}

const [modulePath, modelPath, ...binaryPaths] = process.argv.slice(2);

async function loadEngine(): Promise<Engine> {
  const { load } = (await import(pathToFileURL(modulePath).href)) as { load: LoadEngine };
  const [wasm, kernels] = await Promise.all(
    binaryPaths.map(async (path) => WebAssembly.compile(await readFile(path))),
  );
  return await load({
    wasm,
    kernels,
    model: new Uint8Array(await readFile(modelPath)),
  });
}

/** Sends what comes of it, or what went wrong. */
async function answer<T extends object>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    const result = await work();
    process.send?.(result);
    return result;
  } catch (error) {
    process.send?.({ failure: String(error) } satisfies Failure);
    return undefined;
  }
}

const loading = loadEngine();
process.on('message', ({ pixels, inferences }: TurnRequest) => {
  void answer(async () => takeTurn(await loading, pixels, inferences));
});
await answer(async () => {
  await loading;
  return {};
});
