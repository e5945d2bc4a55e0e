import { BlockList, isIP } from 'node:net';

/**
 * Of IPv4, what the IANA special-purpose registry does not call globally reachable, and multicast: "this network",
 * private, carrier-grade NAT, loopback, link-local (cloud metadata), protocol assignments, documentation, 6to4 relays,
 * benchmarks, multicast, reserved and broadcast.
 */
const NOT_PUBLIC_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/**
 * IPv6 the other way round: only global unicast can be public. So loopback, unique local, link-local, multicast, and
 * everything that carries an IPv4 address inside (mapped, compatible, NAT64) is out without being named.
 */
const GLOBAL_IPV6 = '2000::/3';
/** In it, but not public: protocol assignments with Teredo, documentation, 6to4 (an IPv4 address inside). */
const NOT_PUBLIC_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const notPublicV4 = listOf(NOT_PUBLIC_IPV4, 'ipv4');
const globalV6 = listOf([GLOBAL_IPV6], 'ipv6');
const notPublicV6 = listOf(NOT_PUBLIC_IPV6, 'ipv6');

/** Whether the address is one of the public internet; what is no address is not. */
export function isPublicAddress(address: string): boolean {
  // A scope, as in fe80::1%eth0, is not part of the address.
  const bare = address.replace(/%.*$/s, '');
  switch (isIP(bare)) {
    case 4:
      return !notPublicV4.check(bare, 'ipv4');
    case 6:
      return globalV6.check(bare, 'ipv6') && !notPublicV6.check(bare, 'ipv6');
    default:
      return false;
  }
}

function listOf(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address, bits] = network.split('/');
    list.addSubnet(address!, Number(bits), family);
  }
  return list;
}
