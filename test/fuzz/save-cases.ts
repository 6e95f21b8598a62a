import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cases } from './cases.ts';

/** Writes the files of some cases into a folder, which is made where it is missing, and names each on stderr. */
export function saveCases(
  folder: string,
  cases: Cases,
  seed: number,
  numbers: readonly number[],
): void {
  mkdirSync(folder, { recursive: true });
  for (const number of numbers) {
    const { format, bytes } = cases.make(number);
    const path = join(folder, `${seed}-${number}.${format}`);
    writeFileSync(path, bytes);
    console.error(`Wrote ${path}`);
  }
}
