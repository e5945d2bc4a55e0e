import { EtcdError } from '@etcd-kloset/etcd';
import { type HashAnswer, type SnapshotSummary } from '@etcd-kloset/kloset';
import { hashKV, type RowSequence } from '@etcd-kloset/mvcc';
import { type MemberAnswer, type ProofScope } from './ask-members.ts';

export interface Verdict {
  readonly proof: SnapshotSummary['proof'];
  /** Why it is not proven; undefined when it is. */
  readonly reason: string | undefined;
  readonly hashKV: readonly HashAnswer[];
  /** True when our hash differs from the very member's that was read, or nobody has it: then our decoding is wrong. */
  readonly decodingIsWrong: boolean;
}

/** What the proof rests on besides the answers. */
export interface ProofBasis {
  readonly rows: RowSequence;
  readonly revision: number;
  /** The file's own compaction revision. */
  readonly compactRevision: number;
  readonly voters: number;
  readonly scope: ProofScope;
}

/**
 * Compares the hashes of members with those of our rows, each at the member's own compaction revision.
 *
 * Proven: ours equals that of the member that was read and of every voter that answered, and a quorum of the
 * voters answered. Mismatch: another voter differs, so the cluster's members do not agree.
 */
export function judge(answers: readonly MemberAnswer[], basis: ProofBasis): Verdict {
  if (basis.scope === 'none') return unproven('no member was asked (--proof none)', []);
  const failures: string[] = [];
  const comparable: { answer: MemberAnswer; compactRevision: number; hash: number }[] = [];
  for (const each of answers) {
    const name = each.member.name === '' ? each.member.id : each.member.name;
    if (each.answer instanceof EtcdError) failures.push(`${name}: ${each.answer.message}`);
    else {
      const compactRevision = Math.max(0, Number(each.answer.compactRevision));
      if (compactRevision < basis.compactRevision) failures.push(`${name}: it is behind with compaction`);
      else if (compactRevision > basis.revision) failures.push(`${name}: it has compacted past the snapshot`);
      else comparable.push({ answer: each, compactRevision, hash: each.answer.hash });
    }
  }

  const compactRevisions = [...new Set(comparable.map(({ compactRevision }) => compactRevision))];
  const ours = hashKV(basis.rows, basis.revision, compactRevisions);
  const hashes = comparable.map(({ answer, compactRevision, hash }): HashAnswer => ({
    member: answer.member.name,
    memberId: answer.member.id,
    revision: basis.revision,
    compactRevision,
    hash,
    equal: hash === ours[compactRevisions.indexOf(compactRevision)],
    source: answer.source,
  }));

  const source = hashes.find((each) => each.source);
  if (source?.equal === false) {
    return {
      ...unproven('our rows do not give the hash of the member they came from', hashes),
      decodingIsWrong: true,
    };
  }
  const differing = hashes.filter(({ equal }) => !equal);
  const agreeing = hashes.filter(({ equal }) => equal);
  if (differing.length > 0 && agreeing.length === 0) {
    // Nobody confirms our rows, and the member they came from says nothing: it may as well be us.
    return {
      ...unproven(`our rows give the hash of no voter: ${namesOf(differing)} differ`, hashes),
      decodingIsWrong: true,
    };
  }
  if (differing.length > 0) {
    return {
      proof: 'mismatch',
      reason: `the members of the cluster do not hold the same data: in ${namesOf(differing)} it is not what the snapshot and ${namesOf(agreeing)} hold`,
      hashKV: hashes,
      decodingIsWrong: false,
    };
  }
  const why = failures.length === 0 ? '' : ` (${failures.join('; ')})`;
  if (source === undefined) return unproven(`the member that was read gave no hash to compare${why}`, hashes);
  const quorum = Math.floor(basis.voters / 2) + 1;
  if (hashes.length < quorum) {
    const scope =
      basis.scope === 'source' ? ': only the member that was read was asked (--proof source)' : '';
    return unproven(
      `${hashes.length} of ${basis.voters} voters confirmed it, ${quorum} are needed${scope}${why}`,
      hashes,
    );
  }
  return { proof: 'proven', reason: undefined, hashKV: hashes, decodingIsWrong: false };
}

export function unproven(reason: string, hashes: readonly HashAnswer[]): Verdict {
  return { proof: 'unproven', reason, hashKV: hashes, decodingIsWrong: false };
}

function namesOf(hashes: readonly HashAnswer[]): string {
  return hashes.map(({ member, memberId }) => member || memberId).join(', ');
}
