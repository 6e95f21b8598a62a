import { Worker } from 'node:worker_threads';
import type { Attempt } from './attempt.ts';
import type { CorpusFile } from './corpus.ts';

/** What a worker has to know to make and judge cases. */
export interface WorkerSetting {
  readonly seed: number;
  readonly corpus: readonly CorpusFile[];
  /** A case that takes somewhat longer is tried once more. */
  readonly maxMs: number;
}

/** JavaScript's own heap, beside array buffers: an isolate has 128 MB for everything. */
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 };

/**
 * Runs cases in a thread, one at a time, and survives them: a case that hangs
 * or ends its thread is an outcome like others, and the next one gets a new thread.
 */
export class CaseWorker {
  readonly #script: URL;
  readonly #setting: WorkerSetting;
  readonly #hangMs: number;
  #thread: Worker | undefined;

  /** @param hangMs a case that runs for longer is given up */
  constructor(
    setting: WorkerSetting,
    hangMs: number,
    script = new URL('worker.ts', import.meta.url),
  ) {
    this.#script = script;
    this.#setting = setting;
    this.#hangMs = hangMs;
  }

  async run(number: number): Promise<Attempt> {
    this.#thread ??= new Worker(this.#script, { workerData: this.#setting, resourceLimits });
    const thread = this.#thread;
    const start = performance.now();
    const { promise, resolve } = Promise.withResolvers<Attempt | string>();
    const onEnd = (code: number): void => resolve(`The thread ended with exit code ${code}.`);
    const onError = (error: Error): void => resolve(error.stack ?? error.message);
    const hang = `It ran for more than ${this.#hangMs / 1000} s: it hangs.`;
    const watchdog = setTimeout(resolve, this.#hangMs, hang);
    thread.once('message', resolve).once('error', onError).once('exit', onEnd);
    thread.postMessage(number);
    const result = await promise;
    clearTimeout(watchdog);
    thread.off('message', resolve).off('error', onError).off('exit', onEnd);
    if (typeof result !== 'string') return result;
    await this.close();
    const durationMs = performance.now() - start;
    const nothing = { pixels: 0, memoryBytes: 0, announcedBytes: 0 };
    return { outcome: 'failed', defects: [result], ...nothing, durationMs };
  }

  /** Ends the thread, whatever it is doing. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
    this.#thread = undefined;
  }
}

/**
 * Runs cases on some threads at once.
 *
 * @param onAttempt called for each case as soon as it is done, in any order
 */
export async function runCases(
  numbers: readonly number[],
  workers: readonly CaseWorker[],
  onAttempt: (number: number, attempt: Attempt) => void,
): Promise<void> {
  const waiting = numbers.values();
  const work = async (worker: CaseWorker): Promise<void> => {
    for (const number of waiting) onAttempt(number, await worker.run(number));
    await worker.close();
  };
  await Promise.all(workers.map(work));
}
