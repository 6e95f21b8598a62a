import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from '../../model/folder.ts';
import type { KernelLevel } from '../../src/mobilenet/kernel-level.ts';
import { buildKernels } from '../../src/testing/build-kernels.ts';

/** That this processor has nothing that the wanted kernels are exact on. */
export class NoExactKernels extends Error {}

/**
 * Petal's int8 kernels as a Worker bundles them.
 *
 * @param levels in order of preference
 * @returns the binary of the first level that this processor computes exactly
 * @throws NoExactKernels where it computes none of them exactly
 */
export async function readExactKernels(levels: readonly KernelLevel[]): Promise<Uint8Array> {
  const folder = await buildKernels(packageFolder);
  for (const level of levels) {
    const binary = await readFile(join(folder, `${level}.wasm`));
    if (isExact(binary)) return binary;
  }
  throw new NoExactKernels(
    `this processor does not compute exactly what ${levels.join(', ')} need`,
  );
}

function isExact(binary: Uint8Array<ArrayBuffer>): boolean {
  const env = { memory: new WebAssembly.Memory({ initial: 1 }) };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env });
  return (exports.isExact as () => number)() !== 0;
}
