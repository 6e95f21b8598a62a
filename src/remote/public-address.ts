import ipaddr from 'ipaddr.js';

/** The part of IPv6 that is given out as global unicast; the rest is special or nobody's yet (RFC 4291, 2.4). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address belongs to a host on the public internet: none of the
 * blocks in IANA's special-purpose registries (RFC 6890) and no multicast.
 *
 * IPv6 addresses that carry an IPv4 address (mapped, NAT64, 6to4, Teredo) are
 * never public, whatever they carry: a server has an address of its own.
 *
 * @param text IPv4 as four decimal numbers, or IPv6 without brackets; anything else is not public
 */
export function isPublicAddress(text: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return ipaddr.IPv4.parse(text).range() === 'unicast';
  }
  if (!ipaddr.IPv6.isValid(text)) return false;
  const address = ipaddr.IPv6.parse(text);
  return (
    address.zoneId === undefined && address.match(globalUnicast) && address.range() === 'unicast'
  );
}
