import fc from 'fast-check';
import { type Alarm, type MemberStatus } from './cluster.ts';
import { EtcdError } from './etcd-error.ts';
import { type MemberView, rankMembers } from './rank-members.ts';

const LEADER = 'a1';

function view(id: string, status: Partial<MemberStatus> = {}): MemberView {
  return {
    member: {
      id,
      name: `m-${id}`,
      clientUrls: [],
      peerUrls: [],
      isLearner: status.isLearner ?? false,
    },
    status: {
      memberId: id,
      endpoint: `${id}:2379`,
      version: '3.5.16',
      storageVersion: '',
      dbSize: 1000,
      dbSizeInUse: 900,
      leader: LEADER,
      raftIndex: 50_000n,
      raftAppliedIndex: 50_000n,
      raftTerm: 4n,
      revision: 90_000n,
      isLearner: false,
      errors: [],
      ...status,
    },
  };
}

function silent(id: string): MemberView {
  return { ...view(id), status: new EtcdError('etcd.timeout', `${id}:2379 did not answer within 10 s.`) };
}

const order = (views: MemberView[], alarms: Alarm[] | EtcdError = []) =>
  rankMembers(views, alarms).map(({ member }) => member.id);
const find = (id: string, views: MemberView[], alarms: Alarm[] | EtcdError = []) =>
  rankMembers(views, alarms).find(({ member }) => member.id === id)!;

describe('the ranking of members', () => {
  it('takes a follower before the leader', () => {
    expect(order([view(LEADER), view('b2')])).toEqual(['b2', LEADER]);
    expect(find(LEADER, [view(LEADER), view('b2')]).reasons).toEqual(['is the leader']);
  });

  it('takes the leader before a follower that is far behind', () => {
    const behind = view('b2', { raftAppliedIndex: 48_000n });
    expect(order([behind, view(LEADER)])).toEqual([LEADER, 'b2']);
    expect(find('b2', [behind, view(LEADER)]).reasons).toEqual(['is 2000 entries behind']);
  });

  it('takes a follower that is a few entries behind for level with the leader', () => {
    expect(order([view(LEADER), view('b2', { raftAppliedIndex: 49_500n })])).toEqual(['b2', LEADER]);
  });

  it('takes any voter before a learner', () => {
    const learner = view('c3', { isLearner: true });
    expect(order([learner, view('b2', { raftAppliedIndex: 1n }), view(LEADER)])).toEqual([
      LEADER,
      'b2',
      'c3',
    ]);
    expect(find('c3', [learner]).excluded).toBeUndefined();
  });

  it('takes members that see no leader after those that do', () => {
    expect(order([view('b2', { leader: undefined }), view(LEADER)])).toEqual([LEADER, 'b2']);
  });

  it('takes a member with a CORRUPT alarm last, and warns', () => {
    const views = [view('b2'), view(LEADER), view('c3', { isLearner: true }), silent('d4')];
    const alarms: Alarm[] = [{ memberId: 'b2', type: 'CORRUPT' }];
    expect(order(views, alarms)).toEqual([LEADER, 'c3', 'b2', 'd4']);
    expect(find('b2', views, alarms).warnings).toEqual([expect.stringContaining('CORRUPT')]);
    expect(find(LEADER, views, alarms).warnings).toEqual([]);
  });

  it('holds an alarm of no particular member against all of them', () => {
    const ranked = rankMembers([view('b2'), view(LEADER)], [{ memberId: '0', type: 'CORRUPT' }]);
    expect(ranked.map(({ warnings }) => warnings.length)).toEqual([1, 1]);
  });

  it('excludes members that do not answer and says why', () => {
    const [first, second] = rankMembers([silent('b2'), view(LEADER)], []);
    expect(first).toMatchObject({ member: { id: LEADER }, excluded: undefined });
    expect(second).toMatchObject({ member: { id: 'b2' }, excluded: 'b2:2379 did not answer within 10 s.' });
  });

  it('takes the smallest file among members that are alike', () => {
    expect(order([view('b2', { dbSize: 8000 }), view('c3', { dbSize: 1200 })])).toEqual(['c3', 'b2']);
  });

  it('warns of versions that can be inconsistent, and only of those', () => {
    const warned = ['3.4.30', '3.5.0', '3.5.1', '3.5.2', '3.5.3', '3.5.20', '3.6.0'].filter(
      (version) => find('b2', [view('b2', { version })]).warnings.length > 0,
    );
    expect(warned).toEqual(['3.5.0', '3.5.1', '3.5.2']);
  });

  it('warns of full members, of what they report themselves and of alarms that cannot be read', () => {
    const views = [view('b2', { errors: ['etcdserver: no leader', 'memberID:1 alarm:NOSPACE '] })];
    expect(find('b2', views, [{ memberId: 'b2', type: 'NOSPACE' }]).warnings).toEqual([
      expect.stringContaining('NOSPACE'),
      'The member reports: etcdserver: no leader.',
    ]);
    const unreadable = new EtcdError('etcd.no-leader', 'm has no leader.');
    expect(find('b2', [view('b2')], unreadable).warnings).toEqual([
      'The alarms could not be read: m has no leader.',
    ]);
  });

  it('loses no member and gives the same order whatever the order of the answers', () => {
    const arbitraryView = fc
      .record({
        id: fc.constantFrom('a1', 'b2', 'c3', 'd4', 'e5', 'f6'),
        answers: fc.boolean(),
        isLearner: fc.boolean(),
        leader: fc.constantFrom(LEADER, undefined),
        raftAppliedIndex: fc.bigInt({ min: 0n, max: 50_000n }),
        dbSize: fc.integer({ min: 0, max: 3 }),
      })
      .map(({ id, answers, ...status }) => (answers ? view(id, status) : silent(id)));
    const views = fc.uniqueArray(arbitraryView, { selector: ({ member }) => member.id });
    fc.assert(
      fc.property(views, fc.infiniteStream(fc.nat()), (all, random) => {
        const shuffled = all
          .map((each) => ({ each, at: random.next().value as number }))
          .sort((one, other) => one.at - other.at)
          .map(({ each }) => each);
        expect(order(shuffled)).toEqual(order(all));
        expect(order(all).toSorted()).toEqual(all.map(({ member }) => member.id).toSorted());
      }),
    );
  });
});
