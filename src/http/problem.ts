import type { Context } from 'hono';
import type { ProblemAnswer } from '../contract/answers.ts';
import { AppError, type ProblemCode, problems, quoted } from '../errors.ts';
import type { PetalEnv } from './context.ts';
import { representationOf } from './negotiation.ts';
import { problemPage } from './pages/problem-page.ts';

/** Seconds after which a client may try again where nothing else is said, for refusals that pass. */
const retryAfterSeconds: Partial<Record<ProblemCode, number>> = {
  'challenge-unavailable': 5,
  'model-unavailable': 5,
};

/** Refusals with a 5xx that are no news to an operator. */
const expectedCodes: readonly ProblemCode[] = ['overloaded', 'models-not-stored'];

/**
 * A refusal as RFC 9457 has it. `type` is the address of the code's own page
 * on this server, so that it resolves wherever Petal runs. Of an error that
 * isn't a refusal nothing leaves the server but the request's id.
 */
export function problemOf(c: Context<PetalEnv>, error: Error): ProblemAnswer {
  const refusal = error instanceof AppError ? error : undefined;
  const code = refusal?.code ?? 'internal';
  const { status, title } = problems[code];
  if (status >= 500 && !expectedCodes.includes(code)) console.error(error);
  const type = new URL(`/problems/${code}`, c.req.url).href;
  const detail = refusal?.message ?? 'Petal failed while it worked on this request.';
  const facts = refusal?.facts ?? { requestId: c.get('requestId') };
  return { type, title, status, detail, code, ...facts };
}

/** A body up to this size is on its way already when its request is refused. */
const maxRestBytes = 256_000;

/** Who sends slower than this may find the connection closed. */
const maxRestMs = 1000;

/**
 * Reads a small body that nobody wanted: workerd closes a connection on which the rest of one is still coming,
 * and a client that is writing then sees a broken connection (EPIPE) instead of the refusal.
 */
async function readRest({ body, headers }: Request): Promise<void> {
  const length = Number(headers.get('Content-Length') ?? Number.POSITIVE_INFINITY);
  if (body === null || body.locked || length > maxRestBytes) return;
  const signal = AbortSignal.timeout(maxRestMs);
  // However it ends, the refusal is what is answered.
  await body.pipeTo(new WritableStream(), { signal }).catch(() => undefined);
}

/** Answers what a handler threw: as problem+json, or as a page or text for those who prefer it. */
export async function handleError(error: Error, c: Context<PetalEnv>): Promise<Response> {
  await readRest(c.req.raw);
  const problem = problemOf(c, error);
  const { status } = problems[problem.code];
  c.get('facts').code = problem.code;
  const refusal = error instanceof AppError ? error : undefined;
  const seconds = refusal?.retryAfterSeconds ?? retryAfterSeconds[problem.code];
  if (seconds !== undefined) c.header('Retry-After', String(seconds));
  // RFC 6750, 3
  if (problem.code === 'unauthorized') c.header('WWW-Authenticate', 'Bearer realm="Petal"');
  c.header('Cache-Control', 'no-store');
  const { advice } = problems[problem.code];
  const representation = representationOf(c);
  if (representation === 'html') return c.html(problemPage(problem, advice), status);
  if (representation === 'text') {
    return c.text(`${problem.title}\n\n${problem.detail}\n\n${problem.type}\n`, status);
  }
  c.header('Content-Type', 'application/problem+json');
  const body = c.get('isCompatible') ? { ...problem, error: problem.detail } : problem;
  return c.body(JSON.stringify(body), status);
}

export function handleNotFound(c: Context<PetalEnv>): Promise<Response> {
  return handleError(new AppError('not-found', `There is nothing at ${quoted(c.req.path)}.`), c);
}

export function handleMethodNotAllowed(c: Context<PetalEnv>, methods: string[]): Promise<Response> {
  const allow = methods.join(', ');
  c.header('Allow', allow);
  const detail = `${quoted(c.req.path)} does not take ${c.req.method.slice(0, 20)}; it takes ${allow}.`;
  return handleError(new AppError('method-not-allowed', detail), c);
}
