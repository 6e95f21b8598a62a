import { errorOfProblem, PetalError, retryAfterSeconds } from './petal-error.ts';

/** How requests are sent. */
export interface TransportOptions {
  /** With a slash at its end. */
  readonly url: URL;
  readonly key: string | undefined;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** How often a request that was turned away is sent again. */
  readonly retries: number;
  /** How long one request may take; waiting to send it again doesn't count. */
  readonly timeoutMs: number;
  /** A request that should wait for longer is not sent again. */
  readonly maxRetryWaitMs: number;
}

/** One request. */
export interface Call {
  /** Relative to the address of Petal. */
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal | undefined;
}

/** What turns a request away for a while. */
const retriedStatuses = [429, 503];

/** A token of Turnstile's is good once, so that sending the same again is of no use. */
const neverRetried = 'challenge-unavailable';

/** The wait where the answer doesn't say how long; doubled each time. */
const firstWaitMs = 1000;

/** By how much waits are drawn out, at random: those who were turned away together come back apart. */
const jitter = 0.25;

/**
 * Sends requests to Petal, again where it says that they may succeed later.
 */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * @returns what `read` makes of the answer, whose status is one of success
   * @throws PetalError in every other case
   * @throws the signal's reason where it is aborted, be it while waiting
   */
  async send<Answer>(call: Call, read: (response: Response) => Promise<Answer>): Promise<Answer> {
    const { retries, maxRetryWaitMs } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(call, read);
      } catch (error) {
        if (attempt >= retries || !isPassing(error)) throw error;
        const askedMs = (error.retryAfterSeconds ?? (firstWaitMs / 1000) * 2 ** attempt) * 1000;
        if (askedMs > maxRetryWaitMs) throw error;
        await wait(askedMs * (1 + jitter * Math.random()), call.signal);
      }
    }
  }

  async #attempt<Answer>(
    call: Call,
    read: (response: Response) => Promise<Answer>,
  ): Promise<Answer> {
    const { url: base, key, fetch, timeoutMs } = this.#options;
    const { path, query, method = 'POST', headers, body, signal } = call;
    const url = new URL(path, base);
    if (query !== undefined) url.search = query.toString();
    // Node.js's fetch leaves a rejection to nobody where it is given a form and an aborted signal.
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url.href, {
        method,
        headers: {
          Accept: 'application/json',
          ...headers,
          ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
        },
        ...(body === undefined ? {} : { body }),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      if (!response.ok) throw await refusalOf(response);
      return await read(response);
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof PetalError) throw cause;
      throw timeout.aborted ? tooLate(timeoutMs, cause) : noAnswer(url, cause);
    }
  }
}

/** The answer's JSON. */
export async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unexpectedAnswer(response, cause);
  }
}

/** For an answer that isn't Petal's. */
export function unexpectedAnswer(response: Response, cause?: unknown): PetalError {
  const { status, headers } = response;
  const type = headers.get('Content-Type') ?? 'no media type';
  return new PetalError(
    `Expected an answer of Petal's but received status ${status} with ${type}: something between here and there answered, or the address is not that of a Petal.`,
    {
      code: 'unexpected-answer',
      title: 'Something else than Petal answered',
      status,
      requestId: headers.get('X-Request-Id') ?? undefined,
      retryAfterSeconds: retryAfterSeconds(response),
      cause,
    },
  );
}

async function refusalOf(response: Response): Promise<PetalError> {
  return errorOfProblem(await readJson(response), response) ?? unexpectedAnswer(response);
}

/** A proxy's 503 may pass as well as Petal's own. */
function isPassing(error: unknown): error is PetalError {
  return (
    error instanceof PetalError &&
    error.code !== neverRetried &&
    error.status !== undefined &&
    retriedStatuses.includes(error.status)
  );
}

function tooLate(timeoutMs: number, cause: unknown): PetalError {
  return new PetalError(`No answer came within ${timeoutMs / 1000} seconds.`, {
    code: 'timeout',
    title: 'No answer came in time',
    cause,
  });
}

function noAnswer({ origin }: URL, cause: unknown): PetalError {
  // A page isn't told whether the network failed or another origin's answer was kept from it.
  const isForeign = 'location' in globalThis && globalThis.location.origin !== origin;
  const hint = isForeign
    ? ` Either it can't be reached, or it doesn't list this page's origin, ${globalThis.location.origin}, in PETAL_ALLOWED_ORIGINS.`
    : '';
  return new PetalError(`No answer came from ${origin}.${hint}`, {
    code: 'network',
    title: 'No answer came',
    cause,
  });
}

/** @throws the signal's reason as soon as it is aborted */
function wait(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, durationMs);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
