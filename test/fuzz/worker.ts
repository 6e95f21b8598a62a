/** Runs cases in a thread of its own, one for each message, which may hang or end it. */
import { parentPort, workerData } from 'node:worker_threads';
import { attempt } from './attempt.ts';
import type { AttemptSetting } from './case-worker.ts';
import { Cases } from './cases.ts';

const { seed, corpus, maxMs }: AttemptSetting = workerData;
const cases = new Cases(seed, corpus);

/** How much longer than allowed a case may seem to take because of other work on the machine. */
const disturbance = 3;

parentPort?.on('message', (number: number) => {
  const { bytes, fit } = cases.make(number);
  const first = attempt(bytes, fit);
  const isDoubtful = first.durationMs > maxMs && first.durationMs < maxMs * disturbance;
  const again = isDoubtful ? attempt(bytes, fit) : first;
  const durationMs = Math.min(first.durationMs, again.durationMs);
  parentPort?.postMessage({ ...first, durationMs });
});
