import { AppError } from '../errors.ts';
import { addressIn, readPhotoUrl } from './photo-url.ts';
import { isPublicAddress } from './public-address.ts';
import { discardBody, readBody } from './read-body.ts';
import { remoteRefusal } from './refusal.ts';

export interface RemoteLimits {
  /** Largest photo, as it comes out of whatever coding the server applied. */
  readonly maxBytes: number;
  /** Most time for all of it: names, redirects and the body to its end. */
  readonly timeoutMs: number;
  /** Most redirects; 0 allows none. */
  readonly maxRedirects: number;
  /** Told how much memory the photo is about to take; may have it wait, or refuse it. */
  readonly hold?: ((bytes: number) => Promise<void>) | undefined;
}

/** All addresses of a name, IPv4 and IPv6; none where the name doesn't exist. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

export interface RemoteParts {
  /** Its bodies must be byte streams, as the Fetch standard has them. */
  readonly fetch: typeof globalThis.fetch;
  readonly resolve: Resolve;
  /** What to ask servers for, in order of preference. */
  readonly mediaTypes: readonly string[];
}

const redirectStatuses = [301, 302, 303, 307, 308];

/**
 * The codings that fetch undoes in every runtime. Compressing photos is of no
 * use, and `identity` is asked for, but Cloudflare's network asks the servers
 * behind it for these all the same.
 */
const knownCodings = ['identity', 'gzip', 'br'];

/**
 * Fetches a photo from a URL that a stranger gave (OWASP: server-side request
 * forgery). It asks https servers with public addresses only, judging every
 * redirect as the first URL, tells them nothing of who wants the photo, and
 * stops at the limits while it reads. Whether it is a photo is for the decoder
 * to say.
 *
 * What remains: the name is resolved here and once more when fetch connects,
 * and may lead elsewhere by then (DNS rebinding). No Worker can tell fetch
 * which address to take. The network must keep it from private ones: the
 * deployed platform reaches none, with the compatibility flag
 * `global_fetch_strictly_public` not even what lies behind its own zone;
 * src/testing/outbound.ts has workerd allow public addresses only. Where
 * neither holds, as under `wrangler dev`, only trusted people may be let in.
 *
 * @returns the bytes, at least one, in memory of their own
 * @throws AppError `remote-fetch-failed` whose fact `reason` is one of `remoteReasons`
 */
export async function fetchPhoto(
  parts: RemoteParts,
  url: string,
  limits: RemoteLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), limits.timeoutMs);
  const deadline = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => {
      reject(remoteRefusal('timeout', { facts: { limitMs: limits.timeoutMs } }));
    });
  });
  try {
    return await Promise.race([deadline, follow(parts, url, limits, abort.signal)]);
  } finally {
    clearTimeout(timer);
    // Nobody waits any more for what is still under way.
    abort.abort();
  }
}

async function follow(
  parts: RemoteParts,
  address: string,
  limits: RemoteLimits,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  let redirects = 0;
  try {
    for (let url = readPhotoUrl(address); ; ) {
      const response = await request(parts, url, signal);
      const location = response.headers.get('Location');
      if (!redirectStatuses.includes(response.status) || location === null) {
        return await readPhoto(response, limits, signal);
      }
      await discardBody(response);
      if (redirects === limits.maxRedirects) {
        throw remoteRefusal('too-many-redirects', {
          facts: { limitRedirects: limits.maxRedirects },
        });
      }
      redirects++;
      url = readPhotoUrl(location, url);
    }
  } catch (error) {
    throw redirects > 0 && error instanceof AppError ? afterRedirects(error, redirects) : error;
  }
}

/** Asks the server of a URL that {@link readPhotoUrl} let pass, if all its addresses are public. */
async function request(
  { fetch, resolve, mediaTypes }: RemoteParts,
  url: URL,
  signal: AbortSignal,
): Promise<Response> {
  const isUnreachable = (cause: unknown): never => {
    throw remoteRefusal('unreachable', { cause });
  };
  if (addressIn(url) === undefined) {
    const addresses = await resolve(url.hostname, signal).catch(isUnreachable);
    if (addresses.length === 0 || !addresses.every(isPublicAddress)) {
      throw remoteRefusal('not-public-address');
    }
  }
  // A function of the runtime must not be called as a method of something else.
  return await fetch(url.href, {
    headers: {
      Accept: mediaTypes.join(', '),
      'Accept-Encoding': 'identity',
      'User-Agent': 'Petal (image classifier)',
    },
    redirect: 'manual',
    // A photo that one person may open must not lie in a cache for others.
    cache: 'no-store',
    signal,
  }).catch(isUnreachable);
}

/** Reads the answer if it can be a photo, and cancels it if not. */
async function readPhoto(
  response: Response,
  { maxBytes, hold }: RemoteLimits,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const refusal = refusalOf(response, maxBytes);
  if (refusal !== undefined) {
    await discardBody(response);
    throw refusal;
  }
  const bytes = response.body && (await readBody(response.body, { maxBytes, signal, hold }));
  if (bytes === null || bytes.length === 0) throw remoteRefusal('empty');
  return bytes;
}

/** What the head of an answer already tells. */
function refusalOf({ ok, status, headers }: Response, maxBytes: number): AppError | undefined {
  if (!ok) return remoteRefusal('http-status', { facts: { remoteStatus: status } });
  const coding = headers.get('Content-Encoding')?.trim().toLowerCase() || 'identity';
  if (!knownCodings.includes(coding)) return remoteRefusal('content-encoding');
  if (Number(headers.get('Content-Length')) > maxBytes) {
    return remoteRefusal('too-large', { facts: { limitBytes: maxBytes } });
  }
  return undefined;
}

/** Whoever gave the first URL may not know of the one that was refused. */
function afterRedirects({ code, message, facts, cause }: AppError, redirects: number): AppError {
  return new AppError(code, `The address redirects. ${message}`, {
    facts: { ...facts, redirects },
    cause,
  });
}
