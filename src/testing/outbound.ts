/** Where a Worker's own requests go. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Response as MiniflareResponse, type V4FetchHandler } from 'miniflare';
import type { Outbound } from './petal.ts';

/**
 * The Worker's way out: to public addresses only, as where it is deployed.
 * workerd judges those that it connects to, so that a name can't lead elsewhere
 * between two look-ups. Left to itself, Miniflare lets a Worker reach private
 * addresses too (https://github.com/cloudflare/miniflare/issues/412).
 *
 * Miniflare lets any request choose a worker by its name (`MF-Route-Override`).
 * Petal's front drops that header; that nobody knows this name keeps those out
 * who find the port behind it.
 */
export const publicInternet = {
  name: `public-internet-${randomUUID()}`,
  modules: true,
  script: 'export default { fetch: (request, { internet }) => internet.fetch(request) };',
  serviceBindings: {
    internet: { network: { allow: ['public'], tlsOptions: { trustBrowserCas: true } } },
  },
};

/** An Outbound as Miniflare takes it, which has a Request and a Response of its own. */
export function outboundService(
  outbound: Outbound,
): V4FetchHandler | { node: (request: IncomingMessage, response: ServerResponse) => void } {
  if (typeof outbound === 'object') return outbound;
  return async ({ url, method, headers, body }) => {
    const init = { method, headers: [...headers], body, duplex: 'half' };
    const answer = await outbound(new Request(url, init as RequestInit));
    const { status, statusText } = answer;
    return new MiniflareResponse(answer.body, { status, statusText, headers: [...answer.headers] });
  };
}
