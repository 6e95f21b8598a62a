/**
 * Turnstile's verification endpoint on this machine, as Cloudflare documents it:
 * https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
 * https://developers.cloudflare.com/turnstile/troubleshooting/testing/
 */
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** Secret keys for tests, which accept the dummy token only. */
export const dummySecrets = {
  passes: '1x0000000000000000000000000000000AA',
  fails: '2x0000000000000000000000000000000AA',
  spent: '3x0000000000000000000000000000000AA',
} as const;

/** The site key whose widget always passes, and the token that it makes. */
export const dummySiteKey = '1x00000000000000000000AA';
export const dummyToken = 'XXXX.DUMMY.TOKEN.XXXX';

export interface Siteverify {
  readonly url: string;
  /** A secret key with which each of {@link Siteverify.tokens} is good once. */
  readonly secretKey: string;
  /** Tokens that a widget has made; tests add theirs. */
  readonly tokens: Set<string>;
  /** What was asked, in order: the parameters of each request. */
  readonly questions: Record<string, string>[];
  /** How many of the next requests get `internal-error`, after the token has been looked at. */
  failures: number;
  close(): Promise<void>;
}

export async function startSiteverify(): Promise<Siteverify> {
  const secretKey = '0x4AAAAAAA-a-secret-key-of-this-test';
  const tokens = new Set<string>();
  const questions: Record<string, string>[] = [];
  /** The idempotency key under which a token was used first. */
  const used = new Map<string, string | undefined>();

  function errorCodes({ secret, response, idempotency_key }: Record<string, string>): string[] {
    if (!secret) return ['missing-input-secret'];
    if (!response) return ['missing-input-response'];
    const isDummy = response === dummyToken;
    if (Object.values<string>(dummySecrets).includes(secret)) {
      if (!isDummy) return ['invalid-input-secret'];
      if (secret === dummySecrets.passes) return [];
      return [secret === dummySecrets.fails ? 'invalid-input-response' : 'timeout-or-duplicate'];
    }
    if (secret !== secretKey) return ['invalid-input-secret'];
    if (!tokens.has(response)) return ['invalid-input-response'];
    const isRepeated = idempotency_key !== undefined && used.get(response) === idempotency_key;
    if (used.has(response) && !isRepeated) return ['timeout-or-duplicate'];
    used.set(response, idempotency_key);
    return [];
  }

  const server = createServer(async (request, response) => {
    const question = await readQuestion(request);
    let codes = ['bad-request'];
    if (question !== undefined) {
      questions.push(question);
      codes = errorCodes(question);
      if (siteverify.failures > 0) {
        siteverify.failures--;
        codes = ['internal-error'];
      }
    }
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(
        codes.length > 0
          ? { success: false, 'error-codes': codes }
          : {
              success: true,
              challenge_ts: '2022-02-28T15:14:30.096Z',
              hostname: 'localhost',
              'error-codes': [],
              action: 'test',
              cdata: 'test-data',
            },
      ),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const siteverify: Siteverify = {
    url: `http://127.0.0.1:${address.port}/turnstile/v0/siteverify`,
    secretKey,
    tokens,
    questions,
    failures: 0,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  return siteverify;
}

/** The parameters of a request, which is a form or JSON; undefined if it is neither. */
async function readQuestion(request: IncomingMessage): Promise<Record<string, string> | undefined> {
  const body = await text(request);
  const [mediaType] = (request.headers['content-type'] ?? '').split(';');
  if (request.method !== 'POST' || request.url !== '/turnstile/v0/siteverify') return undefined;
  if (mediaType === 'application/json') return JSON.parse(body);
  if (mediaType !== 'application/x-www-form-urlencoded') return undefined;
  return Object.fromEntries(new URLSearchParams(body));
}
