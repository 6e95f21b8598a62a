import { type FrontBindings, frontKeyHeader, peerHeader } from '../access/front.ts';
import { isLoopbackAddress } from '../access/loopback.ts';

/**
 * Reads from which address a request comes. workerd's fetch handlers are told
 * nothing of the connection, so the server that accepted it has to say so.
 *
 * - Behind Petal's own front, only requests that carry its key came through it.
 *   Others reached Miniflare directly, and can write any address.
 * - Without a front it is Cloudflare, which overwrites the header and has no
 *   client on a loopback address. One that claims to be is Miniflare's word for
 *   its client's (`npx wrangler dev`), and not believed.
 *
 * @returns the address for a request's headers, or undefined where nobody vouches for one
 */
export function peerReader({
  FRONT_KEY,
  PEER,
}: FrontBindings): (headers: Headers) => string | undefined {
  return function peerOf(headers) {
    const address = headers.get(peerHeader) ?? undefined;
    if (FRONT_KEY !== undefined) {
      return headers.get(frontKeyHeader) === FRONT_KEY ? address : undefined;
    }
    if (PEER !== undefined) return PEER;
    return address === undefined || isLoopbackAddress(address) ? undefined : address;
  };
}
