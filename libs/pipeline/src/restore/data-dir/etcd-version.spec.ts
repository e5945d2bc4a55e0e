import { compareMinors, minorOf } from './etcd-version.ts';

describe('minorOf', () => {
  it.each([
    ['3.5.16', 3, 5],
    ['3.6.0-rc.1', 3, 6],
    ['3.10.2', 3, 10],
    ['v3.4.27', 3, 4],
    ['3.5', 3, 5],
    ['3.5.0+git', 3, 5],
  ])('reads %s', (version, major, minor) => {
    expect(minorOf(version)).toEqual({ major, minor });
  });

  it.each([undefined, '', '3', 'three.five', '3.5x', '3.', '999999.1'])(
    'knows that %s is none',
    (version) => {
      expect(minorOf(version)).toBeUndefined();
    },
  );

  it('orders by number, not by letter', () => {
    expect(compareMinors(minorOf('3.10.0')!, minorOf('3.9.9')!)).toBeGreaterThan(0);
    expect(compareMinors(minorOf('3.5.30')!, minorOf('3.5.1')!)).toBe(0);
    expect(compareMinors(minorOf('3.6.0')!, minorOf('4.0.0')!)).toBeLessThan(0);
  });
});
