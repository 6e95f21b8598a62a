import type { Context } from 'hono';
import { accepts } from 'hono/accepts';

/** How an answer can be written. */
export const representations = {
  json: 'application/json',
  html: 'text/html',
  text: 'text/plain',
} as const;
export type Representation = keyof typeof representations;

/**
 * What a client wants (RFC 9110, 12.5.1): JSON unless it prefers HTML, as
 * browsers do that post a form or follow a link, or plain text.
 */
export function representationOf(c: Context): Representation {
  const names = Object.keys(representations) as Representation[];
  const accepted = acceptedOf(c, Object.values(representations));
  return names.find((name) => representations[name] === accepted) ?? 'json';
}

/** The media type of some that a client prefers; JSON where it takes anything, or none of them. */
export function acceptedOf(c: Context, supports: string[]): string {
  return accepts(c, { header: 'Accept', supports, default: representations.json, match: prefer });
}

/**
 * By weight, then by how much is said, then by the client's order. Hono's own
 * match passes over a wildcard, however much it is preferred to what stands behind it.
 */
const prefer: NonNullable<Parameters<typeof accepts>[1]['match']> = (accepted, config) => {
  const ranges = accepted
    .map(({ type, q }) => ({ type: type.toLowerCase(), q }))
    .sort((a, b) => b.q - a.q || wildcards(a.type) - wildcards(b.type));
  const refused = ranges.filter(({ q }) => q === 0).map(({ type }) => type);
  const offered = config.supports.filter((type) => !refused.includes(type));
  for (const { type: range, q } of ranges) {
    if (q === 0) break;
    if (range === '*/*') return config.default;
    const match = offered.find(
      (type) => type === range || (range.endsWith('/*') && type.startsWith(range.slice(0, -1))),
    );
    if (match !== undefined) return match;
  }
  return config.default;
};

function wildcards(range: string): number {
  return range.split('*').length - 1;
}
