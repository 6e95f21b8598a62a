import * as z from 'zod';
import type { NetworkAssets } from '../mobilenet/network.ts';
import { startThreads, type ThreadScripts } from '../mobilenet/threaded-instance.ts';

// It would try whether it may make code of text, which policies of pages forbid, and report.
z.config({ jitless: true });

/** What was downloaded. */
export interface Downloaded {
  readonly binary: ArrayBuffer;
  readonly artifact: ArrayBuffer;
}

/**
 * A browser compiles the binary itself, and where pages are isolated from others it has threads.
 *
 * @param scripts of the threaded binary; none for the others
 */
export async function makeAssets(
  { binary, artifact }: Downloaded,
  scripts?: ThreadScripts,
): Promise<NetworkAssets> {
  const wasm = await WebAssembly.compile(binary);
  return { artifact, wasm: scripts === undefined ? wasm : await startThreads(wasm, scripts) };
}
