import type { Context, MiddlewareHandler } from 'hono';
import type { Scope } from '../access/api-keys.ts';
import { authorise, type CallerRequest } from '../access/authorise.ts';
import { AppError } from '../errors.ts';
import type { PetalEnv } from './context.ts';
import type { AppParts } from './parts.ts';
import type { WaitingRoom } from './waiting-room.ts';

/**
 * Lets a request in: who asks may, doesn't ask too often, and finds a place in
 * the waiting room, which is given back when the answer is there.
 *
 * Problems: `unauthorized`, `forbidden`, `origin-not-allowed`, `rate-limited`, `overloaded`.
 */
export function admit(
  parts: AppParts,
  room: WaitingRoom,
  scope: Scope,
): MiddlewareHandler<PetalEnv> {
  return async function admit(c, next) {
    c.get('facts').caller = await authorise(parts.access, callerRequest(c, parts), scope);
    await countRequest(c, parts);
    const lease = room.enter();
    c.set('lease', lease);
    // Where the client goes away, nothing below this may be run any more.
    c.req.raw.signal.addEventListener('abort', () => lease.leave());
    try {
      await next();
    } finally {
      lease.leave();
    }
  };
}

/** What of a request says who sends it. */
export function callerRequest(
  c: Context<PetalEnv>,
  { peerOf }: Pick<AppParts, 'peerOf'>,
): CallerRequest {
  const { headers } = c.req.raw;
  return { peer: peerOf(headers), url: new URL(c.req.url), headers };
}

/**
 * Lets everybody ask what the backbone's own model is, and about a user's model
 * those who may classify with it: its labels may be nobody else's business.
 *
 * @param parameter of the path, that names the model
 */
export function admitToModel(
  parts: AppParts,
  room: WaitingRoom,
  parameter: string,
): MiddlewareHandler<PetalEnv> {
  const admitUser = admit(parts, room, 'classify');
  return async function admitToModel(c, next) {
    if (c.req.param(parameter) === parts.network().metadata.model) return await next();
    return await admitUser(c, next);
  };
}

/**
 * Counts a photo for the rate limit: by key, else by the client's address.
 *
 * @throws AppError `rate-limited`
 */
export async function countRequest(
  c: Context<PetalEnv>,
  { config, peerOf, rateLimiter }: Pick<AppParts, 'config' | 'peerOf' | 'rateLimiter'>,
): Promise<void> {
  const { caller } = c.get('facts');
  const key =
    caller?.kind === 'key'
      ? `key:${caller.name}`
      : `address:${network(peerOf(c.req.raw.headers) ?? '')}`;
  const { success } = (await rateLimiter?.limit({ key })) ?? { success: true };
  if (success) return;
  throw new AppError(
    'rate-limited',
    `There were too many requests. Try again in ${config.rateLimitSeconds} seconds.`,
    { retryAfterSeconds: config.rateLimitSeconds },
  );
}

/** An IPv6 client has at least 2^64 addresses: it is counted by its network (RFC 4291, 2.5.4). */
function network(address: string): string {
  if (!address.includes(':')) return address;
  const [head, tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  return [...groups, ...Array<string>(zeros).fill('0'), ...rest].slice(0, 4).join(':');
}
