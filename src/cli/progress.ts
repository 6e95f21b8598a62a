import process from 'node:process';
import { SingleBar } from 'cli-progress';

/** Counts what is done, on a person's terminal; silent everywhere else. */
export interface Progress {
  increment(): void;
  stop(): void;
}

/** @param unit what is counted, in the plural */
export function startProgress(total: number, unit: string): Progress {
  const bar = makeBar(`{bar} {percentage}% | {value} of {total} ${unit} | {eta_formatted} left`);
  bar.start(total, 0);
  return { increment: () => bar.increment(), stop: () => bar.stop() };
}

/** Tells how far one piece of work is. */
export interface WorkProgress {
  /** Both in the same unit, with fractions. */
  update(done: number, total: number): void;
  stop(): void;
}

/** Parts of a piece of work that the bar tells apart. */
const steps = 1000;

/** @param what is done, as in "Fitting" */
export function startWork(what: string): WorkProgress {
  const bar = makeBar(`{bar} {percentage}% | ${what} | {eta_formatted} left`);
  bar.start(steps, 0);
  return {
    update: (done, total) => bar.update(Math.floor((done / total) * steps)),
    stop: () => bar.stop(),
  };
}

/** Draws nothing where its stream is not a terminal. */
function makeBar(format: string): SingleBar {
  return new SingleBar({
    stream: process.stderr,
    format,
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    hideCursor: true,
    clearOnComplete: true,
  });
}
