/** Compares cases in a thread of its own, one for each message. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CaseSetting } from '../case-worker.ts';
import { Cases } from '../cases.ts';
import { compare } from './comparison.ts';

const { seed, corpus }: CaseSetting = workerData;
const cases = new Cases(seed, corpus);
const originals = new Map(corpus.map(({ name, bytes }) => [name, bytes]));

parentPort?.on('message', async (number: number) => {
  const { bytes, source } = cases.make(number);
  parentPort?.postMessage(await compare(bytes, originals.get(source) ?? bytes));
});
