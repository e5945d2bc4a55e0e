import {
  connectEtcd,
  EtcdError,
  type Alarm,
  type EtcdClient,
  type EtcdConnection,
  type Member,
  type MemberStatus,
} from '@etcd-kloset/etcd';
import { abortedOr } from '../abortable.ts';

/** How a cluster is right now, for whoever looks at it: plain data, numbers where etcd has 64 bits. */
export interface ClusterProbe {
  /** etcd's own id of it, hexadecimal. */
  readonly clusterId: string;
  /** Whether a quorum of the voters answered. */
  readonly quorum: boolean;
  /** The cluster's revision, agreed on by a quorum; undefined when it could not be read. */
  readonly revision: number | undefined;
  /** The leader's id, as most of the members that answered see it. */
  readonly leader: string | undefined;
  /** By name, then by id. */
  readonly members: readonly MemberProbe[];
  /** Those that are on; undefined when nobody could list them. */
  readonly alarms: readonly Alarm[] | undefined;
  /** What could not be learned of the cluster as a whole. */
  readonly errors: readonly ProbeError[];
}

export interface MemberProbe {
  readonly id: string;
  /** Empty until the member has started for the first time. */
  readonly name: string;
  readonly learner: boolean;
  readonly clientUrls: readonly string[];
  readonly peerUrls: readonly string[];
  /** What it answered; undefined when it did not. */
  readonly status: MemberHealth | undefined;
  /** Why it did not answer. */
  readonly error: ProbeError | undefined;
  readonly alarms: readonly Alarm['type'][];
}

export interface MemberHealth {
  /** Where it answered. */
  readonly endpoint: string;
  readonly version: string;
  /** Undefined before etcd 3.6. */
  readonly storageVersion: string | undefined;
  /** Bytes of the database file, and those of them in use. */
  readonly dbSize: number;
  readonly dbSizeInUse: number;
  readonly leads: boolean;
  /** The leader's id as this member sees it. */
  readonly leader: string | undefined;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  readonly revision: number;
  /** What the member reports of itself. */
  readonly errors: readonly string[];
}

export interface ProbeError {
  readonly code: string;
  readonly message: string;
  readonly advice: string | undefined;
}

/**
 * Asks every member how it is, and the cluster for its alarms and its revision. A member that does not answer is no
 * failure, and neither is a cluster without a quorum: the probe says so.
 *
 * @throws EtcdError when no endpoint can be used or the members cannot be listed; the signal's reason
 */
export async function probeCluster(connection: EtcdConnection, signal?: AbortSignal): Promise<ClusterProbe> {
  let client: EtcdClient | undefined;
  try {
    client = await connectEtcd({ ...connection, signal: signal ?? connection.signal });
    return await probe(client);
  } catch (error) {
    throw abortedOr(error, signal);
  } finally {
    client?.close();
  }
}

async function probe(client: EtcdClient): Promise<ClusterProbe> {
  const [members, alarms, revision] = await Promise.all([
    client.members(),
    answerOf(client.alarms()),
    answerOf(client.linearizableRevision()),
  ]);
  const views = await Promise.all(
    members.map(async (member) => ({ member, status: await answerOf(client.status(member)) })),
  );
  const on = alarms instanceof EtcdError ? undefined : alarms;
  return {
    clusterId: client.clusterId,
    // Both take one; the first may be forbidden to this user.
    quorum: !(revision instanceof EtcdError) || !(alarms instanceof EtcdError),
    revision: revision instanceof EtcdError ? undefined : Number(revision),
    leader: leaderOf(views.map(({ status }) => status)),
    members: views
      .map(({ member, status }) => memberProbe(member, status, on ?? []))
      .sort((a, b) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1)),
    alarms: on,
    errors: [revision, alarms].filter((each) => each instanceof EtcdError).map(probeError),
  };
}

async function answerOf<Value>(asked: Promise<Value>): Promise<Value | EtcdError> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof EtcdError && error.code !== 'etcd.cancelled') return error;
    throw error;
  }
}

function memberProbe(
  { id, name, isLearner, clientUrls, peerUrls }: Member,
  status: MemberStatus | EtcdError,
  alarms: readonly Alarm[],
): MemberProbe {
  const failed = status instanceof EtcdError;
  return {
    id,
    name,
    learner: isLearner,
    clientUrls,
    peerUrls,
    status: failed ? undefined : healthOf(status),
    error: failed ? probeError(status) : undefined,
    // One whose member etcd could not tell concerns them all.
    alarms: alarms.filter(({ memberId }) => memberId === id || memberId === '0').map(({ type }) => type),
  };
}

function healthOf(status: MemberStatus): MemberHealth {
  return {
    endpoint: status.endpoint,
    version: status.version,
    storageVersion: status.storageVersion === '' ? undefined : status.storageVersion,
    dbSize: status.dbSize,
    dbSizeInUse: status.dbSizeInUse,
    leads: status.leader === status.memberId,
    leader: status.leader,
    raftTerm: Number(status.raftTerm),
    raftIndex: Number(status.raftIndex),
    raftAppliedIndex: Number(status.raftAppliedIndex),
    revision: Number(status.revision),
    errors: status.errors,
  };
}

/** Members do not learn of an election at the same moment. */
function leaderOf(statuses: readonly (MemberStatus | EtcdError)[]): string | undefined {
  const votes = new Map<string, number>();
  for (const status of statuses) {
    if (status instanceof EtcdError || status.leader === undefined) continue;
    votes.set(status.leader, (votes.get(status.leader) ?? 0) + 1);
  }
  return [...votes].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function probeError({ code, message, advice }: EtcdError): ProbeError {
  return { code, message, advice };
}
