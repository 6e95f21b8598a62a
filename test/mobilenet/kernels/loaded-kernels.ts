import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from '../../../model/folder.ts';
import { kernelLevels } from '../../../src/mobilenet/kernel-level.ts';
import { shuffled } from '../../../src/seeded-random.ts';
import { buildKernels, compileKernels } from '../../../src/testing/build-kernels.ts';

/** A function of the kernels, all of whose parameters are numbers. */
type Kernel = (...parameters: readonly number[]) => void;

/** What a module of the kernels exports. */
export interface KernelExports {
  readonly storedOffset: () => number;
  /** 1 where this processor computes what the module needs, or else 0. */
  readonly isExact: () => number;
  readonly add: Kernel;
  readonly averagePool: Kernel;
  readonly depthwise: Kernel;
  readonly multiplyRows: Kernel;
  readonly softmax: Kernel;
  readonly stem: Kernel;
}

/** A module with a memory of its own. */
export interface LoadedKernels {
  readonly name: string;
  readonly kernels: KernelExports;
  readonly memory: WebAssembly.Memory;
  readonly storedOffset: number;
}

const pages = 4;

/** What every byte is that no array has. */
const canary = 0xa5;

function load(name: string, wasm: BufferSource, shared: boolean): LoadedKernels {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), { env: { memory } });
  const kernels = exports as unknown as KernelExports;
  return { name, kernels, memory, storedOffset: kernels.storedOffset() };
}

/**
 * Every level for both kinds of memory, whether this processor computes what it needs or not, and what relaxed
 * SIMD's signed storage is without relaxed SIMD, which every processor can run.
 */
export async function loadKernels(): Promise<readonly LoadedKernels[]> {
  const folder = await buildKernels(packageFolder);
  const loaded: LoadedKernels[] = [];
  for (const level of kernelLevels) {
    for (const shared of [false, true]) {
      const name = `${level}${shared ? '-shared' : ''}`;
      loaded.push(load(name, await readFile(join(folder, `${name}.wasm`)), shared));
    }
  }
  for (const instructions of ['simd', 'scalar'] as const) {
    const build = { instructions, storedOffset: 0, shared: false } as const;
    loaded.push(load(`${instructions}, signed`, await compileKernels(packageFolder, build), false));
  }
  return loaded;
}

/** Where arrays lie in the memory. */
type Addresses<Name extends string> = Readonly<Record<Name, number>>;

/**
 * Runs a kernel once, on arrays that lie in a random order and not aligned to anything. The last of them ends
 * where the memory does, so that reading further would trap.
 *
 * @param inputs bytes by name
 * @param room bytes to write, by name
 * @returns what was written
 * @throws Error where a byte was written for which there is no room
 */
export function runKernel<Input extends string, Output extends string>(
  { memory }: LoadedKernels,
  random: () => number,
  inputs: Readonly<Record<Input, Uint8Array>>,
  room: Readonly<Record<Output, number>>,
  run: (at: Addresses<Input | Output>) => void,
): Readonly<Record<Output, Uint8Array>> {
  const bytes = new Uint8Array(memory.buffer).fill(canary);
  const at: Record<string, number> = {};
  let end = bytes.length;
  for (const name of shuffled([...Object.keys(inputs), ...Object.keys(room)], random)) {
    const input: Uint8Array | undefined = inputs[name as Input];
    end -= input?.length ?? room[name as Output];
    at[name] = end;
    if (input !== undefined) bytes.set(input, end);
    end -= Math.floor(random() * 40);
  }
  const expected = bytes.slice();
  run(at as Addresses<Input | Output>);
  const written = {} as Record<Output, Uint8Array>;
  for (const name of Object.keys(room) as Output[]) {
    written[name] = bytes.slice(at[name], at[name] + room[name]);
    expected.set(written[name], at[name]);
  }
  if (Buffer.compare(bytes.slice(), expected) !== 0) {
    const first = bytes.findIndex((byte, i) => byte !== expected[i]);
    throw new Error(
      `Byte ${first} was written, and there is room at ${JSON.stringify({ at, room })}.`,
    );
  }
  return written;
}
