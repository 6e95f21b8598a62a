/** Which level of the kernels is taken, on this processor and on lesser ones, as V8's flags make them of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageFolder } from '../../../model/folder.ts';
import { type KernelLevel, kernelLevels } from '../../../src/mobilenet/kernel-level.ts';
import { buildKernels } from '../../../src/testing/build-kernels.ts';
import { runCommand } from '../../../src/testing/run-command.ts';

interface Levels {
  readonly compiled: readonly KernelLevel[];
  readonly exact: readonly KernelLevel[];
  readonly taken: KernelLevel;
}

let folder: string;
beforeAll(async () => {
  folder = await buildKernels(packageFolder);
});

async function levelsUnder(...flags: readonly string[]): Promise<Levels> {
  const script = join(import.meta.dirname, 'print-levels.ts');
  const ended = await runCommand(process.execPath, [...flags, script, folder], {
    cwd: packageFolder,
  });
  expect(ended.exitCode, ended.output).toBe(0);
  return JSON.parse(ended.stdout);
}

describe('of the levels of the kernels', () => {
  test('the first one that this processor runs exactly is taken', async () => {
    const { compiled, exact, taken } = await levelsUnder();
    expect(compiled).toEqual(kernelLevels);
    expect(exact.slice(-2)).toEqual(['simd', 'scalar']);
    // Stored values are unsigned for the one and signed for the other, and the processor takes them as one of them.
    expect(exact.length).toBeLessThanOrEqual(3);
    expect(taken).toBe(exact[0]);
  });

  test('the same are exact in code that is compiled at once and in code that is optimised', async () => {
    const { exact } = await levelsUnder('--liftoff-only');
    expect((await levelsUnder('--no-liftoff')).exact).toEqual(exact);
  });

  // Without VPDPBUSD, V8 uses PMADDUBSW, which saturates at 16 bits.
  const withoutVnni = ['--no-enable-avx-vnni', '--no-enable-avx-vnni-int8'];

  test.runIf(process.arch === 'x64').for(['--liftoff-only', '--no-liftoff'])(
    'simd is taken where relaxed products saturate, under %s',
    async (compiler) => {
      expect(await levelsUnder(...withoutVnni, compiler)).toEqual({
        compiled: kernelLevels,
        exact: ['simd', 'scalar'],
        taken: 'simd',
      });
    },
  );

  test.runIf(process.arch === 'x64')('scalar is taken where there is no SIMD', async () => {
    const scalar = ['scalar'];
    expect(await levelsUnder('--no-enable-sse4-1')).toEqual({
      compiled: scalar,
      exact: scalar,
      taken: 'scalar',
    });
  });

  const flags = /^flags\s*:.*$/m.exec(readCpuInfo())?.[0] ?? '';

  test.runIf(/\bavx_vnni\b/.test(flags))(
    'relaxed-simd is taken on a processor with VPDPBUSD',
    async () => {
      expect((await levelsUnder()).taken).toBe('relaxed-simd');
    },
  );
});

/** What Linux says of the processor; elsewhere nothing. */
function readCpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}
