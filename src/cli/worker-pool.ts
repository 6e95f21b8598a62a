import { availableParallelism } from 'node:os';
import { type Transferable, Worker } from 'node:worker_threads';

/** What a thread answers to a task: what came of it, or what went wrong with the thread's code. */
export type Reply<Answer> = { readonly answer: Answer } | { readonly error: Error };

/** What waits for a thread's reply. */
interface Work<Task, Answer> {
  readonly task: Task;
  readonly transfer: readonly Transferable[];
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** Threads beyond this gain little, as all share the memory's bandwidth, and each holds a network. */
const mostThreads = 16;

/** How many threads are worth having for so many tasks. */
export function threadsFor(tasks: number): number {
  return Math.max(1, Math.min(tasks, availableParallelism(), mostThreads));
}

/**
 * Threads that work on one task each. A thread is started when there is a task
 * and none is idle, so that a pool without tasks costs nothing. A thread that
 * fails takes the pool with it: all that was asked is rejected with its error.
 */
export class WorkerPool<Task, Answer> {
  readonly threads: number;
  readonly #script: URL;
  readonly #data: unknown;
  readonly #workers = new Set<Worker>();
  readonly #idle: Worker[] = [];
  readonly #waiting: Work<Task, Answer>[] = [];
  readonly #working = new Map<Worker, Work<Task, Answer>>();
  #failure: Error | undefined;

  /**
   * @param script runs in each thread; see {@link Reply}
   * @param data its `workerData`, copied to each
   */
  constructor(script: URL, data: unknown, threads: number) {
    this.#script = script;
    this.#data = data;
    this.threads = threads;
  }

  /**
   * @param transfer parts of the task that move to the thread instead of being copied
   * @throws the error of the thread that failed, if one did
   */
  run(task: Task, transfer: readonly Transferable[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ task, transfer, resolve, reject });
      this.#next();
    });
  }

  /** Ends the threads. What they were at, and what waited for them, is rejected. */
  async close(): Promise<void> {
    await this.#end(new Error('The pool of threads was closed.'));
  }

  #next(): void {
    const worker =
      this.#idle.pop() ?? (this.#workers.size < this.threads ? this.#start() : undefined);
    if (worker === undefined) return;
    const work = this.#waiting.shift();
    if (work === undefined) {
      this.#idle.push(worker);
      return;
    }
    this.#working.set(worker, work);
    worker.postMessage(work.task, work.transfer);
  }

  #start(): Worker {
    const worker = new Worker(this.#script, { workerData: this.#data });
    this.#workers.add(worker);
    worker.on('message', (reply: Reply<Answer>) => {
      if ('error' in reply) {
        this.#fail(reply.error);
        return;
      }
      this.#working.get(worker)?.resolve(reply.answer);
      this.#working.delete(worker);
      this.#idle.push(worker);
      this.#next();
    });
    worker.on('messageerror', (error) => this.#fail(error));
    worker.on('error', (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    // After `close` it is expected to end.
    worker.on('exit', (code) => {
      if (this.#workers.has(worker))
        this.#fail(new Error(`A thread ended with exit code ${code}.`));
    });
    return worker;
  }

  #fail(error: Error): void {
    void this.#end(error);
  }

  async #end(error: Error): Promise<void> {
    this.#failure ??= error;
    for (const work of [...this.#working.values(), ...this.#waiting.splice(0)]) work.reject(error);
    this.#working.clear();
    const workers = [...this.#workers];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
