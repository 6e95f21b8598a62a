import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeKey, makeKey, type Scope, scopeNames } from '../../src/access/api-keys.ts';
import { authorise, type Caller } from '../../src/access/authorise.ts';
import { isLoopback } from '../../src/access/loopback.ts';
import {
  type AccessMode,
  type AccessVariables,
  accessModes,
  readAccessRules,
} from '../../src/access/rules.ts';
import { AppError } from '../../src/errors.ts';

const webKey = makeKey();
const ciKey = makeKey();
const PETAL_API_KEYS = JSON.stringify([
  await describeKey(webKey, 'web', ['classify']),
  await describeKey(ciKey, 'ci', ['classify', 'train']),
]);
const turnstile = { PETAL_TURNSTILE_SITE_KEY: 'site', PETAL_TURNSTILE_SECRET_KEY: 'secret' };

const local = 'http://127.0.0.1:8787';
const deployed = 'https://petal.example';
const shop = 'https://shop.example';

const machine = '127.0.0.1';
const stranger = '192.0.2.7';

interface Asked {
  at?: string;
  /** This machine at its own address, somebody else's anywhere else, unless said otherwise. */
  peer?: string | undefined;
  headers?: Record<string, string>;
  scope?: Scope;
}

/** What the caller is, or the code of the refusal. */
async function ask(variables: AccessVariables, asked: Asked): Promise<Caller | string> {
  return askFor(variables, asked).catch((error: unknown) => {
    if (error instanceof AppError) return error.code;
    throw error;
  });
}

function askFor(variables: AccessVariables, asked: Asked): Promise<Caller> {
  const { at = deployed, headers = {}, scope = 'classify' } = asked;
  const url = new URL('/v1/classify', at);
  const peer = 'peer' in asked ? asked.peer : at === local ? machine : stranger;
  return authorise(readAccessRules(variables), { peer, url, headers: new Headers(headers) }, scope);
}

async function refusal(variables: AccessVariables, asked: Asked): Promise<AppError> {
  const error = await askFor(variables, asked).catch((reason: unknown) => reason);
  if (error instanceof AppError) return error;
  throw new Error('The caller was let in.', { cause: error });
}

const modes = Object.keys(accessModes) as AccessMode[];
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

describe('a key', () => {
  test.for(modes)('lets its holder in, in mode %s', async (PETAL_ACCESS) => {
    const variables = { PETAL_ACCESS, PETAL_API_KEYS, ...turnstile };
    for (const at of [local, deployed]) {
      expect(await ask(variables, { at, headers: bearer(webKey) })).toEqual({
        kind: 'key',
        name: 'web',
      });
      const headers = { 'x-api-key': ciKey };
      expect(await ask(variables, { at, headers, scope: 'train' })).toEqual({
        kind: 'key',
        name: 'ci',
      });
    }
  });

  test.for(modes)('that is wrong is refused where none is needed, in mode %s', async (mode) => {
    for (const at of [local, deployed]) {
      const variables = { PETAL_ACCESS: mode, PETAL_API_KEYS };
      expect(await ask(variables, { at, headers: bearer('petal_wrong') })).toBe('unauthorized');
    }
  });

  test.for(modes)('is ignored where no keys are configured, in mode %s', async (PETAL_ACCESS) => {
    for (const at of [local, deployed]) {
      const variables = { PETAL_ACCESS };
      const without = await ask(variables, { at });
      for (const headers of [
        bearer('hf_dummy'),
        { 'x-api-key': 'EMPTY' },
        { 'x-api-key': '' },
        { authorization: 'Basic b2xsYW1hOg==' },
      ] as Record<string, string>[]) {
        expect(await ask(variables, { at, headers })).toEqual(without);
      }
    }
  });

  test('without the scope is forbidden, even on this machine', async () => {
    const asked = { at: local, headers: bearer(webKey), scope: 'train' } as const;
    const error = await refusal({ PETAL_API_KEYS }, asked);
    expect(error).toMatchObject({ code: 'forbidden', facts: { scope: 'train' } });
    expect(error.message).toBe('The key "web" does not have the scope "train".');
  });

  test('of a page that is listed is a key, and needs no challenge', async () => {
    const variables = { PETAL_API_KEYS, PETAL_ALLOWED_ORIGINS: shop, ...turnstile };
    const headers = { ...bearer(webKey), origin: shop };
    expect(await ask(variables, { headers })).toEqual({ kind: 'key', name: 'web' });
  });

  test('does not let a page in that is not listed', async () => {
    const headers = { ...bearer(webKey), origin: shop };
    expect(await ask({ PETAL_API_KEYS }, { headers })).toBe('origin-not-allowed');
  });

  test('lets in a page of Petal itself, listed or not, over plain http too', async () => {
    const variables = { PETAL_API_KEYS, PETAL_ALLOWED_ORIGINS: '' };
    for (const at of [local, deployed, 'http://192.168.1.7:8787']) {
      const headers = { ...bearer(webKey), origin: at };
      expect(await ask(variables, { at, headers })).toEqual({ kind: 'key', name: 'web' });
    }
  });
});

