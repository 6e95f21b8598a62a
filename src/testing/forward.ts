import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import { peerHeader } from '../access/front.ts';
import { tokenField } from '../access/turnstile.ts';

/** How a request is passed on. */
export interface Forwarding {
  readonly authority: string;
  readonly path: string;
  /** In which the client asked. */
  readonly scheme: 'http' | 'https';
  /** Further headers, name and value in turn. */
  readonly headers: readonly string[];
  /** The server that answers. */
  readonly target: Pick<RequestOptions, 'agent' | 'host' | 'port' | 'maxHeaderSize'>;
}

/** How long the rest of a body is taken that nobody wants. */
const maxRestMs = 1000;

/**
 * Of one connection only (RFC 9110, 7.6.1). What comes in chunks goes on in chunks. Headers that
 * `Connection` names go on: a client must not choose which ones, `Content-Length` for one.
 */
const connectionHeaders = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Passes a request on and its answer back, as they come and no faster than the
 * other side takes them. If one side goes away, the other is told by the end of
 * its connection.
 *
 * @param incoming of a client that may ask this; its body is taken
 * @param outgoing nothing of which was sent
 */
export function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  forwarding: Forwarding,
): void {
  let upstream: ClientRequest;
  try {
    upstream = ask(incoming, forwarding);
  } catch {
    // Node.js reads some characters in headers that it refuses to write.
    outgoing.writeHead(400, { connection: 'close' }).end();
    return;
  }
  upstream.on('response', (answer) => {
    const { statusCode = 502, statusMessage, rawHeaders } = answer;
    try {
      outgoing.writeHead(statusCode, statusMessage, endToEnd(rawHeaders));
    } catch {
      outgoing.destroy();
      return;
    }
    pipeline(answer, outgoing, () => {
      if (!incoming.complete) leaveRest(incoming, upstream);
    });
  });
  upstream.on('error', () => outgoing.destroy());
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) abandon(upstream);
  });
  // A body may be long in coming, or never come. flushHeaders would send header values as UTF-8.
  if (hasBody(incoming)) upstream.write('', 'latin1');
  incoming.pipe(upstream);
}

function ask(
  incoming: IncomingMessage,
  { authority, path, scheme, headers, target }: Forwarding,
): ClientRequest {
  const isChunked = incoming.headers['transfer-encoding'] !== undefined;
  return request({
    ...target,
    method: incoming.method,
    path,
    headers: [
      ...endToEnd(incoming.rawHeaders, isReserved),
      ...['host', authority],
      ...[peerHeader, peerOf(incoming)],
      // Miniflare makes the request's URL of it.
      ...['x-forwarded-proto', scheme],
      ...(isChunked ? ['transfer-encoding', 'chunked'] : []),
      ...headers,
    ],
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

/**
 * Breaks off what is still asked: workerd takes a connection that ends in order for a client that
 * still wants its answer. After a whole answer the connection is another request's already.
 */
function abandon(upstream: ClientRequest): void {
  if (upstream.destroyed) return;
  upstream.socket?.resetAndDestroy();
  upstream.destroy();
}

/**
 * Takes the rest of a body that was answered already for a moment, so that a
 * client that is still writing gets to read the answer, and then ends the connection.
 */
function leaveRest(incoming: IncomingMessage, upstream: ClientRequest): void {
  incoming.unpipe(upstream);
  abandon(upstream);
  const { socket } = incoming;
  const timer = setTimeout(() => socket.destroy(), maxRestMs);
  const stop = (): void => clearTimeout(timer);
  incoming.once('end', stop).once('close', stop).resume();
}

/**
 * Whether a header is one that only the platform writes: `CF-*` is Cloudflare's,
 * `MF-*` Miniflare's, and the rest says what the connection says.
 */
function isReserved(name: string): boolean {
  if (name === tokenField) return false;
  return /^(cf-|mf-|petal-front-|(host|x-forwarded-proto)$)/.test(name);
}

/** @param headers names and values in turn */
function endToEnd(
  headers: readonly string[],
  isDropped: (name: string) => boolean = () => false,
): string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i].toLowerCase();
    if (!connectionHeaders.has(name) && !isDropped(name)) kept.push(headers[i], headers[i + 1]);
  }
  return kept;
}

/** The address at the other end, an IPv4 one as such where a socket of both kinds was asked. */
function peerOf({ socket }: IncomingMessage): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
}
