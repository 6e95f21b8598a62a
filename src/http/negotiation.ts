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
  const accepted = accepts(c, {
    header: 'Accept',
    supports: Object.values(representations),
    default: representations.json,
  });
  return names.find((name) => representations[name] === accepted) ?? 'json';
}
