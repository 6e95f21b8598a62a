import { type Context, Hono } from 'hono';
import { type Scope, scopeNames } from '../access/api-keys.ts';
import { authorise } from '../access/authorise.ts';
import { presentedKey } from '../access/credentials.ts';
import type { AccessAnswer } from '../contract/answers.ts';
import { AppError } from '../errors.ts';
import { callerRequest } from './admission.ts';
import type { PetalEnv } from './context.ts';
import { typed } from './declared.ts';
import type { AppParts } from './parts.ts';

/**
 * GET /v1/access: what the caller may do here, so that a page shows no button that would be refused.
 *
 * Problems: `unauthorized` for a key that is not one of this Petal's, `origin-not-allowed`.
 */
export function accessRoutes(parts: AppParts) {
  return new Hono<PetalEnv>().get('/v1/access', async (c) => {
    c.header('Cache-Control', 'no-store');
    const scopes: Scope[] = [];
    let needsChallenge = false;
    for (const scope of scopeNames) {
      const caller = await callerFor(c, parts, scope);
      if (caller === undefined) continue;
      // Without a place for models there is nothing to train.
      if (scope === 'train' && parts.models === undefined) continue;
      scopes.push(scope);
      needsChallenge ||= 'needsChallenge' in caller && caller.needsChallenge;
    }
    const siteKey = parts.access.turnstile?.siteKey;
    return typed<AccessAnswer>(
      c.json({
        scopes,
        ...(needsChallenge && siteKey !== undefined ? { turnstileSiteKey: siteKey } : {}),
      }),
    );
  });
}

/** @returns undefined for a caller who lacks the scope */
async function callerFor(c: Context<PetalEnv>, parts: AppParts, scope: Scope) {
  try {
    return await authorise(parts.access, callerRequest(c, parts), scope);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const isKeyRefused =
      error.code === 'unauthorized' &&
      parts.access.keys.length > 0 &&
      presentedKey(c.req.raw.headers) !== undefined;
    if (isKeyRefused || error.code === 'origin-not-allowed') throw error;
    return undefined;
  }
}
