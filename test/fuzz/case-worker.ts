import { Worker } from 'node:worker_threads';
import type { Attempt } from './attempt.ts';
import type { CorpusFile } from './corpus.ts';

/** What a worker has to know to make cases. */
export interface CaseSetting {
  readonly seed: number;
  readonly corpus: readonly CorpusFile[];
}

/** What a worker has to know to make and judge attempts. */
export interface AttemptSetting extends CaseSetting {
  /** A case that takes somewhat longer is tried once more. */
  readonly maxMs: number;
}

/** What runs in a thread: a script that is sent numbers of cases, and answers each with a result. */
export interface CaseScript<Setting extends CaseSetting, Result extends object> {
  /** Reads the setting from `workerData`. */
  readonly url: URL;
  readonly setting: Setting;
  /** The result of a case that hung or ended its thread, and why. */
  readonly giveUp: (why: string, durationMs: number) => Result;
}

/** Attempts at decoding, as `npm run fuzz` makes them. */
export function attemptScript(
  setting: AttemptSetting,
  url = new URL('worker.ts', import.meta.url),
): CaseScript<AttemptSetting, Attempt> {
  const nothing = { pixels: 0, memoryBytes: 0, announcedBytes: 0 };
  return {
    url,
    setting,
    giveUp: (why, durationMs) => ({ outcome: 'failed', defects: [why], ...nothing, durationMs }),
  };
}

/** JavaScript's own heap, beside array buffers: an isolate has 128 MB for everything. */
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 };

/**
 * Runs cases in a thread, one at a time, and survives them: a case that hangs
 * or ends its thread is an outcome like others, and the next one gets a new thread.
 */
export class CaseWorker<Setting extends CaseSetting, Result extends object> {
  readonly #script: CaseScript<Setting, Result>;
  readonly #hangMs: number;
  #thread: Worker | undefined;

  /** @param hangMs a case that runs for longer is given up */
  constructor(script: CaseScript<Setting, Result>, hangMs: number) {
    this.#script = script;
    this.#hangMs = hangMs;
  }

  async run(number: number): Promise<Result> {
    const { url, setting, giveUp } = this.#script;
    this.#thread ??= new Worker(url, { workerData: setting, resourceLimits });
    const thread = this.#thread;
    const start = performance.now();
    const { promise, resolve } = Promise.withResolvers<Result | string>();
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
    return giveUp(result, performance.now() - start);
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
 * @param onResult called for each case as soon as it is done, in any order
 */
export async function runCases<Setting extends CaseSetting, Result extends object>(
  numbers: readonly number[],
  workers: readonly CaseWorker<Setting, Result>[],
  onResult: (number: number, result: Result) => void,
): Promise<void> {
  const waiting = numbers.values();
  const work = async (worker: CaseWorker<Setting, Result>): Promise<void> => {
    for (const number of waiting) onResult(number, await worker.run(number));
    await worker.close();
  };
  await Promise.all(workers.map(work));
}
