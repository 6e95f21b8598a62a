/**
 * Prints as JSON what this process makes of the int8 kernels: each level by itself, and the one that is taken of all.
 *
 * Usage: node print-levels.ts <folder of the kernels>
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { registerInt8Kernels } from '../../../src/mobilenet/int8-kernels.ts';
import { type KernelBinary, kernelLevels } from '../../../src/mobilenet/kernel-level.ts';

const [, , folder] = process.argv;
const memory = new WebAssembly.Memory({ initial: 0 });
const binaries: KernelBinary[] = [];
for (const level of kernelLevels) {
  const bytes = await readFile(join(folder, `${level}.wasm`));
  if (WebAssembly.validate(bytes)) binaries.push({ level, module: new WebAssembly.Module(bytes) });
}
const exact = binaries.filter((binary) => {
  const { isExact } = new WebAssembly.Instance(binary.module, { env: { memory } }).exports;
  return (isExact as () => number)() !== 0;
});
process.stdout.write(
  JSON.stringify({
    compiled: binaries.map(({ level }) => level),
    exact: exact.map(({ level }) => level),
    taken: registerInt8Kernels(binaries, memory).level,
  }),
);
