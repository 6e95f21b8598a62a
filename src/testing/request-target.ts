import type { IncomingMessage } from 'node:http';

/** What a request asks for. */
export interface RequestTarget {
  /** Host and port, as the client wrote them. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
}

/**
 * Reads whom a request is for (RFC 9112, 3.2): its one `Host`, or the host of a
 * target in absolute form, which overrules the header.
 *
 * @returns undefined for a request that RFC 9112 wants answered with a 400: no `Host` or several,
 *   or a target of another form
 */
export function readRequestTarget({
  url = '',
  rawHeaders,
}: Pick<IncomingMessage, 'url' | 'rawHeaders'>): RequestTarget | undefined {
  const hosts = rawHeaders.filter((_, i) => rawHeaders[i - 1]?.toLowerCase() === 'host' && i % 2);
  if (hosts.length !== 1) return undefined;
  if (url.startsWith('/')) return { authority: hosts[0], path: url };
  const [, authority, rest] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  if (authority === undefined) return undefined;
  return { authority, path: rest.startsWith('/') ? rest : `/${rest}` };
}
