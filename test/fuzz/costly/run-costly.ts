/** `npm run fuzz -- --costly`: searches for files that take much work. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { startWork } from '../../../src/cli/progress.ts';
import { readCorpus } from '../corpus.ts';
import { extremes } from '../extremes/extremes.ts';
import { Hunt, type JudgedFile } from './hunt.ts';
import { makeReference } from './reference.ts';
import { formatHunt, formatJson, worstOf } from './report.ts';
import { measureWork } from './work-meter.ts';

export interface CostlyOptions {
  readonly seed: number;
  /** Files to decode at the most; those made by hand come first. */
  readonly cases: number;
  readonly seconds: number;
  readonly format: readonly string[];
  /** A folder for the files that fail. */
  readonly save?: string;
  readonly json?: boolean;
}

/** Decodes files until the time or their number is over, and prints the most expensive ones. */
export async function runCostly(options: CostlyOptions): Promise<void> {
  const { seed, cases, seconds, format, save, json = false } = options;
  const corpus = (await readCorpus(format)).filter((file) => format.includes(file.format));
  const hunt = new Hunt({
    seed,
    corpus,
    extremes: extremes.filter((extreme) => format.includes(extreme.format)),
    reference: await makeReference(),
    measure: measureWork,
  });
  const progress = startWork('searching');
  const start = performance.now();
  const isOver = (): boolean => hunt.decoded >= cases || performance.now() - start > seconds * 1000;
  while (!isOver()) {
    hunt.step();
    const elapsed = (performance.now() - start) / 1000;
    progress.update(Math.min(1, Math.max(elapsed / seconds, hunt.decoded / cases)), 1);
  }
  progress.stop();
  if (save !== undefined) saveFiles(save, worstOf(hunt));
  console.log(json ? formatJson(seed, hunt) : formatHunt(hunt));
  if (hunt.undercharged.length > 0) process.exitCode = 1;
}

function saveFiles(folder: string, files: readonly JudgedFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { format, source, bytes } of files) {
    const name = source.replaceAll(/[^\w.]+/g, '-');
    const path = join(folder, `${name}.${format}`);
    writeFileSync(path, bytes);
    console.error(`Wrote ${path}`);
  }
}
