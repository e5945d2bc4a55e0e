import { hash } from 'node:crypto';
import { type ClusterDefinition, type ClusterSchedule } from '@etcd-kloset/platform';

/**
 * How much later than its time a cluster's schedule begins: evenly spread over the jitter, always the same for one
 * cluster, so that its backups are as far apart as its schedule says.
 */
export function delayMsOf(
  { name, store }: Pick<ClusterDefinition, 'name' | 'store'>,
  { jitterSeconds }: Pick<ClusterSchedule, 'jitterSeconds'>,
): number {
  const digest = hash('sha256', `${store}/${name}`, 'buffer');
  return Math.floor((digest.readUIntBE(0, 6) / 2 ** 48) * jitterSeconds * 1000);
}
