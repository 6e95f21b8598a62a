import type { Resolve } from './fetch-photo.ts';
import { discardBody, readBody } from './read-body.ts';

/** Numbers of the record types that hold addresses (RFC 1035, RFC 3596). */
const addressTypes = { A: 1, AAAA: 28 } as const;

/** Response codes that are answers: names that exist, and names that don't (RFC 1035, 4.1.1). */
const answeringCodes = [0, 3];

/** An answer is one UDP packet, usually of 512 bytes, as JSON. */
const maxAnswerBytes = 65_536;

const mediaType = 'application/dns-json';

/**
 * A resolver that is asked over HTTPS, which a Worker can do where it has no
 * sockets. It speaks the JSON that Google's and Cloudflare's resolvers speak:
 * https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/
 *
 * @param resolverUrl part of the configuration, and trusted
 * @returns a function that rejects with an Error where the resolver has no answer to give
 */
export function dnsOverHttps(fetch: typeof globalThis.fetch, resolverUrl: string): Resolve {
  return async (hostname, signal) => {
    // Both must be known: fetch connects to any of them.
    const addresses = await Promise.all(
      (['A', 'AAAA'] as const).map(async (type) => {
        const url = new URL(resolverUrl);
        url.searchParams.set('name', hostname);
        url.searchParams.set('type', type);
        const response = await fetch(url.href, {
          headers: { Accept: mediaType },
          redirect: 'manual',
          signal,
        });
        if (response.status !== 200 || response.body === null) {
          await discardBody(response);
          throw new Error(`The resolver answered with status ${response.status}.`);
        }
        const bytes = await readBody(response.body, { maxBytes: maxAnswerBytes, signal });
        return addressesIn(JSON.parse(new TextDecoder().decode(bytes)), addressTypes[type]);
      }),
    );
    return addresses.flat();
  };
}

/** The addresses in an answer; the names that lead to them (CNAME) are in it as well. */
function addressesIn(answer: unknown, addressType: number): string[] {
  if (!isAnswer(answer)) throw new Error('The answer of the resolver is not of the known form.');
  if (!answeringCodes.includes(answer.Status)) {
    throw new Error(`The resolver failed with code ${answer.Status}.`);
  }
  return (answer.Answer ?? []).filter(({ type }) => type === addressType).map(({ data }) => data);
}

interface Answer {
  readonly Status: number;
  /** Missing where there is none. */
  readonly Answer?: readonly { readonly type: number; readonly data: string }[];
}

function isAnswer(value: unknown): value is Answer {
  if (!isObject(value) || typeof value.Status !== 'number') return false;
  const { Answer: records = [] } = value;
  return (
    Array.isArray(records) &&
    records.every(
      (record: unknown) =>
        isObject(record) && typeof record.type === 'number' && typeof record.data === 'string',
    )
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
