import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ApiKeyEntry,
  describeKey,
  findKey,
  makeKey,
  readApiKeys,
  scopeNames,
} from '../../src/access/api-keys.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const web = { name: 'web', hash: sha256('one'), scopes: ['classify'] } as const;
const ci = { name: 'ci', hash: sha256('two'), scopes: ['classify', 'train'] } as const;

/** What reading these says is wrong. */
function complaint(entries: unknown): string {
  const text = typeof entries === 'string' ? entries : JSON.stringify(entries);
  try {
    readApiKeys(text);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}

describe('readApiKeys', () => {
  test('reads names, scopes and hashes, in capitals too', () => {
    const keys = readApiKeys(JSON.stringify([web, { ...ci, hash: ci.hash.toUpperCase() }]));
    expect(keys).toEqual([
      { name: 'web', scopes: new Set(['classify']), hash: expect.any(Uint8Array) },
      { name: 'ci', scopes: new Set(['classify', 'train']), hash: expect.any(Uint8Array) },
    ]);
    expect(keys.map(({ hash }) => Buffer.from(hash).toString('hex'))).toEqual([web.hash, ci.hash]);
  });

  test.for([undefined, '', ' \n', '[]'])('reads %j as no keys', (text) => {
    expect(readApiKeys(text)).toEqual([]);
  });

  test.for([
    ['something that is no JSON', 'web=secret', 'a JSON list'],
    ['an object', { web: web.hash }, 'a JSON list'],
    ['a missing name', [{ ...web, name: undefined }], 'expected a name, at [0].name.'],
    ['an empty name', [{ ...web, name: '' }], 'a name of 1 to 64'],
    ['a name with a space', [{ ...web, name: 'a b' }], 'a name of 1 to 64'],
    ['a long name', [{ ...web, name: 'a'.repeat(65) }], 'a name of 1 to 64'],
    ['two keys of one name', [web, { ...ci, name: 'web' }], 'two keys "web", at [1].name.'],
    ['one key of two names', [web, { ...web, name: 'b' }], 'than that of "web", at [1].hash.'],
    ['a missing hash', [web, { ...ci, hash: undefined }], 'expected a hash, at [1].hash.'],
    ['a short hash', [{ ...web, hash: web.hash.slice(1) }], '64 hexadecimal digits'],
    ['an unknown scope', [{ ...web, scopes: ['admin'] }], 'one of "classify", "train"'],
    ['no scope', [{ ...web, scopes: [] }], 'one or more of "classify", "train"'],
    ['a scope without a list', [{ ...web, scopes: 'train' }], 'a list of "classify", "train"'],
    ['an unknown member', [{ ...web, key: 'x' }], 'and nothing else, at [0].'],
  ] as const)('refuses %s, and says where', ([, entries, sentence]) => {
    expect(complaint(entries)).toMatch(/^PETAL_API_KEYS is not valid: /);
    expect(complaint(entries)).toContain(sentence);
  });

  test('never quotes a hash, nor a key that stands in its place', () => {
    const key = makeKey();
    for (const entries of [
      [{ ...web, hash: key }],
      [{ ...web, name: `${key}/` }],
      [{ ...web, [key]: 'classify' }],
      [{ ...web, scopes: [key] }],
      [web, { ...web, name: 'b' }],
      `[{"name": "web", "hash": ${web.hash}}]`,
      key,
    ]) {
      expect(complaint(entries)).not.toBe('');
      expect(complaint(entries)).not.toContain(key);
      expect(complaint(entries)).not.toContain(web.hash.slice(0, 8));
    }
  });
});

describe('makeKey', () => {
  test('makes another key of 256 bits each time, which fits into a header', () => {
    const keys = Array.from({ length: 100 }, makeKey);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) {
      expect(key).toMatch(/^petal_[A-Za-z0-9_-]{43}$/);
      expect(Buffer.from(key.slice(6), 'base64url').length).toBe(32);
    }
  });
});

describe('findKey', () => {
  test('finds each key, and nothing that differs from all of them', async () => {
    const made = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const key = makeKey();
        return { name, key, entry: await describeKey(key, name, scopeNames) };
      }),
    );
    const keys = readApiKeys(JSON.stringify(made.map(({ entry }): ApiKeyEntry => entry)));
    for (const { name, key } of made) {
      expect(await findKey(keys, key)).toMatchObject({ name });
    }
    const changed = fc
      .record({
        key: fc.constantFrom(...made.map(({ key }) => key)),
        at: fc.nat(48),
        character: fc.string({ minLength: 1, maxLength: 1 }),
      })
      .map(({ key, at, character }) => key.slice(0, at) + character + key.slice(at + 1))
      .filter((presented) => made.every(({ key }) => key !== presented));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(changed, fc.string(), fc.string({ unit: 'binary' })),
        async (presented) => {
          expect(await findKey(keys, presented)).toBeUndefined();
        },
      ),
    );
  });

  test('does not take the hash for the key', async () => {
    expect(await findKey(readApiKeys(JSON.stringify([web])), web.hash)).toBeUndefined();
  });

  test('hashes nothing that is longer than any key', async () => {
    const long = 'k'.repeat(257);
    const keys = readApiKeys(JSON.stringify([{ ...web, hash: sha256(long) }]));
    expect(await findKey(keys, long)).toBeUndefined();
    const longest = 'k'.repeat(256);
    const others = readApiKeys(JSON.stringify([{ ...web, hash: sha256(longest) }]));
    expect(await findKey(others, longest)).toMatchObject({ name: 'web' });
  });
});
