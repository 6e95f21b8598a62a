/** A worker for tests, whose cases 1 to 4 go wrong in a way each, and all others well. */
import process from 'node:process';
import { parentPort } from 'node:worker_threads';
import type { Attempt } from './attempt.ts';

const fine: Attempt = {
  outcome: 'decoded',
  defects: [],
  pixels: 1,
  memoryBytes: 0,
  announcedBytes: 0,
  durationMs: 0,
};

parentPort?.on('message', (number: number) => {
  if (number === 1) hang();
  if (number === 2) exhaustMemory();
  if (number === 3) process.exit(7);
  if (number === 4) throw new TypeError('unruly');
  parentPort?.postMessage(fine);
});

function hang(): never {
  for (;;);
}

function exhaustMemory(): void {
  const kept: number[][] = [];
  while (kept.length < 1e9) kept.push([kept.length, 0.5]);
}
