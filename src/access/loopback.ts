/**
 * Whether an address names the machine that asks: `localhost` and names below
 * it (RFC 6761, 6.3), 127.0.0.0/8 or ::1.
 *
 * A client writes the host of its request as it likes. Where Petal listens on
 * loopback only, as `npm start` does, or where the platform routes by host, as
 * Cloudflare does, that gains nothing; who has it listen elsewhere
 * (`HOST=0.0.0.0`) sets `PETAL_ACCESS` to `keys` or `open`.
 */
export function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    // URL has written out every way to put an IPv4 address.
    /^127(\.\d{1,3}){3}$/.test(hostname) ||
    hostname === '[::1]'
  );
}
