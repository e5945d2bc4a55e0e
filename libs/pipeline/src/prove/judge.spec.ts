import { EtcdError, type Member, type MemberHash } from '@etcd-kloset/etcd';
import { hashKV, RowLog, RowRuns } from '@etcd-kloset/mvcc';
import { etcdFile } from '../spec-support/etcd-file.ts';
import { scan, Scratch } from '../spec-support/scanned-file.ts';
import { type MemberAnswer } from './ask-members.ts';
import { judge, unproven, type ProofBasis } from './judge.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

// `a` at 2, 4 and 8; `b` at 3, deleted at 6; `c` at 7: what is hashed differs at every compaction revision.
const { analysis } = scan(
  scratch,
  etcdFile(
    [
      { main: 2, key: 'a', value: '1' },
      { main: 3, key: 'b', value: '1' },
      { main: 4, key: 'a', value: '2' },
      { main: 6, key: 'b', value: undefined },
      { main: 7, key: 'c', value: '1' },
      { main: 8, key: 'a', value: '3' },
    ],
    4096,
    { meta: [] },
  ),
);
if (!analysis.decoded) throw new Error(analysis.reason);
const rows = RowRuns.takeOver(RowLog.takeOver(analysis.log), analysis.runs);
const basis = (changes: Partial<ProofBasis> = {}): ProofBasis => ({
  rows,
  revision: 8,
  compactRevision: 3,
  voters: 3,
  scope: 'all',
  ...changes,
});

const member = (id: string, name = `member-${id}`): Member => ({
  id,
  name,
  clientUrls: [],
  peerUrls: [],
  isLearner: false,
});
interface Given {
  readonly source?: boolean;
  /** etcd says -1 when it never compacted. */
  readonly compacted?: number;
  /** Added to the right hash. */
  readonly off?: number;
  readonly name?: string;
  readonly error?: EtcdError;
}
function answer(
  id: string,
  { source = false, compacted = 3, off = 0, name, error }: Given = {},
): MemberAnswer {
  const [right] = hashKV(rows, 8, [Math.max(0, compacted)]);
  const given: MemberHash = {
    hash: (right! + off) >>> 0,
    compactRevision: BigInt(compacted),
    hashRevision: undefined,
    revision: 9n,
  };
  return { member: member(id, name), source, answer: error ?? given };
}
const source = (given: Given = {}): MemberAnswer => answer('1', { source: true, ...given });
const refused = new EtcdError('etcd.permission-denied', 'permission was denied');

describe('a snapshot is proven', () => {
  it.each<[string, MemberAnswer[], Partial<ProofBasis>]>([
    ['when all voters have the same', [source(), answer('2'), answer('3')], {}],
    [
      'when a quorum has, and the others did not answer',
      [source(), answer('2'), answer('3', { error: refused })],
      {},
    ],
    ['by a cluster of one member', [source()], { voters: 1 }],
    ['by a member that has compacted up to its very revision', [source({ compacted: 8 })], { voters: 1 }],
    ['by its source alone when that is a quorum', [source()], { voters: 1, scope: 'source' }],
    ['by two of two, and three of five', [source(), answer('2'), answer('3')], { voters: 5 }],
    [
      'at the compaction revision of each member',
      [source({ compacted: 3 }), answer('2', { compacted: 6 }), answer('3', { compacted: 8 })],
      {},
    ],
    [
      'when nothing was ever compacted',
      [source({ compacted: -1 }), answer('2', { compacted: -1 })],
      { compactRevision: 0 },
    ],
    [
      'when a member that is behind with compaction cannot be compared, and the others are enough',
      [source(), answer('2'), answer('3', { compacted: 2, off: 5 })],
      {},
    ],
  ])('%s', (_, answers, changes) => {
    const verdict = judge(answers, basis(changes));
    expect(verdict).toMatchObject({ proof: 'proven', reason: undefined, decodingIsWrong: false });
    expect(verdict.hashKV.every(({ equal }) => equal)).toBe(true);
  });

  it('with every answer that could be compared in its record', () => {
    const { hashKV: answers } = judge(
      [source({ name: '' }), answer('2', { compacted: 6 }), answer('3', { error: refused })],
      basis(),
    );
    expect(answers).toEqual([
      {
        member: '',
        memberId: '1',
        revision: 8,
        compactRevision: 3,
        hash: hashKV(rows, 8, [3])[0],
        equal: true,
        source: true,
      },
      {
        member: 'member-2',
        memberId: '2',
        revision: 8,
        compactRevision: 6,
        hash: hashKV(rows, 8, [6])[0],
        equal: true,
        source: false,
      },
    ]);
    expect(answers[0]!.hash).not.toBe(answers[1]!.hash);
  });
});

