import { type EtcdClient } from './client.ts';
import { type Alarm, type Member, type MemberStatus } from './cluster.ts';
import { EtcdError } from './etcd-error.ts';
import { type MemberView, rankMembers, type RankedMember } from './rank-members.ts';

/**
 * Asks every member how it is and ranks them as sources of a snapshot: those to use first, best first, then
 * those that cannot be used, with `excluded` set. A member that does not answer is no error here.
 *
 * @throws EtcdError if the members cannot be listed
 */
export async function chooseMembers(client: EtcdClient): Promise<RankedMember[]> {
  const [members, alarms] = await Promise.all([client.members(), alarmsOf(client)]);
  const views = await Promise.all(members.map((member) => viewOf(client, member)));
  return rankMembers(views, alarms);
}

async function viewOf(client: EtcdClient, member: Member): Promise<MemberView> {
  return { member, status: await resultOf(client.status(member)) };
}

function alarmsOf(client: EtcdClient): Promise<Alarm[] | EtcdError> {
  return resultOf(client.alarms());
}

async function resultOf<Value extends MemberStatus | Alarm[]>(
  asked: Promise<Value>,
): Promise<Value | EtcdError> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof EtcdError && error.code !== 'etcd.cancelled') return error;
    throw error;
  }
}
