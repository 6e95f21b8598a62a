import { readFile } from 'node:fs/promises';
import type { NetworkAssets } from '../mobilenet/network.ts';
import { wasmBinaryName } from './wasm-binary.ts';

/** Node.js reads both files from disk and compiles the binary itself. */
export async function readAssets(artifactPath: string): Promise<NetworkAssets> {
  const wasmUrl = import.meta.resolve(`@tensorflow/tfjs-backend-wasm/wasm-out/${wasmBinaryName()}`);
  const [wasm, artifact] = await Promise.all([readFile(new URL(wasmUrl)), readFile(artifactPath)]);
  return {
    wasm: await WebAssembly.compile(wasm),
    // A copy of its own: what readFile returns may be a view into a shared pool.
    artifact: new Uint8Array(artifact).buffer,
  };
}