describe('a snapshot is a mismatch', () => {
  it.each<[string, MemberAnswer[], Partial<ProofBasis>, string]>([
    [
      'when another voter differs',
      [source(), answer('2'), answer('3', { off: 1 })],
      {},
      'in member-3 it is not what the snapshot and member-1, member-2 hold',
    ],
    [
      'when all others do',
      [source(), answer('2', { off: 1 }), answer('3', { off: 1 })],
      {},
      'in member-2, member-3 it is not what the snapshot and member-1 hold',
    ],
    ['however few answered', [source(), answer('2', { off: 1 })], { voters: 5 }, 'in member-2 it is not'],
    ['when one without a name does', [source(), answer('2', { off: 1, name: '' })], {}, 'in 2 it is not'],
    [
      'when one voter confirms it and another differs, also if the member that was read says nothing',
      [source({ error: refused }), answer('2'), answer('3', { off: 1 })],
      {},
      'in member-3 it is not what the snapshot and member-2 hold',
    ],
    [
      'when it differs at its own compaction revision',
      [source(), answer('2', { compacted: 6, off: 1 })],
      {},
      'in member-2 it is not',
    ],
  ])('%s', (_, answers, changes, reason) => {
    const verdict = judge(answers, basis(changes));
    expect(verdict).toMatchObject({
      proof: 'mismatch',
      decodingIsWrong: false,
      reason: expect.stringContaining(reason) as string,
    });
    expect(verdict.hashKV.some(({ equal }) => !equal)).toBe(true);
  });
});

describe('a snapshot is unproven', () => {
  it.each<[string, MemberAnswer[], Partial<ProofBasis>, string]>([
    ['when nobody was asked', [source(), answer('2')], { scope: 'none' }, '--proof none'],
    ['when nobody answered', [], {}, 'gave no hash'],
    ['when the member that was read did not answer', [answer('2'), answer('3')], {}, 'gave no hash'],
    [
      'when the member that was read was not allowed to',
      [source({ error: refused }), answer('2'), answer('3')],
      {},
      'member-1: permission was denied',
    ],
    [
      'when too few answered',
      [source(), answer('2', { error: refused })],
      {},
      '1 of 3 voters confirmed it, 2 are needed',
    ],
    [
      'when half of the voters did, and that is no quorum',
      [source(), answer('2')],
      { voters: 4 },
      '2 of 4 voters',
    ],
    ['when only its source was asked', [source()], { scope: 'source' }, '--proof source'],
    [
      'when a member has compacted past it meanwhile',
      [source(), answer('2', { compacted: 9 }), answer('3', { compacted: 9 })],
      {},
      'member-2: it has compacted past the snapshot; member-3: it has compacted past the snapshot',
    ],
    [
      'when members are behind with a compaction that the file has',
      [source({ compacted: 2, off: 1 }), answer('2'), answer('3')],
      {},
      'member-1: it is behind with compaction',
    ],
  ])('%s', (_, answers, changes, reason) => {
    const verdict = judge(answers, basis(changes));
    expect(verdict).toMatchObject({
      proof: 'unproven',
      decodingIsWrong: false,
      reason: expect.stringContaining(reason) as string,
    });
  });

  it('and does not say that only its source was asked when all were', () => {
    expect(judge([source()], basis()).reason).not.toContain('--proof');
  });

  it('for any other reason that is given', () => {
    expect(unproven('it was imported', [])).toEqual({
      proof: 'unproven',
      reason: 'it was imported',
      hashKV: [],
      decodingIsWrong: false,
    });
  });
});

describe('our decoding is wrong', () => {
  it.each<[string, MemberAnswer[], Partial<ProofBasis>]>([
    [
      'when the very member that was read has another hash',
      [source({ off: 1 }), answer('2'), answer('3')],
      {},
    ],
    ['also when the others have the other one too', [source({ off: 1 }), answer('2', { off: 1 })], {}],
    [
      'when nobody has what we have, and the member that was read says nothing',
      [source({ error: refused }), answer('2', { off: 1 }), answer('3', { off: 1 })],
      {},
    ],
    ['also when that is one voter only, and a learner was read', [answer('2', { off: 1 })], {}],
    ['also when it was the only one that was asked', [source({ off: 1 })], { voters: 1, scope: 'source' }],
  ])('%s', (_, answers, changes) => {
    expect(judge(answers, basis(changes))).toMatchObject({ proof: 'unproven', decodingIsWrong: true });
  });
});
