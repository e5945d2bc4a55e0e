import {
  chunkName,
  listCluster,
  listClusters,
  listSnapshots,
  readPlainRecord,
  tableName,
  type Cluster,
  type KeyRing,
  type SnapshotSummary,
  type Store,
  type UnreadableSnapshot,
} from '@etcd-kloset/kloset';

/** How well one cluster is backed up. */
export interface ClusterState {
  readonly cluster: string;
  readonly newest: SnapshotSummary | undefined;
  /** Of those whose objects are all there. */
  readonly newestProven: SnapshotSummary | undefined;
  /** Proven ones that are newer and do not count: they cannot be restored. Newest first. */
  readonly incomplete: readonly IncompleteSnapshot[];
  /** Milliseconds since the newest proven snapshot was taken. */
  readonly ageMs: number | undefined;
  readonly state: 'ok' | 'too-old' | 'missing' | 'in-the-future';
}

/** A snapshot that needs objects which are not in the store, or not as large as it says. */
export interface IncompleteSnapshot {
  readonly id: string;
  /** Names of the objects. */
  readonly missing: readonly string[];
}

export interface ClusterStates {
  /** By name. */
  readonly clusters: readonly ClusterState[];
  readonly unreadable: readonly UnreadableSnapshot[];
}

/** A snapshot that claims to be from later than this hides that none is made any more. */
const MOST_SKEW_MS = 5 * 60 * 1000;

/**
 * The newest proven backup of each cluster, held against the age it may have. It counts when every object that it
 * needs is listed in its size; whether each is sound only a check tells.
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
  const byName = new Map(named.map(({ cluster, name }) => [name, cluster]));
  const clusters: ClusterState[] = [];
  for (const name of names) {
    const cluster = byName.get(name);
    const own = snapshots.filter((each) => each.cluster.id === cluster?.id).map(({ summary }) => summary);
    const complete = cluster === undefined ? noneComplete : await newestComplete(cluster, own);
    clusters.push(stateOf(name, own.at(-1), complete, options));
  }
  return { clusters, unreadable };
}

type Complete = Pick<ClusterState, 'newestProven' | 'incomplete'>;

const noneComplete: Complete = { newestProven: undefined, incomplete: [] };

async function newestComplete(cluster: Cluster, oldestFirst: readonly SnapshotSummary[]): Promise<Complete> {
  const proven = oldestFirst.filter(({ proof }) => proof === 'proven');
  if (proven.length === 0) return noneComplete;
  // After the records were read: what they need was there before them.
  const listing = await listCluster(cluster);
  const incomplete: IncompleteSnapshot[] = [];
  for (const summary of proven.reverse()) {
    const { needs } = await readPlainRecord(cluster, summary.id);
    const missing = needs
      .filter(
        ({ kind, digest, size }) => listing[kind === 'chunk' ? 'chunks' : 'tables'].get(digest) !== size,
      )
      .map(({ kind, digest }) => (kind === 'chunk' ? chunkName : tableName)(cluster.id, digest));
    if (missing.length === 0) return { newestProven: summary, incomplete };
    incomplete.push({ id: summary.id, missing });
  }
  return { newestProven: undefined, incomplete };
}

function stateOf(
  cluster: string,
  newest: SnapshotSummary | undefined,
  { newestProven, incomplete }: Complete,
  { maxAgeMs, now }: { readonly maxAgeMs?: number | undefined; readonly now: Date },
): ClusterState {
  if (newestProven === undefined) {
    return { cluster, newest, newestProven, incomplete, ageMs: undefined, state: 'missing' };
  }
  const ageMs = now.getTime() - Date.parse(newestProven.time);
  const state =
    ageMs < -MOST_SKEW_MS ? 'in-the-future' : maxAgeMs !== undefined && ageMs > maxAgeMs ? 'too-old' : 'ok';
  return { cluster, newest, newestProven, incomplete, ageMs, state };
}
