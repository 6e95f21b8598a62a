import { isLoopback, isLoopbackAddress } from './loopback.ts';

/** What a server on somebody's own machine may be called. */
export interface ServedHosts {
  /** The address that it listens on, without brackets; `0.0.0.0` and `::` are all of the machine's. */
  readonly address: string;
  /** Names that were allowed beside it, in any case, without a port. */
  readonly names: readonly string[];
}

/**
 * Whether a request's host is one that the server has. This is the defence
 * against DNS rebinding: a page whose name was made to resolve to this machine
 * shares its origin with what answers there, but its browser sends its name.
 *
 * - A server on a loopback address is called by loopback's names and addresses.
 * - A server on all addresses can't know what routers and containers call it. It
 *   takes every address, since only names can be rebound, and loopback's names.
 * - A server on one other address is called by that one.
 * - Names that were allowed are taken by all of them.
 *
 * Ports are not compared: they may be forwarded, and pages can't choose another machine by them.
 *
 * @param authority of the request: host and port as the client wrote them (RFC 9110, 7.2)
 */
export function isServedHost({ address, names }: ServedHosts, authority: string): boolean {
  const url = hostUrl(authority);
  if (url === undefined) return false;
  const { hostname } = url;
  if (names.some((name) => hostUrl(name)?.hostname === hostname)) return true;
  if (isLoopbackAddress(address)) return isLoopback(url);
  if (isWildcard(address)) return isLoopback(url) || isAddress(hostname);
  return hostname === hostUrl(address.includes(':') ? `[${address}]` : address)?.hostname;
}

/** Whether a server on this address answers on all addresses of the machine. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** A host and its port as URL writes them, or undefined for anything that is more or less than that. */
function hostUrl(authority: string): URL | undefined {
  // URL itself would take a user, a path, and white space around it.
  if (!/^[^\s/\\?#@]+$/.test(authority)) return undefined;
  return URL.canParse(`http://${authority}`) ? new URL(`http://${authority}`) : undefined;
}

function isAddress(hostname: string): boolean {
  return /^\[|^\d+(\.\d+){3}$/.test(hostname);
}
