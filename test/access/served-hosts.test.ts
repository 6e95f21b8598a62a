import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isServedHost } from '../../src/access/served-hosts.ts';

const loopback = { address: '127.0.0.1', names: [] };
const everywhere = { address: '0.0.0.0', names: [] };
const lan = { address: '192.168.1.7', names: [] };

/** Host, and whether a server on loopback, on all addresses, and on one of the network is called so. */
const hosts = [
  ['localhost', true, true, false],
  ['LOCALHOST:8787', true, true, false],
  ['foo.localhost', true, true, false],
  ['127.0.0.1:8787', true, true, false],
  ['127.1', true, true, false],
  ['0x7f000001', true, true, false],
  ['2130706433:80', true, true, false],
  ['127.0.0.1.', true, true, false],
  ['[::1]:8787', true, true, false],
  ['[::ffff:127.0.0.1]', false, true, false],
  ['0.0.0.0:8787', false, true, false],
  ['192.168.1.7:8787', false, true, true],
  ['0xc0a80107', false, true, true],
  ['10.0.0.5', false, true, false],
  ['[fe80::1]', false, true, false],
  ['localhost.', false, false, false],
  ['localhost.evil.example', false, false, false],
  ['evillocalhost', false, false, false],
  ['127.0.0.1.evil.example', false, false, false],
  ['evil.example', false, false, false],
  ['192.168.1.7.nip.io', false, false, false],
  ['petal', false, false, false],
  ['', false, false, false],
  [' localhost', false, false, false],
  ['localhost ', false, false, false],
  ['localhost/', false, false, false],
  ['localhost?', false, false, false],
  ['localhost#', false, false, false],
  ['localhost\\', false, false, false],
  ['evil.example@localhost', false, false, false],
  ['localhost@evil.example', false, false, false],
  ['localhost, evil.example', false, false, false],
  ['localhost:port', false, false, false],
  ['localhost:99999', false, false, false],
  ['127.0.0.1:8787:8787', false, false, false],
  ['::1', false, false, false],
  ['[::1', false, false, false],
] as const;

test.for(hosts)(
  'a request to "%s" is for a server on loopback: %s, on all addresses: %s, on 192.168.1.7: %s',
  ([host, ofLoopback, ofEverywhere, ofLan]) => {
    expect(isServedHost(loopback, host)).toBe(ofLoopback);
    expect(isServedHost({ ...loopback, address: '::1' }, host)).toBe(ofLoopback);
    expect(isServedHost(everywhere, host)).toBe(ofEverywhere);
    expect(isServedHost({ ...everywhere, address: '::' }, host)).toBe(ofEverywhere);
    expect(isServedHost(lan, host)).toBe(ofLan);
  },
);

describe('names that are allowed', () => {
  test('are taken in any case and with any port, and no others with them', () => {
    const hosts = { ...loopback, names: ['Petal.test', 'bücher.example'] };
    expect(isServedHost(hosts, 'petal.TEST:8787')).toBe(true);
    expect(isServedHost(hosts, 'xn--bcher-kva.example')).toBe(true);
    expect(isServedHost(hosts, 'localhost')).toBe(true);
    expect(isServedHost(hosts, 'a.petal.test')).toBe(false);
    expect(isServedHost(hosts, 'petal.test.evil.example')).toBe(false);
  });

  test('of an IPv6 address are not needed', () => {
    expect(isServedHost({ address: 'fd00::7', names: [] }, '[fd00:0::7]:8787')).toBe(true);
    expect(isServedHost({ address: 'fd00::7', names: [] }, '[fd00::8]')).toBe(false);
  });
});

test('no name that someone can register is ever taken', () => {
  fc.assert(
    fc.property(
      fc.domain(),
      fc.constantFrom('', ':80', ':8787'),
      fc.constantFrom('127.0.0.1', '::1', '0.0.0.0', '::', '192.168.1.7', 'fd00::7'),
      (domain, port, address) => {
        expect(isServedHost({ address, names: [] }, `${domain}${port}`)).toBe(false);
      },
    ),
  );
});
