import { type KeyRing } from '@etcd-kloset/kloset';
import { UsageError } from '../usage-error.ts';

/** The cluster that is meant: the named one, else the one that the key is good for. @throws UsageError */
export function clusterOf(named: string | undefined, ring: KeyRing): string {
  const name = named ?? ring.clusterOnly?.name;
  if (name === undefined) {
    throw new UsageError(
      '--cluster is missing: the name that the cluster has in the store.',
      'Give --cluster NAME, or set ETCD_KLOSET_CLUSTER.',
    );
  }
  return name;
}
