import { clusterIds, KlosetStoreError, type KeyRing, type Store } from '@etcd-kloset/kloset';

/**
 * Whoever names a cluster that is not there has mistyped it. A store that has no clusters at all is only new.
 *
 * @throws KlosetStoreError `store.no-such-cluster`, `key.wrong-cluster`
 */
export async function requireCluster(store: Store, ring: KeyRing, name: string | undefined): Promise<void> {
  if (name === undefined) return;
  const wanted = ring.clusterIdOf(name);
  const ids = await clusterIds(store);
  if (ids.length === 0 || ids.includes(wanted)) return;
  throw new KlosetStoreError(
    'store.no-such-cluster',
    `there is no cluster ${JSON.stringify(name)} in the store ${store.storage.url}`,
    { advice: 'Cluster names are case-sensitive; see `etcd-kloset snapshots` for what there is.' },
  );
}
