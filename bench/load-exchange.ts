import { Agent, type ClientRequest, request as openRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** One request, and how the client behaves while it sends it. */
export interface LoadRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'OPTIONS';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Sent in so many pieces, with a pause between two. */
  readonly pace?: { readonly pieces: number; readonly pauseMs: number };
  /** The client goes away: so long after so much of the body was sent. */
  readonly leaves?: {
    readonly share: number;
    readonly afterMs: number;
    /** Ends the connection in order (FIN), or breaks it (RST), as a process that is killed does. */
    readonly how: 'end' | 'reset';
  };
}

/** What came back. */
export interface LoadAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** How long an answer may take before the request counts as hanging. */
const patienceMs = 60_000;

/** One client: a connection that is kept, or opened anew where it was lost. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: URL;

  constructor(url: URL) {
    this.#url = url;
  }

  /**
   * @returns undefined where the client left before there was an answer
   * @throws Error where there is no answer, or only a part of one
   */
  async exchange(request: LoadRequest): Promise<LoadAnswer | undefined> {
    const { method, path, headers = {}, body } = request;
    const length = body === undefined ? {} : { 'Content-Length': String(body.length) };
    const outgoing = openRequest(new URL(path, this.#url), {
      agent: this.#agent,
      method,
      headers: { ...length, ...headers },
      signal: AbortSignal.timeout(patienceMs),
    });
    let hasLeft = false;
    let isAnswered = false;
    const answer = readAnswer(outgoing)
      .catch((error: unknown) => {
        if (hasLeft) return undefined;
        throw error;
      })
      .finally(() => {
        isAnswered = true;
      });
    await sendBody(outgoing, request, () => isAnswered);
    if (isAnswered && !outgoing.writableEnded) outgoing.destroy();
    if (!isAnswered && request.leaves !== undefined) {
      await wait(request.leaves.afterMs);
      hasLeft = true;
      leave(outgoing, request.leaves.how);
    }
    return await answer;
  }

  close(): void {
    this.#agent.destroy();
  }
}

function readAnswer(outgoing: ClientRequest): Promise<LoadAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks) });
      });
    });
  });
}

async function sendBody(
  outgoing: ClientRequest,
  request: LoadRequest,
  isAnswered: () => boolean,
): Promise<void> {
  const { body, pace, leaves } = request;
  if (body === undefined) {
    outgoing.end();
    return;
  }
  const end = Math.floor(body.length * (leaves?.share ?? 1));
  const pieces = pace?.pieces ?? 1;
  for (let i = 0; i < pieces; i++) {
    if (i > 0) await wait(pace?.pauseMs ?? 0);
    if (isAnswered()) return;
    const from = Math.floor((end * i) / pieces);
    outgoing.write(body.subarray(from, Math.floor((end * (i + 1)) / pieces)));
  }
  if (end === body.length) outgoing.end();
}

function leave(outgoing: ClientRequest, how: 'end' | 'reset'): void {
  if (how === 'reset') outgoing.socket?.resetAndDestroy();
  outgoing.destroy();
}
