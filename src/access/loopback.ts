/** What is this machine: by the name in a URL, and by the address at the other end of a connection. */

/**
 * Whether a URL names the machine that it is used on: `localhost` and names
 * below it (RFC 6761, 6.3), 127.0.0.0/8 or ::1.
 *
 * The host of a request is what its client wrote. It never makes somebody local
 * ({@link isLoopbackAddress} does); a browser can't lie about it, so it tells
 * whether a page came from this machine or from a name that was rebound to it.
 */
export function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    // URL has written out every way to put an IPv4 address.
    isLoopbackAddress(hostname) ||
    hostname === '[::1]'
  );
}

/**
 * Whether a connection comes from the machine that it leads to (RFC 1122,
 * 3.2.1.3; RFC 4291, 2.5.3). No other machine's packets have such a source.
 *
 * @param address of the peer: IPv4 as four decimal numbers, or IPv6 as an operating system writes it
 */
export function isLoopbackAddress(address: string): boolean {
  return /^(::ffff:)?127(\.\d{1,3}){3}$/i.test(address) || address === '::1';
}
