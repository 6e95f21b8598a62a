/** Of which origins pages may use this Petal (RFC 6454; HTML, 7.1.1). */

/** What `PETAL_ALLOWED_ORIGINS` says. */
export interface AllowedOrigins {
  /** `*`: pages of every origin that has a name. */
  readonly any: boolean;
  /** `self`: Petal's own pages, wherever it runs. */
  readonly self: boolean;
  /** `null`: pages without an origin, as files and sandboxed frames are. */
  readonly opaque: boolean;
  /** As browsers write them: in lower case, without a default port. */
  readonly origins: ReadonlySet<string>;
  readonly subdomains: readonly Subdomains[];
}

/** The origins of one scheme and port whose host ends with a suffix. */
interface Subdomains {
  /** With its colon. */
  readonly protocol: string;
  /** Begins with a dot. */
  readonly hostSuffix: string;
  /** Empty for the scheme's own. */
  readonly port: string;
}

const keywords = ['*', 'self', 'null'];

/**
 * Reads `PETAL_ALLOWED_ORIGINS`: origins with commas between, each as in
 * `https://shop.example` or `http://localhost:5173`; `https://*.shop.example`
 * for all sub-domains at any depth, without the domain itself; `self` for
 * Petal's own pages; `null`; or `*` for all but `null`.
 *
 * @param text `self` if it isn't set; empty for none
 * @throws Error that names the entry that is none of these
 */
export function readAllowedOrigins(text = 'self'): AllowedOrigins {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const origins = new Set<string>();
  const subdomains: Subdomains[] = [];
  for (const entry of entries) {
    if (keywords.includes(entry)) continue;
    const [, scheme, domain] = /^(https?:\/\/)\*\.(.*)$/i.exec(entry) ?? [];
    if (scheme === undefined) origins.add(parseEntry(entry, entry).origin);
    else subdomains.push(parseSubdomains(entry, scheme + domain));
  }
  return {
    any: entries.includes('*'),
    self: entries.includes('self'),
    opaque: entries.includes('null'),
    origins,
    subdomains,
  };
}

/**
 * Whether pages of an origin are on the list. Petal's own origin is only if it
 * is listed by its name: what `self` is depends on the request.
 *
 * @param origin an `Origin` header, of whatever text; compared with what browsers write, so that
 *   other ways to write an origin are not allowed
 */
export function isAllowedOrigin(allowed: AllowedOrigins, origin: string): boolean {
  if (origin === 'null') return allowed.opaque;
  if (allowed.any || allowed.origins.has(origin)) return true;
  const url = parseOrigin(origin);
  if (url === undefined || url.origin !== origin) return false;
  return allowed.subdomains.some(
    ({ protocol, hostSuffix, port }) =>
      url.protocol === protocol && url.port === port && url.hostname.endsWith(hostSuffix),
  );
}

function parseSubdomains(entry: string, domainOrigin: string): Subdomains {
  const { protocol, hostname, port } = parseEntry(entry, domainOrigin);
  if (/^\[|^[\d.]+$/.test(hostname)) {
    throw invalidEntry(entry, 'an address has no sub-domains');
  }
  // RFC 6761, 6.3: localhost and all below it are this machine.
  if (!hostname.includes('.') && hostname !== 'localhost') {
    throw invalidEntry(entry, 'it takes in a whole top-level domain; "*" allows every origin');
  }
  return { protocol, hostSuffix: `.${hostname}`, port };
}

function parseEntry(entry: string, origin: string): URL {
  const url = parseOrigin(origin);
  if (url === undefined) {
    throw invalidEntry(entry, 'expected an origin such as https://shop.example');
  }
  if (url.hostname.includes('*')) {
    throw invalidEntry(entry, '"*" stands for sub-domains only, as in https://*.shop.example');
  }
  // Neither user, path, query nor fragment.
  if (url.href !== `${url.origin}/`) {
    throw invalidEntry(entry, `an origin ends after host and port: ${url.origin}`);
  }
  return url;
}

/** An address on the web, or undefined. URL itself reads much more than these. */
function parseOrigin(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s/\\.][^\s\\]*$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}

function invalidEntry(entry: string, why: string): Error {
  return new Error(`PETAL_ALLOWED_ORIGINS is not valid: "${entry}": ${why}.`);
}
