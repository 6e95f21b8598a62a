import { AppError } from '../errors.ts';
import { type ApiKey, findKey, type Scope } from './api-keys.ts';
import { presentedKey } from './credentials.ts';
import { isLoopback, isLoopbackAddress } from './loopback.ts';
import { type Page, pageOf } from './page.ts';
import { type AccessRules, accessModes } from './rules.ts';

/** Who sends a request, as far as it matters. */
export type Caller =
  /** Somebody with a key. */
  | { readonly kind: 'key'; readonly name: string }
  /** Somebody on the machine that Petal runs on, by the connection. */
  | { readonly kind: 'local' }
  /** A page that is listed, without a key. */
  | { readonly kind: 'browser'; readonly origin: string; readonly needsChallenge: boolean }
  /** Anybody else. */
  | { readonly kind: 'anonymous'; readonly needsChallenge: boolean };

/** What of a request says who sends it. */
export interface CallerRequest {
  /**
   * The address at the other end of the connection, as the runtime knows it.
   * Undefined where it knows none; then nobody is on this machine.
   */
  readonly peer: string | undefined;
  readonly url: URL;
  readonly headers: Headers;
}

/**
 * Decides whether a caller may do something.
 *
 * Where keys are configured, one that is presented has to be right, even if none
 * is needed. Where none are, it is ignored, as vLLM, Ollama and llama.cpp do:
 * clients that can't do without a token send a made-up one.
 *
 * Without a key, nobody trains but this machine in mode `local`, as long as there
 * are no keys at all; and who may classify is a matter of the mode
 * ({@link accessModes}) and of the allow list: forms can't keep a key secret,
 * so pages that are listed need none, in any mode.
 *
 * This machine is who connects from a loopback address. What a request says of
 * itself can only take that away: another site's page, or a name that isn't
 * loopback's (DNS rebinding; a tunnel that ends on this machine).
 *
 * `Origin` binds browsers only; any program can send a listed one. What then
 * holds is what holds for forms: the rate limit of a client's address, and
 * Turnstile, which callers without a key have to pass where it is configured
 * (`needsChallenge`). A deployment that is for keys alone lists no origins.
 *
 * @throws AppError `origin-not-allowed` for a page that is neither Petal's own nor listed,
 *   `unauthorized` without a key where one is needed or with a wrong one,
 *   `forbidden` (with the fact `scope`) if the key lacks the scope
 */
export async function authorise(
  rules: AccessRules,
  request: CallerRequest,
  scope: Scope,
): Promise<Caller> {
  const page = pageOf(rules.origins, request);
  const presented = rules.keys.length === 0 ? undefined : presentedKey(request.headers);
  if (presented === undefined) return authoriseWithoutKey(rules, request, page, scope);
  const key = await findKey(rules.keys, presented);
  if (key === undefined) throw wrongKey();
  return authoriseKey(key, scope);
}

function authoriseKey(key: ApiKey, scope: Scope): Caller {
  if (key.scopes.has(scope)) return { kind: 'key', name: key.name };
  throw new AppError('forbidden', `The key "${key.name}" does not have the scope "${scope}".`, {
    facts: { scope },
  });
}

function authoriseWithoutKey(
  rules: AccessRules,
  { peer, url }: CallerRequest,
  page: Page | undefined,
  scope: Scope,
): Caller {
  const { keyless } = accessModes[rules.mode];
  const isFromHere = peer !== undefined && isLoopbackAddress(peer) && isLoopback(url);
  // Another site's page is no part of this machine, even if it runs in its browser.
  const isLocal = keyless === 'this machine' && isFromHere && page?.isOwn !== false;
  if (isLocal && (scope === 'classify' || rules.keys.length === 0)) return { kind: 'local' };
  if (scope !== 'classify') throw keyNeeded(rules, scope);

  const needsChallenge = rules.turnstile !== undefined;
  // "self" is on the list unless it is taken off; any program can claim to be Petal's own page.
  const isListed = keyless === 'this machine' ? page?.isNamed : page?.isListed;
  if (page !== undefined && isListed)
    return { kind: 'browser', origin: page.origin, needsChallenge };
  if (keyless === 'anyone') return { kind: 'anonymous', needsChallenge };
  throw keyNeeded(rules, scope);
}

function keyNeeded({ mode, keys }: AccessRules, scope: Scope): AppError {
  const how =
    keys.length === 0
      ? 'It has none yet: "npm run keys" makes one and says where it goes.'
      : 'Send yours as "Authorization: Bearer <key>" or as "x-api-key".';
  if (scope !== 'classify') {
    return new AppError('unauthorized', `This Petal needs a key for the scope "${scope}". ${how}`);
  }
  const where = mode === 'local' ? ', except from the machine that it runs on' : '';
  return new AppError('unauthorized', `This Petal needs a key${where}. ${how}`);
}

/** The same for every wrong key: how far it was right is nobody's business. */
function wrongKey(): AppError {
  return new AppError(
    'unauthorized',
    'This is not a key of this Petal. Send one that is, or none where none is needed.',
  );
}
