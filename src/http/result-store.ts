import { sha256OfText } from '../sha256.ts';

/** Keeps texts by key for others who ask the same; the Cache API, or nothing. */
export interface ResultStore {
  get(key: string): Promise<string | undefined>;
  /** May come back before it is done; a failure is no failure of the request. */
  put(key: string, text: string, seconds: number): Promise<void>;
}

/** Names no host that exists: the Cache API's keys are addresses, and nobody can ask for these. */
const origin = 'https://results.petal.invalid';

/**
 * Keeps results in the Cache API of a location (developers.cloudflare.com/workers/runtime-apis/cache):
 * what it forgets is worked out anew.
 *
 * @param cache asked for at each use, as a Worker has none while it starts
 */
export function cacheStore(cache: () => Cache): ResultStore {
  return {
    async get(key) {
      const response = await cache().match(`${origin}/${key}`);
      return response === undefined ? undefined : await response.text();
    },
    async put(key, text, seconds) {
      const headers = { 'Content-Type': 'application/json', 'Cache-Control': `max-age=${seconds}` };
      await cache().put(`${origin}/${key}`, new Response(text, { headers }));
    },
  };
}

/** What a result hangs on. */
export interface ResultIdentity {
  /** SHA-256 of the photo's bytes. */
  readonly photo: string;
  /** SHA-256 of the weights. */
  readonly model: string;
  /** Of the code. */
  readonly version: string;
  /** Operation and parameters. */
  readonly question: string;
}

/** The key of a result: the same for the same identity, and for no other. */
export async function resultKey(identity: ResultIdentity): Promise<string> {
  const { photo, model, version, question } = identity;
  return (await sha256OfText(JSON.stringify([photo, model, version, question]))).toHex();
}
