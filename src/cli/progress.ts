import process from 'node:process';
import { SingleBar } from 'cli-progress';

/** Counts what is done, on a person's terminal; silent everywhere else. */
export interface Progress {
  increment(): void;
  stop(): void;
}

/** @param unit what is counted, in the plural */
export function startProgress(total: number, unit: string): Progress {
  const bar = startBar(total, `{value} of {total} ${unit}`);
  let done = 0;
  return {
    increment() {
      done += 1;
      bar.update(done);
    },
    stop: bar.stop,
  };
}

/** Tells how far one piece of work is. */
export interface WorkProgress {
  /** Both in the same unit, with fractions. */
  update(done: number, total: number): void;
  stop(): void;
}

/** Parts of a piece of work that the bar tells apart. */
const steps = 1000;

/** @param what is done, as in "fitting" */
export function startWork(what: string): WorkProgress {
  const bar = startBar(steps, what);
  return {
    update: (done, total) => bar.update(Math.floor((done / total) * steps)),
    stop: bar.stop,
  };
}

/** Draws nothing where its stream is not a terminal. */
function startBar(total: number, text: string): { update(done: number): void; stop(): void } {
  const bar = new SingleBar({
    stream: process.stderr,
    format: `{bar} {percentage}% | ${text} | {left}`,
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    hideCursor: true,
    clearOnComplete: true,
  });
  const start = performance.now();
  bar.start(total, 0, { left: '' });
  return {
    update(done) {
      const left = timeLeft(performance.now() - start, done / total);
      bar.update(done, { left: left === undefined ? '' : `${left} left` });
    },
    stop: () => bar.stop(),
  };
}

/**
 * How long work will take that goes on as it did.
 *
 * @param share of it that is done, 0..1
 * @returns undefined where too little is done to tell
 */
export function timeLeft(elapsedMs: number, share: number): string | undefined {
  if (share < 0.01 || elapsedMs < 500) return undefined;
  const seconds = Math.ceil(((elapsedMs / 1000) * (1 - share)) / share);
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
