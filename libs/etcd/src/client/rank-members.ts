import { type Alarm, type Member, type MemberStatus } from './cluster.ts';
import { EtcdError } from './etcd-error.ts';

export interface MemberView {
  readonly member: Member;
  /** Why it could not be asked, if it could not. */
  readonly status: MemberStatus | EtcdError;
}

export interface RankedMember {
  readonly member: Member;
  /** Absent when the member did not answer. */
  readonly status: MemberStatus | undefined;
  /** What speaks against it, most serious first; empty for a member that nothing speaks against. */
  readonly reasons: readonly string[];
  /** What whoever reads the backup must know if this member was its source. */
  readonly warnings: readonly string[];
  /** Those that are on for it. */
  readonly alarms: readonly Alarm['type'][];
  /** Why it cannot be the source at all. */
  readonly excluded: string | undefined;
}

/**
 * Entries that a member may be behind the leader and still count as level with it. Statuses are not taken at
 * the same instant, and etcd itself speaks of a gap only from 5,000 on (maxGapBetweenApplyAndCommitIndex).
 */
const LEVEL_ENTRIES = 1_000n;

/** Voters before learners, sound before suspect, level with the leader before behind, followers before the leader. */
export function rankMembers(
  views: readonly MemberView[],
  alarms: readonly Alarm[] | EtcdError,
): RankedMember[] {
  const front = newestIndex(views);
  return views
    .map((view) => rank(view, front, alarms))
    .toSorted((one, other) => compare(one.order, other.order))
    .map(({ ranked }) => ranked);
}

function newestIndex(views: readonly MemberView[]): bigint {
  let newest = 0n;
  for (const { status } of views) {
    if (!(status instanceof EtcdError) && status.raftIndex > newest) newest = status.raftIndex;
  }
  return newest;
}

interface Ordered {
  readonly ranked: RankedMember;
  /** Compared from the left; less is better. */
  readonly order: readonly (number | bigint | string)[];
}

function rank({ member, status }: MemberView, front: bigint, alarms: readonly Alarm[] | EtcdError): Ordered {
  if (status instanceof EtcdError) {
    return {
      ranked: {
        member,
        status: undefined,
        reasons: [],
        warnings: [],
        alarms: alarmsOf(alarms, member),
        excluded: status.message,
      },
      order: [1, member.name, member.id],
    };
  }
  const lag = front > status.raftAppliedIndex ? front - status.raftAppliedIndex : 0n;
  const against = {
    corrupt: hasAlarm(alarms, member, 'CORRUPT'),
    learner: status.isLearner || member.isLearner,
    leaderless: status.leader === undefined,
    behind: lag > LEVEL_ENTRIES,
    leads: status.leader === status.memberId,
  };
  const reasons = [
    against.corrupt && 'etcd has raised a CORRUPT alarm',
    against.learner && 'is a learner',
    against.leaderless && 'sees no leader',
    against.behind && `is ${lag} entries behind`,
    against.leads && 'is the leader',
  ].filter((reason) => reason !== false);
  const places = Object.values(against).map(Number);
  return {
    ranked: {
      member,
      status,
      reasons,
      warnings: warningsOf(member, status, alarms),
      alarms: alarmsOf(alarms, member),
      excluded: undefined,
    },
    // Free pages travel too: of members that are otherwise alike, the one with the smallest file is the quickest.
    order: [0, ...places, status.dbSize, member.name, member.id],
  };
}

function warningsOf(
  member: Member,
  { version, errors }: MemberStatus,
  alarms: readonly Alarm[] | EtcdError,
): string[] {
  const told = errors.filter((error) => !/NOSPACE|CORRUPT/.test(error));
  return [
    hasAlarm(alarms, member, 'CORRUPT') &&
      'etcd has raised a CORRUPT alarm: the members hold different data, and this one may hold the wrong data.',
    hasAlarm(alarms, member, 'NOSPACE') &&
      'etcd has raised a NOSPACE alarm: the cluster takes no writes, and a restored one will not either until it is disarmed.',
    /^3\.5\.[0-2]$/.test(version) &&
      `etcd ${version} can lose consistency between members when it is killed: update to 3.5.3 or later.`,
    told.length > 0 && `The member reports: ${told.join('; ')}.`,
    alarms instanceof EtcdError && `The alarms could not be read: ${alarms.message}`,
  ].filter((warning) => warning !== false);
}

function hasAlarm(alarms: readonly Alarm[] | EtcdError, member: Member, type: Alarm['type']): boolean {
  return alarmsOf(alarms, member).includes(type);
}

/** An alarm whose member etcd could not tell concerns them all. */
function alarmsOf(alarms: readonly Alarm[] | EtcdError, member: Member): Alarm['type'][] {
  if (alarms instanceof EtcdError) return [];
  return alarms.filter(({ memberId }) => memberId === member.id || memberId === '0').map(({ type }) => type);
}

function compare(one: Ordered['order'], other: Ordered['order']): number {
  for (const [index, value] of one.entries()) {
    const against = other[index];
    if (against === undefined || value === against) continue;
    return value < against ? -1 : 1;
  }
  return 0;
}
