/** Speaking to a server on this machine that made its certificate itself. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { connect } from 'node:tls';

/** Statuses whose answers have no body (https://fetch.spec.whatwg.org/#null-body-status). */
const nullBodyStatuses = new Set([101, 204, 205, 304]);

/** The certificate that a server shows, in PEM; whom to ask is the caller's to trust. */
export async function certificateOf({ hostname, port }: URL): Promise<string> {
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port),
    // Nothing is said over this connection.
    rejectUnauthorized: false,
  });
  try {
    await once(socket, 'secureConnect');
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) throw new Error(`There is no certificate at port ${port}.`);
    return certificate.toString();
  } finally {
    socket.destroy();
  }
}

/**
 * Sends one request over https, trusting one certificate and no other: the
 * global fetch can't be told to trust one for a single request. Redirects are
 * not followed, and the answer's body is read before this returns.
 *
 * @param certificate PEM of what the server shows, whichever name it is made out to
 */
export async function fetchTrusting(certificate: string, request: Request): Promise<Response> {
  request.signal.throwIfAborted();
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpsRequest(request.url, {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      signal: request.signal,
      // A connection of its own, so that none is left open.
      agent: false,
      ca: certificate,
      // It may be signed by an authority that is not handed in.
      allowPartialTrustChain: true,
      // It is the server's own certificate that is trusted, so its name adds nothing.
      checkServerIdentity: () => undefined,
    });
    outgoing.on('response', resolve).on('error', reject);
    pipeline(Readable.from(request.body ?? []), outgoing).catch(reject);
  });
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const body = await buffer(incoming);
  const status = incoming.statusCode ?? 0;
  return new Response(nullBodyStatuses.has(status) ? null : new Uint8Array(body), {
    status,
    statusText: incoming.statusMessage ?? '',
    headers,
  });
}
