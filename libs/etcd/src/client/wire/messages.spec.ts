import { encodeMessage, type FieldValue } from './protobuf.ts';
import { ALARM, AUTHENTICATE, HASH_KV, MEMBER_LIST, RANGE_ONE, STATUS } from './messages.ts';

const message = (...fields: [number, FieldValue][]) => encodeMessage(fields);
const HEADER = message([1, 0xcafen], [2, 0xbeefn], [3, 42n], [4, 7n]);
const header = { clusterId: 0xcafen, memberId: 0xbeefn, revision: 42n };

describe('an answer of a member', () => {
  it('tells its status, with the largest ids there are', () => {
    const id = 2n ** 64n - 1n;
    const answer = message(
      [1, HEADER],
      [2, '3.6.4'],
      [3, 5_000_000_000n],
      [4, id],
      [5, 100n],
      [6, 3n],
      [7, 99n],
      [8, 'one'],
      [8, 'two'],
      [9, 4_000_000_000n],
      [10, true],
      [11, '3.6.0'],
      [12, 8_000_000_000n],
    );
    expect(STATUS.decode(answer)).toEqual({
      header,
      version: '3.6.4',
      dbSize: 5_000_000_000n,
      leader: id,
      raftIndex: 100n,
      raftTerm: 3n,
      raftAppliedIndex: 99n,
      errors: ['one', 'two'],
      dbSizeInUse: 4_000_000_000n,
      isLearner: true,
      storageVersion: '3.6.0',
    });
  });

  it('lists members, one that has not started yet and a learner among them', () => {
    const answer = message(
      [1, HEADER],
      [2, message([1, 1n], [2, 'm1'], [3, 'http://p:2380'], [4, 'http://c:2379'], [4, 'http://d:2379'])],
      [2, message([1, 2n], [3, 'http://q:2380'], [5, true])],
    );
    expect(MEMBER_LIST.decode(answer).members).toEqual([
      {
        id: 1n,
        name: 'm1',
        peerUrls: ['http://p:2380'],
        clientUrls: ['http://c:2379', 'http://d:2379'],
        isLearner: false,
      },
      { id: 2n, name: '', peerUrls: ['http://q:2380'], clientUrls: [], isLearner: true },
    ]);
  });

  it('tells the hash as an unsigned number, and a cluster that was never compacted as -1', () => {
    const answer = message([1, HEADER], [2, 4_294_967_295n], [3, -1n], [4, 41n]);
    expect(HASH_KV.decode(answer)).toEqual({
      header,
      hash: 4_294_967_295,
      compactRevision: -1n,
      hashRevision: 41n,
    });
  });

  it('lists alarms', () => {
    const answer = message([1, HEADER], [2, message([1, 5n], [2, 1n])], [2, message([2, 2n])]);
    expect(ALARM.decode(answer).alarms).toEqual([
      { memberId: 5n, type: 1 },
      { memberId: 0n, type: 2 },
    ]);
  });

  it('carries a token', () => {
    expect(AUTHENTICATE.decode(message([1, HEADER], [2, 'abc.1'])).token).toBe('abc.1');
  });

  it('has the revision in its header whatever else it holds', () => {
    expect(RANGE_ONE.decode(message([1, HEADER], [4, 3n]))).toEqual({ header });
  });
});
