/** The keys that callers may present, of which Petal knows only hashes. */
import * as z from 'zod';
import { sha256OfText } from '../sha256.ts';

/** What a key can be good for, in words for people. */
export const scopes = {
  classify: 'ask what photos show',
  train: 'make and change classes of your own',
} as const;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as Scope[];

export interface ApiKey {
  /** Unique among the keys; goes into logs and counts requests, so it is no secret. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** SHA-256 of the key's UTF-8 bytes: 32 bytes. */
  readonly hash: Uint8Array;
}

export type ApiKeys = readonly ApiKey[];

/** One key as `PETAL_API_KEYS` has it. */
export interface ApiKeyEntry {
  readonly name: string;
  /** In hexadecimal. */
  readonly hash: string;
  readonly scopes: readonly Scope[];
}

export const keyNamePattern = /^[A-Za-z0-9_.-]{1,64}$/;

const prefix = 'petal_';
const keyBytes = 32;

/**
 * Longest key that is hashed, in UTF-16 units: several times the length of
 * Petal's own, so that nobody has a header of many kilobytes hashed.
 */
const maxKeyLength = 256;

// Zod's own sentences quote unknown members, and who takes the key for its
// hash may have put it anywhere.
const entrySchema = z.strictObject(
  {
    name: z
      .string({ error: 'Expected a name' })
      .regex(keyNamePattern, 'Expected a name of 1 to 64 letters, digits, "_", "." and "-"'),
    hash: z
      .string({ error: 'Expected a hash' })
      .regex(
        /^[0-9a-f]{64}$/i,
        'Expected the SHA-256 of a key as 64 hexadecimal digits, as "npm run keys" prints it; never the key itself',
      ),
    scopes: z
      .array(z.enum(scopeNames, { error: `Expected one of ${listed(scopeNames)}` }), {
        error: `Expected a list of ${listed(scopeNames)}`,
      })
      .min(1, `Expected a list of one or more of ${listed(scopeNames)}`),
  },
  { error: 'Expected an object with "name", "hash" and "scopes", and nothing else' },
);

const entriesSchema = z
  .array(entrySchema, { error: 'Expected a JSON list of keys' })
  .superRefine((entries, context) => {
    for (const [index, { name, hash }] of entries.entries()) {
      const earlier = entries.slice(0, index);
      if (earlier.some((other) => other.name === name)) {
        const message = `Expected names to be unique, but there are two keys "${name}"`;
        context.addIssue({ code: 'custom', path: [index, 'name'], message });
      }
      const same = earlier.find((other) => other.hash.toLowerCase() === hash.toLowerCase());
      if (same !== undefined) {
        const message = `Expected another key than that of "${same.name}"`;
        context.addIssue({ code: 'custom', path: [index, 'hash'], message });
      }
    }
  });

/**
 * Reads the secret `PETAL_API_KEYS`: JSON as in
 * `[{ "name": "web", "hash": "<SHA-256 of the key>", "scopes": ["classify"] }]`.
 *
 * @returns no keys if there is no text
 * @throws Error that says what is wrong where, and never quotes what it found
 *   in place of a hash
 */
export function readApiKeys(text = ''): ApiKeys {
  if (text.trim() === '') return [];
  const read = entriesSchema.safeParse(parseJson(text));
  if (!read.success) {
    const [{ message, path }] = read.error.issues;
    const where = path.length === 0 ? '' : `, at ${z.core.toDotPath(path)}`;
    throw new Error(`PETAL_API_KEYS is not valid: ${message.replace(/^E/, 'e')}${where}.`);
  }
  return read.data.map(({ name, hash, scopes }) => ({
    name,
    scopes: new Set(scopes),
    hash: Uint8Array.fromHex(hash),
  }));
}

/** `undefined` if the text is no JSON: the platform's error would quote it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A new key: 256 bits from the platform's cryptographic generator, as
 * base64url (RFC 4648, 5) behind a prefix by which people and secret scanners
 * know it.
 *
 * That is why one plain SHA-256 is enough to keep of it. Salts and slow
 * functions make guessing passwords expensive; here there is nothing to guess.
 * NIST SP 800-63B, 5.1.2.2, draws the line for secrets drawn at random at 112
 * bits: from there on an approved hash function does.
 */
export function makeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(keyBytes));
  return prefix + bytes.toBase64({ alphabet: 'base64url', omitPadding: true });
}

/** What `PETAL_API_KEYS` has of a key. */
export async function describeKey(
  key: string,
  name: string,
  scopes: readonly Scope[],
): Promise<ApiKeyEntry> {
  return { name, hash: (await sha256OfText(key)).toHex(), scopes };
}

/**
 * The key that was presented, if it is one of these. Takes as long whichever
 * of them it is, and whether it is one at all.
 *
 * @param presented what the caller sent; of any length
 */
export async function findKey(keys: ApiKeys, presented: string): Promise<ApiKey | undefined> {
  if (presented.length > maxKeyLength) return undefined;
  const hash = await sha256OfText(presented);
  let found: ApiKey | undefined;
  for (const key of keys) {
    if (isSame(key.hash, hash)) found = key;
  }
  return found;
}

/**
 * Compares two hashes, which are equally long, without stopping at the first
 * difference. workerd has `crypto.subtle.timingSafeEqual` for it, but no other
 * runtime has.
 */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0;
  for (let i = 0; i < b.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
