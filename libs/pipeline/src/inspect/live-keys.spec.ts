import fc from 'fast-check';
import { LiveKeys } from './live-keys.ts';

interface Version {
  readonly key: number;
  readonly main: number;
  readonly sub: number;
  readonly isTombstone: boolean;
}

const GROUPS = 3;

/** The rule itself, without a hash table: a key is alive when its newest version is no tombstone. */
function countPlainly(versions: readonly Version[]): number[] {
  const newest = new Map<number, Version>();
  for (const version of versions) {
    const known = newest.get(version.key);
    if (
      known === undefined ||
      known.main < version.main ||
      (known.main === version.main && known.sub < version.sub)
    ) {
      newest.set(version.key, version);
    }
  }
  const counts = Array.from({ length: GROUPS }, () => 0);
  for (const { key, isTombstone } of newest.values()) if (!isTombstone) counts[key % GROUPS]!++;
  return counts;
}

describe('LiveKeys', () => {
  it('counts the keys whose newest version is no deletion, in whatever order versions come', () => {
    const version = fc.record({
      key: fc.nat(20),
      main: fc.nat(50),
      sub: fc.nat(3),
      isTombstone: fc.boolean(),
    });
    // etcd gives no revision twice.
    const versions = fc.uniqueArray(version, {
      selector: ({ main, sub }) => `${main} ${sub}`,
      maxLength: 60,
    });
    fc.assert(
      fc.property(versions, (all) => {
        const live = new LiveKeys();
        for (const { key, main, sub, isTombstone } of all) {
          live.add(Buffer.from(`key ${key}`), main, sub, isTombstone, key % GROUPS);
        }
        expect(Array.from(live.counts(GROUPS))).toEqual(countPlainly(all));
      }),
    );
  });

  it('grows with the keys', () => {
    const live = new LiveKeys();
    for (let i = 0; i < 100_000; i++)
      live.add(Buffer.from(`/registry/pods/${i}`), i + 2, 0, i % 4 === 0, i % 2);
    expect(Array.from(live.counts(2))).toEqual([25_000, 50_000]);
  });
});
