import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAllowedOrigin, readAllowedOrigins } from '../../src/access/origins.ts';

const isAllowed = (list: string | undefined, origin: string): boolean =>
  isAllowedOrigin(readAllowedOrigins(list), origin);

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const domain = fc.array(label, { minLength: 2, maxLength: 3 }).map((labels) => labels.join('.'));
const scheme = fc.constantFrom('http', 'https');
/** None is a default port. */
const port = fc.option(fc.integer({ min: 1024, max: 65_535 }), { nil: undefined });
const write = (name: string, host: string, number: number | undefined): string =>
  `${name}://${host}${number === undefined ? '' : `:${number}`}`;

describe('readAllowedOrigins', () => {
  test('allows the deployment itself, and nobody else, if it is not set', () => {
    expect(readAllowedOrigins(undefined)).toEqual(readAllowedOrigins('self'));
    expect(isAllowed(undefined, 'https://shop.example')).toBe(false);
  });

  test.for(['', ' ', ','])('allows nobody for %j', (text) => {
    const allowed = readAllowedOrigins(text);
    expect(allowed.self).toBe(false);
    expect(isAllowedOrigin(allowed, 'https://shop.example')).toBe(false);
  });

  test.for([
    ['shop.example', 'expected an origin such as https://shop.example'],
    ['https://', 'expected an origin'],
    ['https:shop.example', 'expected an origin'],
    ['https:\\\\shop.example', 'expected an origin'],
    ['https://a.example https://b.example', 'expected an origin'],
    ['https://shop.exa\tmple', 'expected an origin'],
    ['ftp://shop.example', 'expected an origin'],
    ['file:///', 'expected an origin'],
    ['https://shop.example:99999', 'expected an origin'],
    ['https://shop.example/form', 'ends after host and port: https://shop.example.'],
    ['https://shop.example?', 'ends after host and port'],
    ['https://shop.example/#', 'ends after host and port'],
    ['https://me:word@shop.example', 'ends after host and port'],
    ['https://shop.*', 'sub-domains only, as in https://*.shop.example'],
    ['https://*shop.example', 'sub-domains only'],
    ['https://*', 'sub-domains only'],
    ['https://*.*.example', 'sub-domains only'],
    ['https://*.shop.example/form', 'ends after host and port'],
    ['https://*.com', 'a whole top-level domain'],
    ['https://*.10.0.0.1', 'an address has no sub-domains'],
    ['https://*.[::1]', 'an address has no sub-domains'],
  ] as const)('refuses %j', ([entry, sentence]) => {
    const read = (): unknown => readAllowedOrigins(`https://good.example, ${entry}`);
    expect(read).toThrow(`PETAL_ALLOWED_ORIGINS is not valid: "${entry}": `);
    expect(read).toThrow(sentence);
  });
});

describe('isAllowedOrigin', () => {
  test.for([
    ['https://Shop.Example', 'https://shop.example'],
    ['https://shop.example:443', 'https://shop.example'],
    ['http://shop.example:80', 'http://shop.example'],
    ['https://shop.example/', 'https://shop.example'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['http://localhost:5173', 'http://localhost:5173'],
    ['http://[::1]:5173', 'http://[::1]:5173'],
    ['https://*.Shop.example', 'https://a.b.shop.example'],
    ['https://*.shop.example:8443', 'https://a.shop.example:8443'],
    ['http://*.localhost:5173', 'http://a.localhost:5173'],
    ['*', 'https://shop.example'],
    ['null', 'null'],
    ['self, http://a.example , https://b.example', 'https://b.example'],
  ] as const)('%s allows %s', ([list, origin]) => {
    expect(isAllowed(list, origin)).toBe(true);
  });

  test.for([
    ['*', 'null'],
    ['https://shop.example', 'null'],
    ['null', 'https://shop.example'],
    ['self', 'self'],
    ['https://shop.example', 'https://evilshop.example'],
    ['https://shop.example', 'https://shop.example.evil.example'],
    ['https://shop.example', 'https://shop.example:8443'],
    ['https://shop.example', 'http://shop.example'],
    ['https://shop.example', 'https://a.shop.example'],
    ['https://shop.example', 'https://shop.example.'],
    ['https://*.shop.example', 'https://shop.example'],
    ['https://*.shop.example', 'https://evilshop.example'],
    ['https://*.shop.example', 'https://.shop.example'],
    ['https://*.shop.example', 'https://a.shop.example.evil.example'],
    ['https://*.shop.example', 'https://evil.example/a.shop.example'],
    ['https://*.shop.example', 'https://evil.example#.shop.example'],
    ['https://*.shop.example', 'https://evil.example?.shop.example'],
    ['https://*.shop.example', 'https://evil.example\\.shop.example'],
    ['https://*.shop.example', 'https://a.shop.example@evil.example'],
    ['https://*.shop.example', 'http://a.shop.example'],
    ['https://*.shop.example', 'https://a.shop.example:8443'],
    // What browsers never send is not looked at twice.
    ['https://shop.example', 'https://shop.example/'],
    ['https://shop.example', 'https://shop.example:443'],
    ['https://shop.example', 'https://SHOP.example'],
    ['https://*.shop.example', 'https://A.shop.example'],
    ['https://*.shop.example', 'https://a.shop.example/'],
    ['https://*.shop.example', 'https://a.shop.example:443'],
    ['https://shop.example', ''],
  ] as const)('%s does not allow %s', ([list, origin]) => {
    expect(isAllowed(list, origin)).toBe(false);
  });

  test('allows of plain entries that origin alone', () => {
    fc.assert(
      fc.property(scheme, domain, port, scheme, domain, port, (s, d, p, s2, d2, p2) => {
        const origin = write(s, d, p);
        const other = write(s2, d2, p2);
        expect(isAllowed(origin, origin)).toBe(true);
        expect(isAllowed(origin, other)).toBe(origin === other);
      }),
    );
  });

  test('allows of a wildcard what is below the domain, of its scheme and port', () => {
    fc.assert(
      fc.property(scheme, domain, port, label, domain, (s, d, p, l, elsewhere) => {
        const list = write(s, `*.${d}`, p);
        expect(isAllowed(list, write(s, `${l}.${d}`, p))).toBe(true);
        expect(isAllowed(list, write(s, `${l}.${l}.${d}`, p))).toBe(true);
        expect(isAllowed(list, write(s, d, p))).toBe(false);
        expect(isAllowed(list, write(s, l + d, p))).toBe(false);
        expect(isAllowed(list, write(s, `${l}-${d}`, p))).toBe(false);
        expect(isAllowed(list, write(s, `${l}.${d}.${elsewhere}.invalid`, p))).toBe(false);
        expect(isAllowed(list, write(s, `${l}.${d}`, (p ?? 1024) + 1))).toBe(false);
        expect(isAllowed(list, write(s === 'http' ? 'https' : 'http', `${l}.${d}`, p))).toBe(false);
      }),
    );
  });

  test('allows no text that is not an origin as browsers write it, and never throws', () => {
    const list = 'https://*.shop.example, https://shop.example, self, null';
    const text = fc.oneof(
      fc.string(),
      fc.string().map((end) => `https://${end}.shop.example`),
      fc.string().map((end) => `https://shop.example${end}`),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(text, (origin) => {
        if (!isAllowed(list, origin)) return;
        expect(origin).toMatch(/^https:\/\/([^/?#@:\\\s]+\.)?shop\.example$/);
        expect(new URL(origin).origin).toBe(origin);
      }),
      { numRuns: 1000 },
    );
  });
});
