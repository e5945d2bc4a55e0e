import {
  clusterPrefix,
  listClusters,
  listSnapshots,
  parseName,
  type KeyRing,
  type Store,
  type UnreadableSnapshot,
} from '@etcd-kloset/kloset';

export interface Sizes {
  readonly snapshots: number;
  /** Bytes that etcd sent, all snapshots together: what keeping each file would take. */
  readonly streamed: number;
  /** Bytes of all objects. */
  readonly kept: number;
  readonly objects: number;
}

export interface ClusterSizes extends Sizes {
  readonly cluster: string;
}

export interface StoreSizes {
  /** By name; those that the key sees. */
  readonly clusters: readonly ClusterSizes[];
  /** Of the whole store, key files and what has no cluster included; with a key of one cluster, of that one. */
  readonly total: Sizes;
  readonly unreadable: readonly UnreadableSnapshot[];
}

/** What snapshots take and what they would take, from one listing of all objects and the summaries. */
export async function storeSizes(
  store: Store,
  ring: KeyRing,
  options: { readonly cluster?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<StoreSizes> {
  const only = options.cluster === undefined ? ring.clusterOnly?.id : ring.clusterIdOf(options.cluster);
  const named = (await listClusters(store, ring)).filter(
    ({ cluster }) => only === undefined || cluster.id === only,
  );
  const { snapshots, unreadable } = await listSnapshots(named.map(({ cluster }) => cluster));
  const kept = await keptByCluster(store, only, options.signal);

  const clusters = named.map(({ cluster: { id }, name }): ClusterSizes => {
    const own = snapshots.filter(({ cluster }) => cluster.id === id);
    return {
      cluster: name,
      snapshots: own.length,
      streamed: own.reduce((sum, { summary }) => sum + summary.bytes.stream, 0),
      ...(kept.get(id) ?? { kept: 0, objects: 0 }),
    };
  });
  const all = [...kept.values()];
  return {
    clusters,
    total: {
      snapshots: snapshots.length,
      streamed: clusters.reduce((sum, { streamed }) => sum + streamed, 0),
      kept: all.reduce((sum, each) => sum + each.kept, 0),
      objects: all.reduce((sum, { objects }) => sum + objects, 0),
    },
    unreadable,
  };
}

/** By the id of the cluster; '' for what belongs to the store itself. */
async function keptByCluster(
  { storage }: Store,
  only: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Map<string, { kept: number; objects: number }>> {
  const kept = new Map<string, { kept: number; objects: number }>();
  for await (const { name, size } of storage.list(only === undefined ? '' : clusterPrefix(only), {
    signal,
  })) {
    const { cluster } = parseName(name);
    const sizes = kept.get(cluster) ?? { kept: 0, objects: 0 };
    kept.set(cluster, sizes);
    sizes.kept += size;
    sizes.objects++;
  }
  return kept;
}
