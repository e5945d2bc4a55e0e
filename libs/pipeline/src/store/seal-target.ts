import { type Cluster } from '@etcd-kloset/kloset';
import { type SealTarget } from '../threads/thread-messages.ts';

/** Zstandard's. More would take longer than it saves: at level 6 six per cent smaller in three times the time. */
export const CHUNK_LEVEL = 3;

/**
 * To whom chunks of a cluster are sealed.
 *
 * @param epoch Default: the current key epoch
 * @throws KlosetStoreError `key.needs-writer`, `key.epoch`
 */
export function sealTarget(
  { ring, id }: Pick<Cluster, 'ring' | 'id'>,
  epoch: number = ring.epoch,
): SealTarget {
  return { publicKey: ring.dataPublicKey(epoch), store: ring.store, cluster: id, epoch };
}
