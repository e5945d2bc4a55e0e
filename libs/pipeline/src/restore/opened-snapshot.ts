import {
  findSnapshot,
  mapOf,
  readPlainRecord,
  summaryOf,
  type Cluster,
  type KeyRing,
  type SnapshotMap,
  type SnapshotSummary,
  type Store,
} from '@etcd-kloset/kloset';

/** A snapshot whose record was read. */
export interface OpenedSnapshot {
  readonly cluster: Cluster;
  readonly summary: SnapshotSummary;
  readonly map: SnapshotMap;
}

/**
 * @param reference `latest`, an id or the beginning of one
 * @throws KlosetStoreError
 */
export async function openSnapshot(
  store: Store,
  ring: KeyRing,
  reference: string,
  clusterName?: string,
): Promise<OpenedSnapshot> {
  const { cluster, id } = await findSnapshot(store, ring, reference, clusterName);
  const record = await readPlainRecord(cluster, id);
  return { cluster, summary: summaryOf(cluster, id, record), map: mapOf(cluster, id, record) };
}
