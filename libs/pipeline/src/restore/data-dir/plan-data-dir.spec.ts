import { aloneWarnings, checkDataDirOptions } from './plan-data-dir.ts';

const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('checkDataDirOptions', () => {
  it.each([
    ['nothing at all', {}],
    ['a cluster of one member without its name', { initialCluster: 'm1=http://a:1' }],
    ['several members and which one this is', { initialCluster: 'm1=http://a:1,m2=http://b:1', name: 'm2' }],
    [
      'the same URLs in another order',
      { initialCluster: 'm1=http://a:1,m1=http://a:2', initialAdvertisePeerUrls: 'http://a:2,http://a:1' },
    ],
    ['a revision to bump by', { bumpRevision: 5 }],
    ['a revision to bump by, marked compacted', { bumpRevision: 5, markCompacted: true }],
    ['no bump', { bumpRevision: 0, markCompacted: false }],
  ])('takes %s', (_, options) => {
    expect(() => checkDataDirOptions(options)).not.toThrow();
  });

  it.each([
    [
      'several members without a name',
      { initialCluster: 'm1=http://a:1,m2=http://b:1' },
      'restore.bad-member',
    ],
    [
      'a member that is not in the cluster',
      { initialCluster: 'm1=http://a:1', name: 'x' },
      'restore.bad-member',
    ],
    [
      'URLs that are not those of the member',
      { initialCluster: 'm1=http://a:1', initialAdvertisePeerUrls: 'http://b:1' },
      'restore.bad-member',
    ],
    ['a bump that is not marked compacted', { bumpRevision: 5, markCompacted: false }, 'restore.bad-bump'],
    ['a mark without a bump', { bumpRevision: 0, markCompacted: true }, 'restore.bad-bump'],
    ['a bump below zero', { bumpRevision: -1 }, 'restore.bad-bump'],
    ['a bump that cannot be counted', { bumpRevision: 2 ** 60 }, 'restore.bad-bump'],
  ])('refuses %s', (_, options, code) => {
    expect(() => checkDataDirOptions(options)).toThrow(withCode(code));
  });
});

describe('a data directory of one member', () => {
  const summaryOf = (learners: readonly boolean[]) => ({
    etcd: {
      members: learners.map((learner, at) => ({ id: String(at), name: `m${at}`, learner, peerUrls: [] })),
      alarms: [],
    },
  });

  it('is warned of when the cluster had several that voted, and nobody said so', () => {
    expect(aloneWarnings(summaryOf([false, false, false]), {})).toEqual([
      expect.stringMatching(/had 3 voting members.*--initial-cluster/),
    ]);
    expect(aloneWarnings(summaryOf([false, true]), {})).toEqual([]);
    expect(aloneWarnings(summaryOf([]), {})).toEqual([]);
    expect(aloneWarnings(summaryOf([false, false]), { initialCluster: 'm1=http://a:1' })).toEqual([]);
  });
});
