import fc from 'fast-check';
import { isPublicAddress } from './private-addresses.ts';

const NOT_PUBLIC = {
  'this network': ['0.0.0.0', '0.255.255.255', '::'],
  loopback: ['127.0.0.1', '127.255.255.255', '::1'],
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  'carrier-grade NAT': ['100.64.0.0', '100.127.255.255'],
  'link-local, where clouds keep their secrets': [
    '169.254.0.0',
    '169.254.169.254',
    'fe80::1',
    'fe80::1%eth0',
  ],
  'unique local': ['fc00::', 'fd00:ec2::254', 'fdff:ffff::1'],
  'site-local': ['fec0::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  'reserved and broadcast': ['240.0.0.0', '255.255.255.255'],
  'documentation and benchmarks': [
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '198.18.0.0',
    '198.19.255.255',
    '2001:db8::1',
    '3fff::1',
  ],
  'protocol assignments': ['192.0.0.1', '192.88.99.1', '2001::1', '100::1', '5f00::1'],
  'IPv4 inside IPv6': [
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::1',
  ],
  'no address': ['', 'localhost', '127.1', '8.8.8.8.', '1', '[::1]'],
};

describe('addresses that a webhook may reach', () => {
  it.each(Object.entries(NOT_PUBLIC))('are not those of %s', (_what, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  it('are those of the public internet', () => {
    const addresses = [
      ...[
        '1.1.1.1',
        '8.8.8.8',
        '9.255.255.255',
        '11.0.0.0',
        '100.63.255.255',
        '100.128.0.0',
        '126.255.255.255',
      ],
      ...[
        '128.0.0.0',
        '169.253.255.255',
        '172.15.255.255',
        '172.32.0.0',
        '192.167.255.255',
        '223.255.255.255',
      ],
      ...['2001:200::1', '2606:4700:4700::1111', '2a00:1450:4001::1'],
    ];
    expect(addresses.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  it('are never an IPv4 address that travels inside of an IPv6 address', () => {
    const prefixes = ['::ffff:', '::', '64:ff9b::'];
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom(...prefixes), (ipv4, prefix) => !isPublicAddress(prefix + ipv4)),
    );
  });
});
