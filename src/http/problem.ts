import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ProblemAnswer } from '../contract.ts';
import { AppError, type ProblemCode, type ProblemFacts, problems } from '../errors.ts';

/** Seconds after which a client may try again, for refusals that pass. */
const retryAfterSeconds: Partial<Record<ProblemCode, number>> = { 'model-unavailable': 5 };

/**
 * A refusal as RFC 9457 has it. `type` is the address of the code's own page
 * on this server, so that it resolves wherever Petal runs.
 */
export function problemResponse(
  c: Context,
  code: ProblemCode,
  detail: string,
  facts: ProblemFacts = {},
): Response {
  const { status, title } = problems[code];
  const type = new URL(`/problems/${code}`, c.req.url).href;
  const body: ProblemAnswer = { type, title, status, detail, code, ...facts };
  const seconds = retryAfterSeconds[code];
  if (seconds !== undefined) c.header('Retry-After', String(seconds));
  c.header('Content-Type', 'application/problem+json');
  return c.body(JSON.stringify(body), status satisfies ContentfulStatusCode);
}

/** Answers what a handler threw. Nothing of an error that isn't a refusal leaves the server. */
export function handleError(error: Error, c: Context): Response {
  if (error instanceof AppError) {
    if (problems[error.code].status >= 500) console.error(error);
    return problemResponse(c, error.code, error.message, error.facts);
  }
  console.error(error);
  const requestId: string = c.get('requestId');
  return problemResponse(c, 'internal', 'Petal failed while it worked on this request.', {
    requestId,
  });
}

export function handleNotFound(c: Context): Response {
  return problemResponse(c, 'not-found', `There is nothing at ${c.req.path}.`);
}

export function handleMethodNotAllowed(c: Context, methods: string[]): Response {
  const allow = methods.join(', ');
  c.header('Allow', allow);
  const detail = `${c.req.path} does not take ${c.req.method}; it takes ${allow}.`;
  return problemResponse(c, 'method-not-allowed', detail);
}
