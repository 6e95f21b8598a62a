/**
 * Cloudflare Turnstile: a widget on a page makes tokens, and siteverify says
 * whether a token is good.
 * https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
 */
import * as z from 'zod';
import { AppError } from '../errors.ts';

/** A widget's keys. */
export interface TurnstileKeys {
  /** Goes into the page. */
  readonly siteKey: string;
  /** Goes to siteverify, and nowhere else. */
  readonly secretKey: string;
}

export interface TurnstileService {
  readonly fetch: typeof fetch;
  readonly secretKey: string;
  /** Of siteverify; Cloudflare's if it isn't given. */
  readonly url?: string | undefined;
  /** How long siteverify may take in all; 5 seconds if it isn't given. */
  readonly timeoutMs?: number | undefined;
}

/** Form field and header in which a token comes; the field's name is the widget's. */
export const tokenField = 'cf-turnstile-response';

/** Of the widget's script and frame, and of siteverify. */
export const turnstileOrigin = 'https://challenges.cloudflare.com';

const siteverifyUrl = `${turnstileOrigin}/turnstile/v0/siteverify`;
const maxTokenLength = 2048;
const attempts = 2;

/** siteverify's error codes for which the token is to blame. All others are Petal's or its own. */
const tokenFaults: Readonly<Record<string, string>> = {
  'missing-input-response': `The request has no Turnstile token. Send the widget's as the form field or the header "${tokenField}".`,
  'invalid-input-response':
    "Turnstile does not know the token. Send that of a widget with this Petal's site key.",
  'timeout-or-duplicate':
    'The Turnstile token was used before or is older than five minutes. Show the widget again for a new one.',
};

const answerSchema = z.object({
  success: z.boolean(),
  'error-codes': z.array(z.string()).default([]),
});

/**
 * Reads `PETAL_TURNSTILE_SITE_KEY` and the secret `PETAL_TURNSTILE_SECRET_KEY`.
 *
 * @returns undefined if neither is set
 * @throws Error if only one of them is: a page would show a widget that nobody
 *   checks, or show none where a token is needed
 */
export function readTurnstileKeys(siteKey = '', secretKey = ''): TurnstileKeys | undefined {
  if (siteKey === '' && secretKey === '') return undefined;
  if (siteKey === '' || secretKey === '') {
    const [missing, present] =
      siteKey === ''
        ? ['PETAL_TURNSTILE_SITE_KEY', 'PETAL_TURNSTILE_SECRET_KEY']
        : ['PETAL_TURNSTILE_SECRET_KEY', 'PETAL_TURNSTILE_SITE_KEY'];
    throw new Error(
      `${missing} is not set, but ${present} is. A Turnstile widget has both; set both or none.`,
    );
  }
  return { siteKey, secretKey };
}

/**
 * Asks siteverify whether a token is good, which uses it up. Whatever goes
 * wrong, the caller is not let in.
 *
 * A question that siteverify could not answer is asked once more, under the
 * same idempotency key, so that the token does not count as used.
 *
 * @param token null if the request has none
 * @param visitor `remoteIp`: the address of the visitor, if it is known
 * @throws AppError `challenge-failed` (with siteverify's code as the fact `reason`) if the token is
 *   missing or not good; `challenge-unavailable` if siteverify can't be asked, takes too long, or
 *   does not accept Petal's question, for instance because of a wrong secret key
 */
export async function verifyTurnstile(
  service: TurnstileService,
  token: string | null,
  visitor: { readonly remoteIp?: string | undefined } = {},
): Promise<void> {
  if (token === null || token === '') throw challengeFailed('missing-input-response');
  if (token.length > maxTokenLength) throw challengeFailed('invalid-input-response');
  const question = new URLSearchParams({
    secret: service.secretKey,
    response: token,
    idempotency_key: crypto.randomUUID(),
  });
  if (visitor.remoteIp !== undefined) question.set('remoteip', visitor.remoteIp);

  const signal = AbortSignal.timeout(service.timeoutMs ?? 5000);
  const causes: unknown[] = [];
  while (causes.length < attempts && !signal.aborted) {
    try {
      const errorCodes = await ask(service, question, signal);
      if (errorCodes.length === 0) return;
      const fault = errorCodes.find((code) => Object.hasOwn(tokenFaults, code));
      if (fault !== undefined) throw challengeFailed(fault);
      causes.push(new Error(`siteverify answered ${errorCodes.join(', ')}.`));
    } catch (error) {
      if (error instanceof AppError) throw error;
      causes.push(error);
    }
  }
  throw new AppError(
    'challenge-unavailable',
    'Whether the Turnstile token is good could not be found out. Try again in a moment with a new one.',
    { cause: new AggregateError(causes, 'siteverify gave no answer that can be used.') },
  );
}

/** @returns siteverify's error codes; none if the token is good */
async function ask(
  // Taken out of its object: workerd's fetch does not work as another's method.
  { fetch, url = siteverifyUrl }: TurnstileService,
  question: URLSearchParams,
  signal: AbortSignal,
): Promise<string[]> {
  // A redirect would take the secret key elsewhere.
  const response = await fetch(url, { method: 'POST', body: question, redirect: 'manual', signal });
  const { success, 'error-codes': errorCodes } = answerSchema.parse(await response.json());
  if (success) return [];
  return errorCodes.length > 0 ? errorCodes : ['no reason'];
}

function challengeFailed(reason: string): AppError {
  return new AppError('challenge-failed', tokenFaults[reason], { facts: { reason } });
}
