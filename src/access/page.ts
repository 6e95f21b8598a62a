import { AppError } from '../errors.ts';
import { isLoopback } from './loopback.ts';
import { type AllowedOrigins, isAllowedOrigin } from './origins.ts';

/** The web page from which a browser sends a request. */
export interface Page {
  /** As in the `Origin` header; Petal's own if the browser only says that it is. */
  readonly origin: string;
  /** Whether it is Petal's own page. */
  readonly isOwn: boolean;
  /** Whether the allow list has it by its name, or all of its kind. */
  readonly isNamed: boolean;
  /** Whether the allow list has it, by its name or as `self`. */
  readonly isListed: boolean;
}

/**
 * Finds out from which page a request comes, by `Origin` (Fetch, 3.2) and
 * `Sec-Fetch-Site` (Fetch Metadata, 2.3), which scripts can't set.
 *
 * - Browsers send `Origin` with every POST. Under the referrer policy
 *   `no-referrer` it is `null` for a form on Petal's own page; then
 *   `Sec-Fetch-Site: same-origin` tells.
 * - Something on the way may take `Origin` off. `Sec-Fetch-Site: cross-site` or
 *   `same-site` without it is a page that can't be on the list.
 * - A page whose host name has been made to resolve to this machine (DNS
 *   rebinding) is of the origin that it asks. It can't do so over https, for
 *   want of a certificate, nor under the name of loopback, and browsers send no
 *   `Sec-Fetch-Site` to plain http elsewhere. Without one of the three Petal's
 *   own origin is not taken for `self`.
 *
 * @returns undefined if no page sent it: a program, or a person's own address bar
 * @throws AppError `origin-not-allowed` if the page is neither Petal's own nor listed
 */
export function pageOf(
  allowed: AllowedOrigins,
  { url, headers }: { url: URL; headers: Headers },
): Page | undefined {
  const header = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  const isVouchedFor = site === 'same-origin';
  const isFromElsewhere = site === 'cross-site' || site === 'same-site';
  if (header === null && !isVouchedFor && !isFromElsewhere) return undefined;

  const isSame = header === url.origin;
  const isOwn = isVouchedFor || isSame;
  const isNamed = header !== null && isAllowedOrigin(allowed, header);
  const isSelf = isVouchedFor || (isSame && (url.protocol === 'https:' || isLoopback(url)));
  if (!isOwn && !isNamed) throw notAllowed(header);
  return {
    origin: header === null || (isOwn && header === 'null') ? url.origin : header,
    isOwn,
    isNamed,
    isListed: isNamed || (allowed.self && isSelf),
  };
}

function notAllowed(origin: string | null): AppError {
  const whose =
    origin === null || origin === 'null'
      ? 'A page that does not say its origin'
      : `A page of ${isPrintable(origin) ? origin : 'an origin like this'}`;
  return new AppError(
    'origin-not-allowed',
    `${whose} may not use this Petal; its PETAL_ALLOWED_ORIGINS does not list it.`,
  );
}

/** Longest host name, with scheme and port. */
function isPrintable(origin: string): boolean {
  return origin.length <= 270 && /^[a-z][a-z0-9+.-]*:\/\/[\w.:[\]-]+$/i.test(origin);
}
