/**
 * Blocks of addresses that no photo may come from: IANA's special-purpose
 * registries (https://www.iana.org/assignments/iana-ipv4-special-registry,
 * .../iana-ipv6-special-registry), multicast, and all of IPv6 that is not
 * given out as global unicast.
 */
export const specialBlocks = {
  ipv4: [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '192.175.48.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/4',
    '240.0.0.0/4',
    '255.255.255.255/32',
  ],
  ipv6: [
    '::/128',
    '::1/128',
    // IPv4-compatible, -mapped and -translated.
    '::/96',
    '::ffff:0:0/96',
    '::ffff:0:0:0/96',
    '::/3',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '100::/64',
    '100:0:0:1::/64',
    // Teredo, benchmarking, AMT, AS112, ORCHID, remote ids of drones.
    '2001::/23',
    '2001::/32',
    '2001:2::/48',
    '2001:3::/32',
    '2001:4:112::/48',
    '2001:10::/28',
    '2001:20::/28',
    '2001:30::/28',
    '2001:db8::/32',
    '2002::/16',
    '2620:4f:8000::/48',
    '3fff::/20',
    '4000::/2',
    '5f00::/16',
    '8000::/1',
    'fc00::/7',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
  ],
} as const;

/** A block as numbers: its first address, and how many it has. */
export interface Block {
  readonly first: bigint;
  readonly count: bigint;
}

/** Reads IPv4 in four decimal numbers, or IPv6 with or without `::`, by arithmetic of its own. */
export function readBlock(cidr: string): Block {
  const [address = '', prefix] = cidr.split('/');
  const isIpv4 = address.includes('.');
  const first = isIpv4
    ? join(address.split('.').map(Number), 8n)
    : join(
        expand(address).map((part) => Number.parseInt(part, 16)),
        16n,
      );
  return { first, count: 1n << BigInt((isIpv4 ? 32 : 128) - Number(prefix)) };
}

function expand(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined) return before;
  const after = tail === '' ? [] : tail.split(':');
  return [...before, ...Array(8 - before.length - after.length).fill('0'), ...after];
}

function join(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);
}

/** The parts of an address, the first first. */
export function split(address: bigint, count: number, bits: bigint): number[] {
  const mask = (1n << bits) - 1n;
  return Array.from({ length: count }, (_, i) =>
    Number((address >> (bits * BigInt(count - 1 - i))) & mask),
  );
}

export function isIn(address: bigint, { first, count }: Block): boolean {
  return address >= first && address < first + count;
}
