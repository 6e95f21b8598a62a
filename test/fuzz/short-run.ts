/** A short run of `npm run fuzz`: the same cases every time. */
import { availableParallelism } from 'node:os';
import { expect } from 'vitest';
import { formats } from '../../src/image/formats.ts';
import { attemptScript, CaseWorker, runCases } from './case-worker.ts';
import { Cases } from './cases.ts';
import { readCorpus } from './corpus.ts';
import { reproduction } from './report.ts';
import { groupFailures, Summary } from './summary.ts';

const seed = 20_261_124;

/** Here nothing is a failure for being slow; a case that goes on for minutes hangs. */
const maxMs = Number.POSITIVE_INFINITY;
const hangMs = 300_000;

const corpus = await readCorpus(Object.keys(formats));

/** Damages files of a format, the first of so many cases, and fails where one neither decodes nor is refused. */
export async function expectDecodedOrRefused(format: string, casesOfFormat: number): Promise<void> {
  const cases = new Cases(seed, corpus);
  const numbers = cases.numbers(casesOfFormat, [format]);
  const summary = new Summary(maxMs);
  const workers = Array.from(
    { length: availableParallelism() },
    () => new CaseWorker(attemptScript({ seed, corpus, maxMs }), hangMs),
  );
  await runCases(numbers, workers, (number, attempt) => summary.add(number, format, attempt));
  const failures = groupFailures(summary.failures).map(
    ({ defect, numbers: [first] }) => `${defect}\n${reproduction(seed, first)}`,
  );
  expect(failures).toEqual([]);
  const outcomes = summary.byFormat.get(format)?.outcomes;
  // Damage that always or never matters would test nothing.
  expect(outcomes?.decoded).toBeGreaterThan(casesOfFormat / 20);
  expect(outcomes?.['image-decode-failed']).toBeGreaterThan(casesOfFormat / 20);
}