describe('mode local', () => {
  const hosts = [
    ['http://localhost:8787', true],
    ['http://LOCALHOST', true],
    ['https://petal.localhost', true],
    ['http://127.0.0.1', true],
    ['http://127.255.0.3:1', true],
    ['http://127.1', true],
    ['http://0x7f000001', true],
    ['http://[::1]:8787', true],
    ['http://0.0.0.0:8787', false],
    ['http://128.0.0.1', false],
    ['http://192.168.1.7:8787', false],
    ['http://127.0.0.1.evil.example', false],
    ['http://evillocalhost', false],
    ['http://localhost.evil.example', false],
    ['http://[::2]', false],
    ['https://petal.example', false],
  ] as const;

  test.for(hosts)('is open at %s: %s', async ([at, isOpen]) => {
    expect(isLoopback(new URL(at))).toBe(isOpen);
    expect(await ask({}, { at, peer: machine })).toEqual(
      isOpen ? { kind: 'local' } : 'unauthorized',
    );
    expect(await ask({}, { at, peer: stranger })).toBe('unauthorized');
  });

  const peers = [
    ['127.0.0.1', true],
    ['127.255.0.3', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['::FFFF:127.0.0.1', true],
    [undefined, false],
    ['', false],
    ['0.0.0.0', false],
    ['128.0.0.1', false],
    ['192.168.1.7', false],
    ['127.0.0.1.evil.example', false],
    ['127.0.0.1, 192.0.2.7', false],
    ['localhost', false],
    ['::', false],
    ['::2', false],
    ['::ffff:192.0.2.7', false],
    ['fe80::1%lo', false],
  ] as const;

  test.for(peers)('takes a connection from %s for this machine: %s', async ([peer, isLocal]) => {
    const expected = isLocal ? { kind: 'local' } : 'unauthorized';
    expect(await ask({}, { at: local, peer })).toEqual(expected);
    expect(await ask({}, { at: local, peer, scope: 'train' })).toEqual(expected);
  });

  test('wants a key of everybody else, whatever page they claim to be', async () => {
    for (const at of [local, deployed, 'http://192.168.1.7:8787']) {
      for (const headers of [
        { origin: at },
        { 'sec-fetch-site': 'same-origin' },
        { origin: at, 'sec-fetch-site': 'same-origin' },
        { origin: 'null', 'sec-fetch-site': 'same-origin' },
      ] as Record<string, string>[]) {
        expect(await ask({}, { at, peer: stranger, headers })).toBe('unauthorized');
      }
    }
  });

  test('is what holds if nothing is set', async () => {
    expect(readAccessRules({})).toMatchObject({ mode: 'local', keys: [], turnstile: undefined });
    expect(Object.isFrozen(readAccessRules({}))).toBe(true);
  });

  test('lets this machine train until there are keys', async () => {
    expect(await ask({}, { at: local, scope: 'train' })).toEqual({ kind: 'local' });
    expect(await ask({ PETAL_API_KEYS }, { at: local, scope: 'train' })).toBe('unauthorized');
    expect(await ask({ PETAL_API_KEYS }, { at: local })).toEqual({ kind: 'local' });
    expect(await ask({}, { scope: 'train' })).toBe('unauthorized');
  });

  test('lets pages of this machine in, by either sign', async () => {
    for (const headers of [
      { origin: local },
      { origin: local, 'sec-fetch-site': 'same-origin' },
      // A form on a page whose referrer policy is no-referrer.
      { origin: 'null', 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ] as Record<string, string>[]) {
      expect(await ask(turnstile, { at: local, headers })).toEqual({ kind: 'local' });
      expect(await ask({}, { at: local, headers, scope: 'train' })).toEqual({ kind: 'local' });
    }
  });

  test('lets no page of another site use this machine, or train on it when listed', async () => {
    for (const headers of [
      { origin: shop },
      { origin: shop, 'sec-fetch-site': 'cross-site' },
      { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' },
      { origin: 'null' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      expect(await ask({}, { at: local, headers })).toBe('origin-not-allowed');
    }
    const listed = { PETAL_ALLOWED_ORIGINS: shop };
    const headers = { origin: shop, 'sec-fetch-site': 'cross-site' };
    expect(await ask(listed, { at: local, headers })).toMatchObject({ kind: 'browser' });
    expect(await ask(listed, { at: local, headers, scope: 'train' })).toBe('unauthorized');
  });

  test('lets no page in whose host name was rebound to this machine', async () => {
    const at = 'http://evil.example:8787';
    for (const headers of [
      { origin: at },
      {},
      // With a form and the referrer policy no-referrer.
      { origin: 'null' },
    ] as Record<string, string>[]) {
      for (const PETAL_ACCESS of ['local', 'keys']) {
        const refused = headers.origin === 'null' ? 'origin-not-allowed' : 'unauthorized';
        const asked = { at, peer: machine, headers };
        expect(await ask({ PETAL_ACCESS }, asked)).toBe(refused);
        expect(await ask({ PETAL_ACCESS }, { ...asked, scope: 'train' })).toBe(refused);
      }
    }
  });
});

describe('mode open', () => {
  const PETAL_ACCESS = 'open';

  test('lets anyone classify, with a challenge where Turnstile is configured', async () => {
    expect(await ask({ PETAL_ACCESS }, {})).toEqual({ kind: 'anonymous', needsChallenge: false });
    expect(await ask({ PETAL_ACCESS, ...turnstile }, {})).toEqual({
      kind: 'anonymous',
      needsChallenge: true,
    });
  });

  test.for([undefined, PETAL_API_KEYS])('lets nobody train without a key', async (keys) => {
    for (const at of [local, deployed]) {
      const asked = { at, scope: 'train' } as const;
      expect(await ask({ PETAL_ACCESS, PETAL_API_KEYS: keys }, asked)).toBe('unauthorized');
    }
  });

  test('lets pages in that are listed, and no others', async () => {
    expect(await ask({ PETAL_ACCESS }, { headers: { origin: shop } })).toBe('origin-not-allowed');
    const variables = { PETAL_ACCESS, PETAL_ALLOWED_ORIGINS: '*' };
    expect(await ask(variables, { headers: { origin: shop } })).toEqual({
      kind: 'browser',
      origin: shop,
      needsChallenge: false,
    });
  });
});

describe('mode keys', () => {
  const PETAL_ACCESS = 'keys';

  test('wants a key of programs, on this machine too', async () => {
    for (const at of [local, deployed]) {
      expect(await ask({ PETAL_ACCESS, PETAL_API_KEYS }, { at })).toBe('unauthorized');
    }
  });
});

describe('a page without a key', () => {
  const own = [
    [deployed, { origin: deployed }],
    [deployed, { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    [deployed, { 'sec-fetch-site': 'same-origin' }],
  ];

  test.for(['local', 'keys'])('may classify if it is listed, in mode %s', async (PETAL_ACCESS) => {
    const variables = { PETAL_ACCESS, PETAL_API_KEYS, PETAL_ALLOWED_ORIGINS: `self, ${shop}` };
    for (const [origin, headers] of [
      [shop, { origin: shop, 'sec-fetch-site': 'cross-site' }],
      [shop, { origin: shop }],
      ...(PETAL_ACCESS === 'local' ? [] : own),
    ] as [string, Record<string, string>][]) {
      expect(await ask(variables, { headers })).toEqual({
        kind: 'browser',
        origin,
        needsChallenge: false,
      });
      expect(await ask({ ...variables, ...turnstile }, { headers })).toEqual({
        kind: 'browser',
        origin,
        needsChallenge: true,
      });
      expect(await ask(variables, { headers, scope: 'train' })).toBe('unauthorized');
    }
  });

  test("is Petal's own also behind a server that ends TLS, as its browser says", async () => {
    const headers = { origin: deployed, 'sec-fetch-site': 'same-origin' };
    const asked = { at: 'http://10.0.0.5:8787', headers };
    expect(await ask({ PETAL_ACCESS: 'keys' }, asked)).toMatchObject({ kind: 'browser' });
  });

  test("needs one on Petal's own pages if self is taken off the list", async () => {
    const variables = { PETAL_ACCESS: 'keys', PETAL_ALLOWED_ORIGINS: '' };
    for (const headers of [{ origin: deployed }, { 'sec-fetch-site': 'same-origin' }] as Record<
      string,
      string
    >[]) {
      expect(await ask(variables, { headers })).toBe('unauthorized');
    }
  });

  test('without an origin may classify only if null is listed', async () => {
    const headers = { origin: 'null', 'sec-fetch-site': 'cross-site' };
    for (const list of [undefined, '*', shop]) {
      expect(await ask({ PETAL_ALLOWED_ORIGINS: list }, { headers })).toBe('origin-not-allowed');
    }
    expect(await ask({ PETAL_ALLOWED_ORIGINS: 'null' }, { headers })).toEqual({
      kind: 'browser',
      origin: 'null',
      needsChallenge: false,
    });
  });
});

describe('the sentence of a refusal', () => {
  test.for([
    [
      {},
      {},
      'needs a key, except from the machine that it runs on. It has none yet: "npm run keys"',
    ],
    [{ PETAL_ACCESS: 'keys' }, {}, 'needs a key. It has none yet: "npm run keys"'],
    [{ PETAL_ACCESS: 'keys', PETAL_API_KEYS }, {}, 'Send yours as "Authorization: Bearer <key>"'],
    [{ PETAL_ACCESS: 'open' }, { scope: 'train' }, 'for the scope "train". It has none yet'],
    [{}, { headers: bearer('hf_token') }, 'It has none yet: "npm run keys"'],
    [{ PETAL_API_KEYS }, { headers: bearer('hf_token') }, 'not a key of this Petal'],
    [{}, { headers: { origin: shop } }, `A page of ${shop} may not use this Petal`],
    [{}, { headers: { origin: 'null' } }, 'A page that does not say its origin may not'],
    [{}, { headers: { origin: '<b>no</b>' } }, 'A page of an origin like this may not'],
  ] as const)('says what would be right: %j %j', async ([variables, asked, sentence]) => {
    expect((await refusal(variables, asked)).message).toContain(sentence);
  });

  test('is the same for every wrong key, and holds no part of a key or hash', async () => {
    const wrong = [webKey.slice(0, -1), `${webKey}x`, webKey.toUpperCase(), 'x', 'y'.repeat(5000)];
    const errors = await Promise.all(
      wrong.map((key) => refusal({ PETAL_API_KEYS }, { headers: { 'x-api-key': key } })),
    );
    const told = errors.map(({ code, message, facts }) => JSON.stringify({ code, message, facts }));
    expect(new Set(told).size).toBe(1);
    for (const { hash } of JSON.parse(PETAL_API_KEYS)) expect(told[0]).not.toContain(hash);
    expect(told[0]).not.toContain(webKey.slice(6, 12));
  });
});

describe('whatever is asked', () => {
  const origins = [local, deployed, shop, 'http://evil.example:8787', 'null', ''];
  const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(arbitrary, { nil: undefined });
  const situation = fc.record({
    mode: fc.constantFrom(...modes),
    keys: optional(fc.constant(PETAL_API_KEYS)),
    list: optional(fc.subarray(['self', 'null', shop, '*']).map((entries) => entries.join())),
    at: fc.constantFrom(local, deployed, 'http://evil.example:8787'),
    peer: fc.constantFrom(machine, stranger, undefined),
    scope: fc.constantFrom(...scopeNames),
    origin: optional(fc.constantFrom(...origins)),
    site: optional(fc.constantFrom('same-origin', 'same-site', 'cross-site', 'none')),
    key: optional(fc.constantFrom(webKey, ciKey, 'petal_wrong')),
  });

  test('nobody trains without a key but this machine, and no wrong key gets in', async () => {
    await fc.assert(
      fc.asyncProperty(situation, async (situation) => {
        const { mode, keys, list, at, peer, scope, origin, site, key } = situation;
        const headers: Record<string, string> = {};
        if (origin !== undefined) headers.origin = origin;
        if (site !== undefined) headers['sec-fetch-site'] = site;
        if (key !== undefined) headers['x-api-key'] = key;
        const variables = {
          PETAL_ACCESS: mode,
          PETAL_API_KEYS: keys,
          PETAL_ALLOWED_ORIGINS: list,
        };
        const caller = await ask(variables, { at, peer, headers, scope });
        if (typeof caller === 'string') {
          expect(['unauthorized', 'forbidden', 'origin-not-allowed']).toContain(caller);
          return;
        }
        const isKeyRead = keys !== undefined && key !== undefined;
        expect(caller.kind === 'key').toBe(isKeyRead);
        if (isKeyRead) expect(key).not.toBe('petal_wrong');
        if (scope === 'train' && !(isKeyRead && key === ciKey)) {
          expect([mode, keys, caller.kind]).toEqual(['local', undefined, 'local']);
        }
        if (caller.kind === 'local') expect([mode, at, peer]).toEqual(['local', local, machine]);
        if (caller.kind === 'browser' && mode === 'local') {
          expect(['self', undefined]).not.toContain(list);
        }
        if (caller.kind === 'anonymous') expect(mode).toBe('open');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('readAccessRules', () => {
  test.for([
    [{ PETAL_ACCESS: 'closed' }, 'PETAL_ACCESS is not valid: expected one of local, open, keys'],
    [{ PETAL_ACCESS: '' }, 'PETAL_ACCESS'],
    [{ PETAL_ACCESS: 'toString' }, 'PETAL_ACCESS'],
    [{ PETAL_API_KEYS: '{}' }, 'PETAL_API_KEYS'],
    [{ PETAL_ALLOWED_ORIGINS: 'shop.example' }, 'PETAL_ALLOWED_ORIGINS'],
    [{ PETAL_TURNSTILE_SITE_KEY: 'site' }, 'PETAL_TURNSTILE_SECRET_KEY'],
  ] as const)('refuses %j', ([variables, sentence]) => {
    expect(() => readAccessRules(variables)).toThrow(sentence);
  });
});
