import type { Photo } from './photos.ts';
import type { Table } from './table.ts';

/** One question, and how it is answered. */
export interface Benchmark {
  /** What follows `npm run bench --`. */
  readonly name: string;
  readonly question: string;
  run(setting: Setting): Promise<Report>;
}

/** What every benchmark is given. */
export interface Setting {
  /** Folder of the bundled Worker. */
  readonly bundle: string;
  /** Path of the backbone's artifact. */
  readonly artifactPath: string;
  /** At least one; all of 500 x 375 pixels unless the caller brought others. */
  readonly photos: readonly Photo[];
  /** Why the rivals can't be measured; undefined where they can. */
  readonly rivalsMissing: string | undefined;
  /** What `load` puts on the Worker. */
  readonly load: { readonly seconds: number; readonly connections: number };
}

/** What a benchmark found. Times and sizes are findings, never failures. */
export interface Report {
  readonly tables: readonly Table[];
  /** Sentences under the tables: how it was measured, what is missing. */
  readonly notes: readonly string[];
  /** Answers that are not right, a sentence each: they void the numbers. */
  readonly wrongAnswers: readonly string[];
  /** The numbers behind the tables, for `--json`. */
  readonly measurements: object;
}

/**
 * A number that the project promises, against what was measured.
 *
 * @param bound whether less is better, or more
 */
export function targetNote(
  what: string,
  measured: number,
  target: number,
  unit: string,
  bound: 'at most' | 'at least' = 'at most',
): string {
  const isMet = bound === 'at most' ? measured <= target : measured >= target;
  // Where the target is small, a tenth may lie on both sides of it.
  const digits = target < 10 ? 2 : 1;
  return `Target: ${what} ${bound} ${target}${unit}; measured ${measured.toFixed(digits)}${unit}: ${isMet ? 'met' : 'MISSED'}.`;
}
