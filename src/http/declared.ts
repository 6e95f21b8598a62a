import type { MiddlewareHandler, TypedResponse } from 'hono';
import type { ProblemAnswer } from '../contract/answers.ts';
import type { MembersOf, ParameterName, QueryOf } from '../contract/parameters.ts';
import type { PhotosInput } from '../contract/photos.ts';
import type { ProblemCode, problems } from '../errors.ts';
import type { PetalEnv } from './context.ts';

/** What operations about photos take, as typed clients write it: of a union of bodies they'd want all. */
export interface PhotosRequest<Names extends ParameterName> {
  query?: QueryOf<Names>;
  json: PhotosInput & MembersOf<Names>;
}

/**
 * Tells the types of a route's input to typed clients (`hono/client`). It
 * checks nothing: handlers read bodies as they come, under limits, which
 * Hono's validators can't.
 */
export function declared<Input extends { query?: unknown; json?: unknown; form?: unknown }>() {
  const handler: MiddlewareHandler<PetalEnv, string, { in: Input; out: Input }> = async (
    _,
    next,
  ) => {
    await next();
  };
  return handler;
}

type Refusal = TypedResponse<ProblemAnswer, (typeof problems)[ProblemCode]['status'], 'json'>;

/**
 * An answer of which typed clients see the JSON, although the client may have asked for another
 * type; where its `ok` is false, they see a problem.
 */
export function typed<Answer>(response: Response | Promise<Response>) {
  return response as unknown as TypedResponse<Answer, 200, 'json'> | Refusal;
}
