import process from 'node:process';
import { SingleBar } from 'cli-progress';

/** Counts what is done, on a person's terminal; silent everywhere else. */
export interface Progress {
  increment(): void;
  stop(): void;
}

/** @param unit what is counted, in the plural */
export function startProgress(total: number, unit: string): Progress {
  const bar = new SingleBar({
    stream: process.stderr,
    format: `{bar} {percentage}% | {value} of {total} ${unit} | {eta_formatted} left`,
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    hideCursor: true,
    clearOnComplete: true,
  });
  // cli-progress draws nothing where its stream is not a terminal.
  bar.start(total, 0);
  return { increment: () => bar.increment(), stop: () => bar.stop() };
}
