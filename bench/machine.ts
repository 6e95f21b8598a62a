import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import process from 'node:process';

/** What the numbers depend on besides the code. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  readonly workerd: string;
}

export async function describeMachine(): Promise<Machine> {
  // Miniflare brings workerd along; asked from there, it is found wherever npm put it.
  const fromHere = createRequire(import.meta.url);
  const fromMiniflare = createRequire(fromHere.resolve('miniflare'));
  const manifest = await readFile(fromMiniflare.resolve('workerd/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    workerd: version,
  };
}

export function formatMachine(machine: Machine): string {
  const { cpu, cores, memoryGiB, platform, node, workerd } = machine;
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}; Node.js ${node}, workerd ${workerd}`;
}
