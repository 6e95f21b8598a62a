import { setTimeout as wait } from 'node:timers/promises';
import { describeKey, makeKey } from '../src/access/api-keys.ts';
import { startPetal } from '../src/testing/start-petal.ts';
import { findChildren, readCpuMs } from './child-cpu.ts';
import { type CostRequest, knownRequest, plainRequest } from './cost-requests.ts';
import { Connection, type LoadAnswer, type LoadRequest } from './load-exchange.ts';

/** What goes on after the last answer, such as keeping it, is done by then. */
const settleMs = 20;

/** A workerd of its own, of which the CPU time is read. */
export class CountedWorker {
  /** From the start of the process until it listens, with all that runs at module scope. */
  readonly startUpMs: number;
  readonly #petal: { readonly url: URL; dispose(): Promise<void> };
  readonly #pid: number;
  readonly #connection: Connection;
  #idleShare = 0;

  private constructor(
    petal: { readonly url: URL; dispose(): Promise<void> },
    pid: number,
    startUpMs: number,
  ) {
    this.#petal = petal;
    this.#pid = pid;
    this.startUpMs = startUpMs;
    this.#connection = new Connection(petal.url);
  }

  /** @param bundle folder of worker.js */
  static async start(bundle: string): Promise<CountedWorker> {
    const others = await findChildren('workerd');
    // Where no keys are configured, a wrong one is ignored; callers on this machine need none.
    const keys = [await describeKey(makeKey(), 'cost', ['classify'])];
    const petal = await startPetal({ bundle, bindings: { PETAL_API_KEYS: JSON.stringify(keys) } });
    const [pid] = (await findChildren('workerd')).filter((pid) => !others.includes(pid));
    if (pid === undefined) throw new Error('workerd is no child of this process.');
    return new CountedWorker(petal, pid, await readCpuMs(pid));
  }

  /** @throws Error where there is no answer */
  async exchange(request: LoadRequest): Promise<LoadAnswer> {
    const answer = await this.#connection.exchange(request);
    if (answer === undefined) throw new Error('There is no answer.');
    return answer;
  }

  /**
   * Sends requests, one after another.
   *
   * @returns milliseconds of CPU of each
   * @throws Error where an answer has another status
   */
  async measure(requests: readonly LoadRequest[], status: number): Promise<number> {
    const before = await readCpuMs(this.#pid);
    const start = performance.now();
    for (const request of requests) {
      const answer = await this.exchange(request);
      if (answer.status === status) continue;
      throw new Error(
        `${request.method} ${request.path} should be answered with ${status} but is ${answer.status}: ${answer.body}`,
      );
    }
    await wait(settleMs);
    const idleMs = this.#idleShare * (performance.now() - start);
    return ((await readCpuMs(this.#pid)) - before - idleMs) / requests.length;
  }

  /**
   * From then on, what it takes while nobody asks is no part of what is measured.
   *
   * @returns milliseconds of CPU in each second
   */
  async measureIdle(seconds: number): Promise<number> {
    const before = await readCpuMs(this.#pid);
    await wait(seconds * 1000);
    const cpuMs = (await readCpuMs(this.#pid)) - before;
    this.#idleShare = cpuMs / (seconds * 1000);
    return cpuMs / seconds;
  }

  async stop(): Promise<void> {
    this.#connection.close();
    await this.#petal.dispose();
  }
}

/** Petal beside a Worker that does nothing of its own. */
export class Pair {
  readonly petal: CountedWorker;
  readonly plain: CountedWorker;
  #entityTag = '';
  #sent = 0;

  private constructor(petal: CountedWorker, plain: CountedWorker) {
    this.petal = petal;
    this.plain = plain;
  }

  /** @param plainBundle folder of the plain Worker as worker.js */
  static async start(bundle: string, plainBundle: string): Promise<Pair> {
    const petal = await CountedWorker.start(bundle);
    try {
      return new Pair(petal, await CountedWorker.start(plainBundle));
    } catch (error) {
      await petal.stop();
      throw error;
    }
  }

  /** Lets both keep their answer to the photo that is known, so that the next who ask get it. */
  async keepKnown(scene: Uint8Array): Promise<void> {
    const request = knownRequest(scene);
    const { headers, body } = await this.petal.exchange(request);
    this.#entityTag = String(headers.etag);
    const asks = ['put'] as const;
    await this.plain.exchange(plainRequest({ status: 200, asks }, request, body.length, knownKey));
    await wait(settleMs);
  }

  /**
   * @param answerBytes length of Petal's answer
   * @returns milliseconds of CPU of each request
   */
  async measure(
    kind: CostRequest,
    count: number,
    answerBytes: number,
  ): Promise<{ whole: number; plain: number }> {
    const requests = Array.from({ length: count }, () => kind.request(this.#entityTag));
    const whole = await this.petal.measure(requests, kind.status);
    const plainRequests = requests.map((request) => {
      this.#sent += 1;
      const key = kind.asks.includes('put') ? String(this.#sent) : knownKey;
      return plainRequest(kind, request, answerBytes, key);
    });
    return { whole, plain: await this.plain.measure(plainRequests, kind.status) };
  }

  /** @returns length of Petal's answer */
  async answerBytes(kind: CostRequest): Promise<number> {
    return (await this.petal.exchange(kind.request(this.#entityTag))).body.length;
  }

  async stop(): Promise<void> {
    await Promise.all([this.petal.stop(), this.plain.stop()]);
  }
}

const knownKey = 'known';
