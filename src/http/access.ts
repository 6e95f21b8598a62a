import { type Context, Hono } from 'hono';
import { type Scope, scopeNames } from '../access/api-keys.ts';
import { authorise } from '../access/authorise.ts';
import { presentedKey } from '../access/credentials.ts';
import type { AccessAnswer } from '../contract/answers.ts';
import { AppError } from '../errors.ts';
import type { PetalEnv } from './context.ts';
import { typed } from './declared.ts';
import type { AppParts } from './parts.ts';

/**
 * GET /v1/access: what the caller may do here, so that a page shows no button that would be refused.
 *
 * Problems: `unauthorized` for a key that is none, `origin-not-allowed`.
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
async function callerFor(c: Context<PetalEnv>, { access }: AppParts, scope: Scope) {
  const { headers } = c.req.raw;
  try {
    return await authorise(access, { url: new URL(c.req.url), headers }, scope);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const isWrongKey = error.code === 'unauthorized' && presentedKey(headers) !== undefined;
    if (isWrongKey || error.code === 'origin-not-allowed') throw error;
    return undefined;
  }
}
