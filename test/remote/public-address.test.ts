import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { readPhotoUrl } from '../../src/remote/photo-url.ts';
import { isPublicAddress } from '../../src/remote/public-address.ts';
import { isIn, readBlock, specialBlocks, split } from './special-blocks.ts';

const oct = (value: number): string => `0${value.toString(8)}`;
const hex = (value: number): string => `0x${value.toString(16)}`;
const fullWidth = (text: string): string =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));

/** Every way in which the URL parser takes an IPv4 address (https://url.spec.whatwg.org/#concept-ipv4-parser). */
function ipv4Spellings(address: bigint): string[] {
  const value = Number(address);
  const [a = 0, b = 0, c = 0, d = 0] = split(address, 4, 8n);
  const dotted = `${a}.${b}.${c}.${d}`;
  return [
    dotted,
    `${dotted}.`,
    `${value}`,
    hex(value),
    hex(value).toUpperCase(),
    oct(value),
    `${oct(a)}.${oct(b)}.${oct(c)}.${oct(d)}`,
    `${hex(a)}.${oct(b)}.${c}.${hex(d)}`,
    `000${oct(a)}.${b}.${c}.${d}`,
    `${a}.${value % 0x1000000}`,
    `${a}.${hex(value % 0x1000000)}`,
    `${a}.${b}.${value % 0x10000}`,
    fullWidth(dotted),
    dotted.replaceAll('.', '。'),
    dotted.replaceAll('.', '%2e'),
    dotted.replace(/\d/g, (digit) => `%3${digit}`),
  ];
}

function ipv6Spellings(address: bigint): string[] {
  const parts = split(address, 8, 16n);
  const full = parts.map((part) => part.toString(16).padStart(4, '0')).join(':');
  const short = parts.map((part) => part.toString(16)).join(':');
  const [a, b, c, d] = split(address, 16, 8n).slice(12);
  const withIpv4 = `${short.split(':').slice(0, 6).join(':')}:${a}.${b}.${c}.${d}`;
  const compressed = short.replace(/(^|:)0(:0)+(:|$)/, '::');
  return [full, full.toUpperCase(), short, withIpv4, compressed].map((text) => `[${text}]`);
}

function reasonOf(url: string): unknown {
  try {
    return readPhotoUrl(url);
  } catch (error) {
    if (error instanceof AppError) return error.facts.reason;
    throw error;
  }
}

/** Addresses of a block, its ends more often than they would come up. */
function addressesOf(cidr: string): fc.Arbitrary<bigint> {
  const { first, count } = readBlock(cidr);
  const last = first + count - 1n;
  return fc.oneof(fc.constantFrom(first, last), fc.bigInt({ min: first, max: last }));
}

describe('addresses of special blocks', () => {
  test.each(specialBlocks.ipv4)('refuses all of %s in every spelling', (cidr) => {
    fc.assert(
      fc.property(addressesOf(cidr), (address) => {
        expect(isPublicAddress(split(address, 4, 8n).join('.'))).toBe(false);
        for (const spelling of ipv4Spellings(address)) {
          expect(reasonOf(`https://${spelling}/a.jpg`), spelling).toBe('not-public-address');
        }
      }),
      { numRuns: 20 },
    );
  });

  test.each(specialBlocks.ipv6)('refuses all of %s in every spelling', (cidr) => {
    fc.assert(
      fc.property(addressesOf(cidr), (address) => {
        for (const spelling of ipv6Spellings(address)) {
          expect(isPublicAddress(spelling.slice(1, -1)), spelling).toBe(false);
          expect(reasonOf(`https://${spelling}/a.jpg`), spelling).toBe('not-public-address');
        }
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['IPv4-mapped', '::ffff:0:0/96'],
    ['NAT64', '64:ff9b::/96'],
  ])('refuses %s addresses of public ones as well', (_, cidr) => {
    const address = readBlock(cidr).first + 0x08080808n;
    for (const spelling of ipv6Spellings(address)) {
      expect(reasonOf(`https://${spelling}/`)).toBe('not-public-address');
    }
  });

  test('refuses 6to4 and Teredo addresses of public ones as well', () => {
    expect(isPublicAddress('2002:808:808::1')).toBe(false);
    expect(isPublicAddress('2001:0:808:808::1')).toBe(false);
  });
});

describe('addresses of the public internet', () => {
  test('takes any other IPv4 address, in every spelling', () => {
    const blocks = specialBlocks.ipv4.map(readBlock);
    const addresses = fc
      .bigInt({ min: 0n, max: (1n << 32n) - 1n })
      .filter((address) => !blocks.some((block) => isIn(address, block)));
    fc.assert(
      fc.property(addresses, (address) => {
        const dotted = split(address, 4, 8n).join('.');
        expect(isPublicAddress(dotted)).toBe(true);
        for (const spelling of ipv4Spellings(address)) {
          expect(reasonOf(`https://${spelling}/`), spelling).toMatchObject({ hostname: dotted });
        }
      }),
      { numRuns: 200 },
    );
  });

  test('takes any other IPv6 address that is given out, in every spelling', () => {
    const blocks = specialBlocks.ipv6.map(readBlock);
    const { first, count } = readBlock('2000::/3');
    const addresses = fc
      .bigInt({ min: first, max: first + count - 1n })
      .filter((address) => !blocks.some((block) => isIn(address, block)));
    fc.assert(
      fc.property(addresses, (address) => {
        for (const spelling of ipv6Spellings(address)) {
          expect(isPublicAddress(spelling.slice(1, -1)), spelling).toBe(true);
          expect(reasonOf(`https://${spelling}/`), spelling).toBeInstanceOf(URL);
        }
      }),
      { numRuns: 200 },
    );
  });
});

test.each([
  '',
  'example.com',
  '1.2.3',
  '01.2.3.4',
  '0x08080808',
  '134744072',
  '8.8.8.8 ',
  '8.8.8.256',
  '2606:4700::1%eth0',
  'fe80::1%1',
  '[2606:4700::1]',
  '2606:4700::1::',
])('takes "%s", as an answer to a look-up, for no public address', (text) => {
  expect(isPublicAddress(text)).toBe(false);
});
