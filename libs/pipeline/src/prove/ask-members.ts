import {
  EtcdError,
  type EtcdClient,
  type Member,
  type MemberHash,
  type RankedMember,
} from '@etcd-kloset/etcd';

/** Which members are asked for their hash. */
export type ProofScope = 'all' | 'source' | 'none';

/** A member's answer to HashKV, or why there is none. */
export interface MemberAnswer {
  readonly member: Member;
  readonly source: boolean;
  readonly answer: MemberHash | EtcdError;
}

/** A follower applies what the leader has within moments; a voter that needs longer is lagging. */
const CATCH_UP_MS = 5_000;
const AGAIN_MS = 100;
/** HashKV's word for the current revision. */
const PRESENT = 0n;

/**
 * Asks voters for their HashKV at the snapshot's revision: at once, before a compaction overtakes it.
 *
 * @param compacted the compaction revision of our file: an answer from before it cannot be compared, so a
 *   member that gives one is asked again once it has caught up
 */
export function askMembers(
  client: EtcdClient,
  source: Member,
  ranked: readonly RankedMember[],
  revision: number,
  compacted: () => Promise<number>,
  scope: ProofScope,
): Promise<MemberAnswer[]> {
  const voters = ranked.map(({ member }) => member).filter(({ isLearner }) => !isLearner);
  const asked =
    scope === 'none' ? [] : scope === 'source' ? voters.filter(({ id }) => id === source.id) : voters;
  return Promise.all(
    asked.map(async (member) => ({
      member,
      source: member.id === source.id,
      answer: await askUntilLevel(client, member, BigInt(revision), compacted),
    })),
  );
}

async function askUntilLevel(
  client: EtcdClient,
  member: Member,
  revision: bigint,
  compacted: () => Promise<number>,
): Promise<MemberHash | EtcdError> {
  const end = Date.now() + CATCH_UP_MS;
  let askedForPresent = false;
  for (;;) {
    const answer = await ask(client, member, revision);
    if (await isLevel(answer, compacted)) return answer;
    const lags = answer instanceof EtcdError && answer.code === 'etcd.future-revision';
    // Of a revision at which it was compacted a member gives the hash it stored then, which is of the compaction
    // before (3.5 and later), or none (3.4). Asked for its present it computes one, and that may be the revision still.
    // Once: a member reads its whole database for it.
    if (!lags && !askedForPresent) {
      askedForPresent = true;
      const present = await ask(client, member, PRESENT);
      if (
        !(present instanceof EtcdError) &&
        present.revision === revision &&
        (await isLevel(present, compacted))
      ) {
        return present;
      }
    }
    const hopeless = answer instanceof EtcdError && answer.code === 'etcd.compacted';
    if (hopeless || Date.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** Whether there is nothing to gain from asking again. */
async function isLevel(answer: MemberHash | EtcdError, compacted: () => Promise<number>): Promise<boolean> {
  if (answer instanceof EtcdError) {
    return answer.code !== 'etcd.future-revision' && answer.code !== 'etcd.compacted';
  }
  return Math.max(0, Number(answer.compactRevision)) >= (await compacted());
}

async function ask(client: EtcdClient, member: Member, revision: bigint): Promise<MemberHash | EtcdError> {
  try {
    return await client.hashKV(member, revision);
  } catch (error) {
    if (error instanceof EtcdError && error.code !== 'etcd.cancelled') return error;
    throw error;
  }
}
