import type { MiddlewareHandler, TypedResponse } from 'hono';
import type { PetalEnv } from './context.ts';

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

/** An answer of which typed clients see the JSON, although the client may have asked for another type. */
export function typed<Answer>(response: Response | Promise<Response>) {
  return response as unknown as TypedResponse<Answer, 200, 'json'>;
}
