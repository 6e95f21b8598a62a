import { AppError } from '../errors.ts';

/**
 * The key that a request presents, as `Authorization: Bearer <key>` (RFC 6750,
 * 2.1; clients made for other model servers send their access token so) or as
 * `x-api-key`.
 *
 * @returns undefined if it presents none
 * @throws AppError `unauthorized` if the headers hold something else than one
 *   key, or contradict each other: guessing which was meant helps nobody
 */
export function presentedKey(headers: Headers): string | undefined {
  const authorization = headers.get('authorization');
  const bearer = authorization === null ? undefined : bearerToken(authorization);
  const apiKey = headers.get('x-api-key') ?? undefined;
  if (apiKey === '') {
    throw new AppError('unauthorized', 'The header "x-api-key" is empty; it should hold a key.');
  }
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) {
    throw new AppError(
      'unauthorized',
      'The headers "Authorization" and "x-api-key" hold different keys; send one of them.',
    );
  }
  return bearer ?? apiKey;
}

/** RFC 6750, 2.1: `"Bearer" 1*SP b64token`; the scheme in any case (RFC 9110, 11.1). */
function bearerToken(authorization: string): string {
  const [, token] = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization) ?? [];
  if (token !== undefined) return token;
  const [, scheme] = /^([A-Za-z]{1,20})(?: |$)/.exec(authorization) ?? [];
  const isOther = scheme !== undefined && scheme.toLowerCase() !== 'bearer';
  throw new AppError(
    'unauthorized',
    isOther
      ? `Petal does not know the authentication scheme ${scheme}; send "Authorization: Bearer <key>".`
      : 'The header "Authorization" should be "Bearer", a space and one key.',
  );
}
