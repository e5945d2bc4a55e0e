import {
  listClusters,
  listSnapshots,
  type KeyRing,
  type SnapshotSummary,
  type Store,
  type UnreadableSnapshot,
} from '@etcd-kloset/kloset';

/** How well one cluster is backed up. */
export interface ClusterState {
  readonly cluster: string;
  readonly newest: SnapshotSummary | undefined;
  readonly newestProven: SnapshotSummary | undefined;
  /** Milliseconds since the newest proven snapshot was taken. */
  readonly ageMs: number | undefined;
  readonly state: 'ok' | 'too-old' | 'missing' | 'in-the-future';
}

export interface ClusterStates {
  /** By name. */
  readonly clusters: readonly ClusterState[];
  readonly unreadable: readonly UnreadableSnapshot[];
}

/** A snapshot that claims to be from later than this hides that none is made any more. */
const MOST_SKEW_MS = 5 * 60 * 1000;

/**
 * The newest proven backup of each cluster, held against the age it may have.
 *
 * @param options.maxAgeMs undefined: any age will do, as long as there is one
 * @param options.cluster only this one, which is `missing` when the store does not know it
 */
export async function clusterStates(
  store: Store,
  ring: KeyRing,
  options: {
    readonly maxAgeMs?: number | undefined;
    readonly cluster?: string | undefined;
    readonly now: Date;
  },
): Promise<ClusterStates> {
  const { cluster: only } = options;
  // Fails for a cluster that the key is not good for, and before anything is read.
  if (only !== undefined) ring.clusterIdOf(only);
  const named = (await listClusters(store, ring)).filter(({ name }) => only === undefined || name === only);
  const { snapshots, unreadable } = await listSnapshots(named.map(({ cluster }) => cluster));
  const names = only !== undefined && named.length === 0 ? [only] : named.map(({ name }) => name);
  const idOf = new Map(named.map(({ cluster, name }) => [name, cluster.id]));
  const clusters = names.map((name) =>
    stateOf(
      name,
      snapshots.filter(({ cluster }) => cluster.id === idOf.get(name)).map(({ summary }) => summary),
      options,
    ),
  );
  return { clusters, unreadable };
}

function stateOf(
  cluster: string,
  oldestFirst: readonly SnapshotSummary[],
  { maxAgeMs, now }: { readonly maxAgeMs?: number | undefined; readonly now: Date },
): ClusterState {
  const newest = oldestFirst.at(-1);
  const newestProven = oldestFirst.findLast(({ proof }) => proof === 'proven');
  if (newestProven === undefined) {
    return { cluster, newest, newestProven, ageMs: undefined, state: 'missing' };
  }
  const ageMs = now.getTime() - Date.parse(newestProven.time);
  const state =
    ageMs < -MOST_SKEW_MS ? 'in-the-future' : maxAgeMs !== undefined && ageMs > maxAgeMs ? 'too-old' : 'ok';
  return { cluster, newest, newestProven, ageMs, state };
}
