import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from '../../model/folder.ts';
import { type KernelBinary, kernelLevels } from '../mobilenet/kernel-level.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';
import { wasmBinaryName } from './wasm-binary.ts';

/**
 * Node.js reads the files from disk and compiles the binaries itself.
 *
 * @param kernelFolder where the int8 kernels were compiled to
 */
export async function readAssets(
  artifactPath: string,
  kernelFolder = join(packageFolder, 'dist', 'kernels'),
): Promise<NetworkAssets> {
  const wasmUrl = import.meta.resolve(`@tensorflow/tfjs-backend-wasm/wasm-out/${wasmBinaryName()}`);
  const [wasm, artifact, kernels] = await Promise.all([
    readFile(new URL(wasmUrl)),
    readFile(artifactPath),
    readKernels(kernelFolder),
  ]);
  return {
    wasm: await WebAssembly.compile(wasm),
    // A copy of its own: what readFile returns may be a view into a shared pool.
    artifact: new Uint8Array(artifact).buffer,
    kernels,
  };
}

/** The kernels that this runtime compiles. */
async function readKernels(folder: string): Promise<KernelBinary[]> {
  const kernels: KernelBinary[] = [];
  for (const level of kernelLevels) {
    const bytes = await readFile(join(folder, `${level}.wasm`));
    // An old one may have no relaxed SIMD.
    if (WebAssembly.validate(bytes)) kernels.push({ level, module: new WebAssembly.Module(bytes) });
  }
  return kernels;
}
