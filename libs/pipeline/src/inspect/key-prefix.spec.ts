import { NO_PREFIX, topPrefix } from './key-prefix.ts';

describe('topPrefix', () => {
  it.each([
    ['/registry/pods/default/web-1', '/registry/pods'],
    ['/registry/events/x', '/registry/events'],
    ['/registry/apps.example.net/things/a', '/registry/apps.example.net'],
    ['/registry/health', '/registry'],
    ['/registry/', '/registry'],
    ['/app/config/a', '/app'],
    ['/app', '/'],
    ['app/a', 'app'],
    ['compact_rev_key', NO_PREFIX],
    ['', NO_PREFIX],
    ['//x', '/'],
  ])('of %j is %j', (key, prefix) => {
    expect(topPrefix(Buffer.from(key))).toBe(prefix);
  });

  it('writes bytes that are not printable as what they are', () => {
    expect(topPrefix(Buffer.from([0x00, 0xff, 0x5c, 0x41, 0x2f, 0x42]))).toBe('\\x00\\xff\\x5cA');
  });
});
