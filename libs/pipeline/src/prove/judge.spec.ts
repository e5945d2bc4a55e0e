import { EtcdError, type Member, type MemberHash } from '@etcd-kloset/etcd';
import {
  FLAG_TOMBSTONE,
  hashKV,
  CRC,
  FLAGS,
  KEY_LOW,
  LENGTH,
  MAIN,
  ROW_F64,
  ROW_U32,
  RowLog,
  RowRuns,
} from '@etcd-kloset/mvcc';
import { type MemberAnswer } from './ask-members.ts';
import { judge, type ProofBasis } from './judge.ts';

/** Keys 1 and 2, of which 1 was written twice and 2 deleted: the hash depends on the compaction revision. */
function rows(): RowRuns {
  const log = new RowLog({ openSpill: () => -1 });
  [
    { main: 2, key: 1, tombstone: false },
    { main: 3, key: 2, tombstone: false },
    { main: 4, key: 1, tombstone: false },
    { main: 5, key: 2, tombstone: true },
  ].forEach(({ main, key, tombstone }) => {
    const { batch, index } = log.append();
    batch.f64[index * ROW_F64 + MAIN] = main;
    batch.u32[index * ROW_U32 + LENGTH] = 20 + main;
    batch.u32[index * ROW_U32 + CRC] = main * 1_000_003;
    batch.u32[index * ROW_U32 + KEY_LOW] = key;
    batch.u32[index * ROW_U32 + FLAGS] = tombstone ? FLAG_TOMBSTONE : 0;
  });
  const runs = new RowRuns(log);
  runs.add(0, log.count);
  return runs;
}

const REVISION = 5;
const basis = (more: Partial<ProofBasis> = {}): ProofBasis => ({
  rows: rows(),
  revision: REVISION,
  compactRevision: 0,
  voters: 3,
  scope: 'all',
  ...more,
});
const right = (compact: number): number => hashKV(rows(), REVISION, [Math.max(0, compact)])[0]!;

function answer(name: string, what: 'right' | 'wrong' | EtcdError, compact = -1): MemberAnswer {
  const member: Member = { id: name, name, clientUrls: [], peerUrls: [], isLearner: false };
  const hash = (value: number): MemberHash => ({
    hash: value,
    compactRevision: BigInt(compact),
    hashRevision: undefined,
    revision: BigInt(REVISION),
  });
  const given =
    what instanceof EtcdError ? what : hash(what === 'right' ? right(compact) : right(compact) ^ 1);
  return { member, source: name === 'source', answer: given };
}
const away = new EtcdError('etcd.unreachable', 'nothing listens there');

describe('a snapshot', () => {
  it.each([
    ['everybody agrees', [answer('source', 'right'), answer('b', 'right'), answer('c', 'right')]],
    ['a quorum answers', [answer('source', 'right'), answer('b', 'right'), answer('c', away)]],
    [
      'members have compacted differently far',
      [answer('source', 'right', 4), answer('b', 'right', 3), answer('c', 'right')],
    ],
  ])('is proven when %s', (_, answers) => {
    expect(judge(answers, basis())).toMatchObject({
      proof: 'proven',
      reason: undefined,
      decodingIsWrong: false,
    });
  });

  it('is a mismatch when a voter differs from the member that was read', () => {
    const verdict = judge([answer('source', 'right'), answer('b', 'wrong'), answer('c', 'right')], basis());
    expect(verdict).toMatchObject({ proof: 'mismatch', decodingIsWrong: false });
    expect(verdict.reason).toContain('b');
    expect(verdict.hashKV.map(({ equal }) => equal)).toEqual([true, false, true]);
  });

  it('is a mismatch, too, when the source is silent and the others do not agree', () => {
    const verdict = judge([answer('source', away), answer('b', 'wrong'), answer('c', 'right')], basis());
    expect(verdict).toMatchObject({ proof: 'mismatch', decodingIsWrong: false });
    expect(verdict.reason).not.toContain('the member that was read');
  });

  it.each([
    [
      'the very member that was read',
      [answer('source', 'wrong'), answer('b', 'right'), answer('c', 'right')],
    ],
    [
      'everybody, and its source is silent',
      [answer('source', away), answer('b', 'wrong'), answer('c', 'wrong')],
    ],
  ])('was decoded wrongly when it differs from %s', (_, answers) => {
    expect(judge(answers, basis())).toMatchObject({ proof: 'unproven', decodingIsWrong: true });
  });

  it.each([
    [
      'the source is silent',
      [answer('source', away), answer('b', 'right'), answer('c', 'right')],
      {},
      'nothing listens',
    ],
    [
      'too few answered',
      [answer('source', 'right'), answer('b', away), answer('c', away)],
      {},
      '1 of 3 voters',
    ],
    ['nobody was to be asked', [], { scope: 'none' as const }, '--proof none'],
    [
      'only the source was asked',
      [answer('source', 'right')],
      { scope: 'source' as const },
      '--proof source',
    ],
    [
      'the source is behind with compaction',
      [answer('source', 'right', 2)],
      { compactRevision: 3 },
      'behind with compaction',
    ],
    ['the source has compacted past it', [answer('source', 'right', 9)], {}, 'compacted past'],
  ])('is unproven when %s, and says so', (_, answers, more, reason) => {
    const verdict = judge(answers, basis(more));
    expect(verdict).toMatchObject({ proof: 'unproven', decodingIsWrong: false });
    expect(verdict.reason).toContain(reason);
  });

  it('of a cluster of one is proven by its source alone', () => {
    expect(judge([answer('source', 'right')], basis({ voters: 1, scope: 'source' }))).toMatchObject({
      proof: 'proven',
    });
  });
});
