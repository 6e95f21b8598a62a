/** Downloads a known file from one address, patiently but not for ever. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type WantedFile, WrongFile, writeWanted } from './wanted-file.ts';

export interface DownloadOptions {
  /** `fetch` unless another is handed in. */
  fetch?: typeof fetch;
  /** How long the answer's headers may take, connecting and redirects included. 10,000. */
  headersTimeoutMs?: number;
  /** How long nothing may arrive once the headers are there. 15,000. */
  stallTimeoutMs?: number;
  /** How long an attempt may take in all, however steadily it drips. 300,000. */
  attemptTimeoutMs?: number;
  /** How often an address is tried in all, at least once. 3. */
  attempts?: number;
  /**
   * The wait before the second attempt, doubled before each one after it; each
   * wait is of 50 to 100% of that, by chance, lest many retry in step. 1,000.
   */
  backoffMs?: number;
  /** Stops at once; what was waiting is rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** @param receivedBytes of this attempt; goes back to 0 when the next one begins */
  onProgress?: (receivedBytes: number) => void;
}

/** Why an address did not give the file, and whether asking again could help. */
export class DownloadFailed extends Error {
  override readonly name = 'DownloadFailed';
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, cause?: unknown) {
    super(message, { cause });
    this.retryable = retryable;
  }
}

/**
 * Downloads `url` to `target`, which appears only once all of it is there and
 * is right. Asks again after a network error, a time-out, a broken transfer,
 * a 429 and any 5xx; not after another status, nor after a wrong file.
 *
 * @throws DownloadFailed with the last attempt's reason
 */
export async function download(
  file: WantedFile,
  url: string,
  target: string,
  options: DownloadOptions = {},
): Promise<void> {
  const { attempts = 3, backoffMs = 1_000, signal } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      await downloadOnce(file, url, target, options);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof DownloadFailed) || !error.retryable) throw error;
      if (attempt >= attempts) {
        if (attempt === 1) throw error;
        throw new DownloadFailed(`${error.message} (tried ${attempt} times)`, false, error);
      }
    }
    const waitMs = backoffMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
    try {
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    } finally {
      // Not the AbortError in which `sleep` wraps the signal's reason.
      signal?.throwIfAborted();
    }
  }
}

async function downloadOnce(
  file: WantedFile,
  url: string,
  target: string,
  options: DownloadOptions,
): Promise<void> {
  const { headersTimeoutMs = 10_000, stallTimeoutMs = 15_000, onProgress } = options;
  const { attemptTimeoutMs = 300_000 } = options;
  const watchdog = new Watchdog(options.signal, attemptTimeoutMs);
  try {
    watchdog.restart(headersTimeoutMs, `no answer within ${headersTimeoutMs} ms`);
    const response = await (options.fetch ?? fetch)(url, {
      signal: watchdog.signal,
      // The file is compressed in itself, and its size on the way is its size.
      headers: { 'accept-encoding': 'identity' },
    });
    if (!response.ok || response.body === null) {
      const retryable = response.status === 429 || response.status >= 500;
      const status = `${response.status} ${response.statusText}`.trim();
      throw new DownloadFailed(`the server answered ${status}`, retryable);
    }
    await writeWanted(file, arriving(response.body), target);
  } catch (error) {
    throw watchdog.signal.aborted ? watchdog.signal.reason : asDownloadFailed(error);
  } finally {
    // Also closes the connection where the body was not read to its end.
    watchdog.stop();
  }

  async function* arriving(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    const stalled = `nothing more arrived for ${stallTimeoutMs} ms`;
    let receivedBytes = 0;
    onProgress?.(0);
    watchdog.restart(stallTimeoutMs, stalled);
    for await (const chunk of body) {
      receivedBytes += chunk.length;
      onProgress?.(receivedBytes);
      yield chunk;
      watchdog.restart(stallTimeoutMs, stalled);
    }
  }
}

/** Aborts its signal when it is not restarted in time, when all takes too long, or when an outer signal does. */
class Watchdog {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort = () => this.#controller.abort(this.#outer?.reason);
  readonly #deadline: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;

  constructor(outer: AbortSignal | undefined, totalMs: number) {
    this.#outer = outer;
    this.#deadline = setTimeout(() => {
      this.#controller.abort(new DownloadFailed(`it was not done within ${totalMs} ms`, true));
    }, totalMs);
    if (outer?.aborted) this.#onOuterAbort();
    outer?.addEventListener('abort', this.#onOuterAbort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(timeoutMs: number, reason: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#controller.abort(new DownloadFailed(reason, true));
    }, timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
    this.#controller.abort();
  }
}

function asDownloadFailed(error: unknown): unknown {
  if (error instanceof DownloadFailed) return error;
  if (error instanceof WrongFile) {
    const what = error.code === 'too-short' ? 'the transfer broke off: ' : 'it sent another file: ';
    return new DownloadFailed(what + error.message, error.code === 'too-short', error);
  }
  // `fetch` rejects with a TypeError whatever went wrong on the network, the reason in its cause.
  if (error instanceof TypeError) {
    return new DownloadFailed(`the network failed: ${networkReason(error)}`, true, error);
  }
  return error;
}

function networkReason(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // Where several addresses of a host were tried, the message is empty and the code tells.
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return [cause.message, code].find((text) => text !== undefined && text !== '') ?? error.message;
}
