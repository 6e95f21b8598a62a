import * as z from 'zod';
import type { KernelLevel } from '../mobilenet/kernel-level.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';
import { startThreads, type ThreadScripts } from '../mobilenet/threaded-instance.ts';

// It would try whether it may make code of text, which policies of pages forbid, and report.
z.config({ jitless: true });

/** What was downloaded. */
export interface Downloaded {
  readonly binary: ArrayBuffer;
  readonly artifact: ArrayBuffer;
  /** The int8 kernels, in order of preference; for a shared memory where the binary has threads. */
  readonly kernels: readonly { readonly level: KernelLevel; readonly wasm: ArrayBuffer }[];
}

/**
 * A browser compiles the binaries itself, and where pages are isolated from others it has threads.
 *
 * @param scripts of the threaded binary; none for the others
 */
export async function makeAssets(
  { binary, artifact, kernels: kernelFiles }: Downloaded,
  scripts?: ThreadScripts,
): Promise<NetworkAssets> {
  const [wasm, ...modules] = await Promise.all(
    [binary, ...kernelFiles.map(({ wasm }) => wasm)].map((bytes) => WebAssembly.compile(bytes)),
  );
  return {
    artifact,
    wasm: scripts === undefined ? wasm : await startThreads(wasm, scripts),
    kernels: kernelFiles.map(({ level }, i) => ({ level, module: modules[i] })),
  };
}
