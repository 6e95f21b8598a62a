import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kernelFileName } from '../local/kernel-file-name.ts';
import { type KernelLevel, kernelLevels } from '../mobilenet/kernel-level.ts';
import { buildFolder } from './built-folder.ts';

/** What the kernels' sources leave to the compiler. */
export interface KernelBuild {
  /** Which of a source's ways is taken. Relaxed SIMD comes with SIMD. */
  readonly instructions: 'relaxed-simd' | 'simd' | 'scalar';
  /** What is added to an int8 activation where it is stored: 128 makes it unsigned. */
  readonly storedOffset: 0 | 128;
  /** Whether the memory that they work on is shared with other threads. */
  readonly shared: boolean;
}

const levels: Readonly<Record<KernelLevel, Omit<KernelBuild, 'shared'>>> = {
  'relaxed-simd': { instructions: 'relaxed-simd', storedOffset: 128 },
  'relaxed-simd-signed': { instructions: 'relaxed-simd', storedOffset: 0 },
  simd: { instructions: 'simd', storedOffset: 128 },
  scalar: { instructions: 'scalar', storedOffset: 128 },
};

const instructionFlags: Readonly<Record<KernelBuild['instructions'], readonly string[]>> = {
  'relaxed-simd': ['--enable', 'simd', '--enable', 'relaxed-simd'],
  simd: ['--enable', 'simd'],
  scalar: [],
};

/** A shared memory has a largest size, in pages of 64 KiB; this one admits every other. */
const sharedFlags = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];

/** That functions with vectors can't be called from JavaScript: none of those is exported. */
const vectorExchangeWarning = 112;

/** No memory, no data and no runtime of its own: all is exported functions. */
const commonFlags = [
  ...['-O3', '--converge', '--noAssert', '--noColors'],
  ...['--runtime', 'stub', '--importMemory', '--noExportMemory'],
  ...['--disableWarning', String(vectorExchangeWarning)],
];

/**
 * Compiles the int8 kernels if they are missing or older than their sources: `<level>.wasm` for an
 * ordinary memory, and `<level>-shared.wasm` for one that is shared between threads. The compiler is
 * loaded only then; packages that are installed from elsewhere bring the folder instead of it.
 *
 * @param root the folder of src/
 * @returns the folder
 * @throws Error with what the compiler says
 */
export async function buildKernels(root: string): Promise<string> {
  return await buildFolder({
    root,
    path: 'dist/kernels',
    inputs: [
      'src/mobilenet/kernels/*.ts',
      'src/mobilenet/kernel-level.ts',
      'src/local/kernel-file-name.ts',
      'src/testing/build-kernels.ts',
    ],
    async make(folder) {
      for (const level of kernelLevels) {
        for (const shared of [false, true]) {
          const wasm = await compileKernels(root, { ...levels[level], shared });
          await writeFile(join(folder, kernelFileName(level, shared)), wasm);
        }
      }
    },
  });
}

/**
 * @param root the folder of src/
 * @returns a module that imports the memory `env.memory`
 * @throws Error with what the compiler says, be it no more than a warning
 */
export async function compileKernels(
  root: string,
  { instructions, storedOffset, shared }: KernelBuild,
): Promise<Uint8Array<ArrayBuffer>> {
  const { main } = await import('assemblyscript/asc');
  const files: Uint8Array<ArrayBuffer>[] = [];
  let isRefused = false;
  const { error, stderr } = await main(
    [
      'index.ts',
      ...['--baseDir', join(root, 'src', 'mobilenet', 'kernels'), '--outFile', 'kernels.wasm'],
      ...commonFlags,
      ...instructionFlags[instructions],
      ...['--use', `STORED_OFFSET=${storedOffset}`],
      ...(shared ? sharedFlags : []),
    ],
    {
      writeFile(_name, contents) {
        if (typeof contents !== 'string') files.push(new Uint8Array(contents));
      },
      reportDiagnostic({ code }) {
        isRefused ||= code !== vectorExchangeWarning;
      },
    },
  );
  const [wasm] = files;
  if (error !== null || isRefused || wasm === undefined) {
    throw new Error(`The kernels could not be compiled.\n${stderr}`);
  }
  return wasm;
}
