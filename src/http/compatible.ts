import type { MiddlewareHandler } from 'hono';
import type { PetalEnv } from './context.ts';

/** For routes of other servers' protocols: refusals say `error`, too, which their clients show. */
export const compatible: MiddlewareHandler<PetalEnv> = async function compatible(c, next) {
  c.set('isCompatible', true);
  await next();
};
