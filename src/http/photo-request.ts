import type { Context } from 'hono';
import { answerPhotos, type Outcome, type Question } from './answers.ts';
import type { PetalEnv } from './context.ts';
import type { AppParts } from './parts.ts';
import { receive } from './receive.ts';
import type { JsonProtocol, Received } from './received.ts';
import { setAnswerHeaders } from './respond.ts';

/** What a route makes of the photos that it is sent. */
export interface PhotoRequest<Answer> {
  /** How a JSON body holds photos; as Petal has it, unless said otherwise. */
  readonly protocol?: JsonProtocol;
  /** Whether one photo that fails fails all: for protocols without a place for its problem. */
  readonly isAllOrNothing?: boolean;
  /** What is asked of each photo. */
  ask(received: Received): Question<Answer> | Promise<Question<Answer>>;
  /** Writes what came of them, in their order. */
  respond(outcomes: readonly Outcome<Answer>[], received: Received): Response | Promise<Response>;
}

/**
 * Reads the photos of a request, has them answered, and frees them when the
 * answer is written; 304 for a client that has the answer already.
 *
 * @throws AppError as reading does, and as `ask`
 */
export async function respondToPhotos<Answer>(
  c: Context<PetalEnv>,
  parts: AppParts,
  { protocol, isAllOrNothing = false, ask, respond }: PhotoRequest<Answer>,
): Promise<Response> {
  const received = await receive(c, parts, protocol);
  try {
    const question = await ask(received);
    const isList = received.isList && !isAllOrNothing;
    const answered = await answerPhotos(c, parts, { ...received, isList }, question);
    setAnswerHeaders(c, answered);
    return answered.isNotModified ? c.body(null, 304) : await respond(answered.outcomes, received);
  } finally {
    received.release();
  }
}
