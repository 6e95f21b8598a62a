/** That cases which end their thread, or never end, are found and named. */
import { expect, test } from 'vitest';
import type { Attempt } from './attempt.ts';
import { attemptScript, CaseWorker, runCases } from './case-worker.ts';

const setting = { seed: 1, corpus: [], maxMs: 2000 };
const unruly = attemptScript(setting, new URL('unruly-worker.ts', import.meta.url));

test('gives up a case that hangs', async () => {
  const worker = new CaseWorker(unruly, 1000);
  const { outcome, defects } = await worker.run(1);
  expect(outcome).toBe('failed');
  expect(defects).toEqual(['It ran for more than 1 s: it hangs.']);
});

test('names the cases that run out of memory, end their thread or throw, and goes on', async () => {
  const attempts = new Map<number, Attempt>();
  const worker = new CaseWorker(unruly, 600_000);
  await runCases([0, 2, 3, 4, 5], [worker], (number, attempt) => attempts.set(number, attempt));
  const defects = [...attempts].map(([number, attempt]) => [number, attempt.defects[0]]);
  expect(defects).toEqual([
    [0, undefined],
    [2, expect.stringContaining('memory')],
    [3, expect.stringContaining('exit code 7')],
    [4, expect.stringContaining('TypeError: unruly')],
    [5, undefined],
  ]);
});

test('gives each case to one thread', async () => {
  const numbers = Array.from({ length: 40 }, (_, i) => 10 + i);
  const workers = [1, 2, 3].map(() => new CaseWorker(unruly, 60_000));
  const done: number[] = [];
  await runCases(numbers, workers, (number) => done.push(number));
  expect(done.toSorted((a, b) => a - b)).toEqual(numbers);
});
