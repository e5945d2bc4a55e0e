import { parseName } from '@etcd-kloset/kloset';
import { type OpenedStore } from '@etcd-kloset/platform';

export interface Measures {
  readonly objects: number;
  readonly kept: number;
}

export interface StoreMeasures {
  readonly at: Date;
  /** By the name of the cluster's folder; '' for what belongs to the store itself. */
  readonly folders: ReadonlyMap<string, Measures>;
}

/** Counts all objects of a store, and their bytes. */
export async function measureStore(
  { store, ring }: OpenedStore,
  signal: AbortSignal,
): Promise<StoreMeasures> {
  const folders = new Map<string, { objects: number; kept: number }>();
  const prefix = ring.clusterOnly === undefined ? '' : `clusters/${ring.clusterOnly.id}/`;
  for await (const { name, size } of store.storage.list(prefix, { signal })) {
    const { cluster } = parseName(name);
    const sums = folders.get(cluster) ?? { objects: 0, kept: 0 };
    folders.set(cluster, sums);
    sums.objects++;
    sums.kept += size;
  }
  return { at: new Date(), folders };
}
