import { isKlosetError } from '@etcd-kloset/errors';
import { probeCluster } from '@etcd-kloset/pipeline';
import { type Boot, connectionOf, type RegisteredCluster } from '@etcd-kloset/platform';
import { type ProbeView } from '../contract/schemas/cluster.ts';
import { failureOf } from '../stores/store-views.ts';

/** Somebody waits for the answer. */
const PATIENCE_MS = 20_000;

/** Asks a cluster how it is. That it cannot be reached is an answer too. */
export async function probeView(boot: Pick<Boot, 'config'>, cluster: RegisteredCluster): Promise<ProbeView> {
  try {
    const connection = await connectionOf(cluster, boot.config.secrets.folder);
    const probe = await probeCluster(connection, AbortSignal.timeout(PATIENCE_MS));
    const { members, alarms, errors } = probe;
    return {
      reachable: true,
      ...probe,
      members: members.map((member) => ({
        ...member,
        clientUrls: [...member.clientUrls],
        peerUrls: [...member.peerUrls],
        status: member.status && { ...member.status, errors: [...member.status.errors] },
        alarms: [...member.alarms],
      })),
      alarms: alarms && [...alarms],
      errors: [...errors],
    };
  } catch (error) {
    if (!isKlosetError(error) && !isTimeout(error)) throw error;
    return {
      reachable: false,
      error: isTimeout(error) ? TOO_SLOW : failureOf(error),
      members: [],
      errors: [],
    };
  }
}

const TOO_SLOW = {
  code: 'etcd.timeout',
  message: `The cluster did not answer within ${PATIENCE_MS / 1000} s.`,
  advice: 'Check its endpoints, and whether a firewall is in between.',
};

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}
