/** The server of a Petal on somebody's own machine: the one that clients connect to. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { frontKeyHeader } from '../access/front.ts';
import { isServedHost, isWildcard, type ServedHosts } from '../access/served-hosts.ts';
import { AppError, problems, quoted } from '../errors.ts';
import { forward } from './forward.ts';
import type { Certificate } from './local-certificate.ts';
import { readRequestTarget } from './request-target.ts';

/** How a front listens, and for whom it does. */
export interface FrontOptions {
  /** Where the requests go: Miniflare, on a port that nobody is told of. */
  readonly target: URL;
  /** What {@link makeFrontKey} made; the Worker behind has it as the binding FRONT_KEY. */
  readonly key: string;
  /** Address or name to listen on. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** To speak https with. */
  readonly https?: Certificate | undefined;
  /** Names that it is called by beside those of the address that it listens on. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** A server that listens. */
export interface Front {
  /** Its root, at an address that this machine can use. */
  readonly url: URL;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** As much as Cloudflare and workerd take; Node.js would stop at 16 KiB. */
const maxHeaderSize = 131_072;

/** workerd ends a connection that was idle for 5 s; a request must never be sent into that. */
const maxIdleMs = 1000;

/** Longer than clients keep a connection that is idle: a request that meets its end gets no answer. */
const keepAliveTimeout = 75_000;

/** A secret for one start. */
export function makeFrontKey(): string {
  return randomUUID();
}

/**
 * Starts the server that clients of a Petal on this machine connect to. It does
 * what Cloudflare's edge does for a deployment: it knows who is at the other end
 * of the connection and says so, and drops the headers in which clients could
 * speak to the runtime. And it answers under its own hosts only ({@link isServedHost}).
 *
 * @throws Error where it can't listen; its `code` is ERR_ADDRESS_IN_USE where the port is taken
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const { target, key, port, https, allowedHosts = [] } = options;
  // Miniflare takes these ways to write an address, too.
  const host = options.host === '*' ? '::' : options.host.replace(/^\[|\]$/g, '');
  const agent = new Agent({ keepAlive: true, timeout: maxIdleMs });
  const server: Server =
    https === undefined
      ? createServer({ maxHeaderSize, keepAliveTimeout })
      : createSecureServer({ maxHeaderSize, keepAliveTimeout, ...https });
  // Who has sent all that there is to send may still wait for the answer, as with workerd.
  Object.assign(server, { httpAllowHalfOpen: true });
  const scheme = https === undefined ? 'http' : 'https';
  await listen(server, host, port);
  const { address, port: actualPort } = server.address() as AddressInfo;
  const served: ServedHosts = { address, names: [host, ...allowedHosts] };
  // A wildcard address is for listening; people use the loopback one.
  const usedHost = isWildcard(address) ? '127.0.0.1' : host;
  const url = new URL(`${scheme}://${bracketed(usedHost)}:${actualPort}`);
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const requestTarget = readRequestTarget(incoming);
    if (requestTarget === undefined) {
      outgoing.writeHead(400, { connection: 'close' }).end();
      return;
    }
    if (!isServedHost(served, requestTarget.authority)) {
      refuseHost(outgoing, requestTarget.authority, url);
      return;
    }
    forward(incoming, outgoing, {
      ...requestTarget,
      scheme,
      headers: [frontKeyHeader, key],
      target: { agent, host: target.hostname, port: target.port, maxHeaderSize },
    });
  });
  return {
    url,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await once(server.listen({ host, port }), 'listening');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw Object.assign(new Error(error.message, { cause: error }), { code: 'ERR_ADDRESS_IN_USE' });
  }
}

/** An address as URLs have it. */
function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Answers as the Worker would, in whose hands the request must not get. */
function refuseHost(outgoing: ServerResponse, authority: string, url: URL): void {
  const { code, message } = new AppError(
    'host-not-allowed',
    `This Petal does not answer as ${quoted(authority)}; it is at ${url.origin}.`,
  );
  const { status, title } = problems[code];
  const type = new URL(`/problems/${code}`, url).href;
  outgoing.writeHead(status, {
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    'x-content-type-options': 'nosniff',
  });
  outgoing.end(JSON.stringify({ type, title, status, detail: message, code }));
}
