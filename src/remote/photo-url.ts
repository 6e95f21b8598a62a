import { isPublicAddress } from './public-address.ts';
import { remoteRefusal } from './refusal.ts';

/** Longer ones are read by no browser or server that counts. */
const maxUrlCharacters = 2048;

/**
 * Names that never lead to a host on the public internet: special-use domain
 * names (RFC 6761, 6762, 7686, 8375, 9476) and `internal`, which ICANN has set
 * aside for private networks.
 */
const privateDomains = [
  'localhost',
  'local',
  'internal',
  'home.arpa',
  'onion',
  'alt',
  'test',
  'invalid',
  'example',
];

/** A host name of two labels or more (RFC 1123, 2.1, and the underscores that people use). */
const publicName =
  /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

const maxNameCharacters = 253;

/**
 * Reads a URL that a stranger gave, and refuses all that can be refused by
 * looking at it. The WHATWG parser, which fetch uses as well, has by then
 * undone other ways of writing an address: octal, hexadecimal, short, in
 * full-width digits. Whoever fetches must use the URL that this returns.
 *
 * @param base what a relative one is relative to
 * @throws AppError `remote-fetch-failed`
 */
export function readPhotoUrl(text: string, base?: URL): URL {
  // The parser drops line breaks; nobody writes them into a URL in good faith.
  if (text.length > maxUrlCharacters || /\p{Cc}/u.test(text) || !URL.canParse(text, base?.href)) {
    throw remoteRefusal('invalid-url');
  }
  const url = new URL(text, base);
  if (url.href.length > maxUrlCharacters) throw remoteRefusal('invalid-url');
  if (url.protocol !== 'https:') throw remoteRefusal('not-https');
  if (url.username !== '' || url.password !== '') throw remoteRefusal('credentials-in-url');
  // The parser drops the port 443 of https.
  if (url.port !== '') throw remoteRefusal('port-not-allowed');
  // The dot of the root: the same host for DNS, another for TLS (RFC 6066, 3).
  url.hostname = url.hostname.replace(/\.$/, '');
  const address = addressIn(url);
  if (!(address === undefined ? isPublicName(url.hostname) : isPublicAddress(address))) {
    throw remoteRefusal('not-public-address');
  }
  return url;
}

/** The address that a URL has for a host, without brackets; undefined where it has a name. */
export function addressIn({ hostname }: URL): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  // The parser takes a host whose last label is a number for IPv4, and nothing else.
  return /(^|\.)\d+$/.test(hostname) ? hostname : undefined;
}

function isPublicName(name: string): boolean {
  const isPrivate = privateDomains.some((domain) => `.${name}`.endsWith(`.${domain}`));
  return name.length <= maxNameCharacters && publicName.test(name) && !isPrivate;
}
