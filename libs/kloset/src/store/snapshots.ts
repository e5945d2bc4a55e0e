import { KlosetStoreError } from '../errors.ts';
import { type KeyRing } from '../keys/index.ts';
import { type SnapshotSummary } from '../format/summary.ts';
import { clusterById, clusterByName, listCluster, readSummary, type Cluster } from './cluster.ts';
import { listClusters, reachableClusters } from './cluster-config.ts';
import { type Store } from './store.ts';

/** A record that is there and cannot be read: never passed over in silence. */
export interface UnreadableSnapshot {
  readonly cluster: Cluster;
  readonly id: string;
  readonly error: unknown;
}

export interface SnapshotList {
  /** Oldest first. */
  readonly snapshots: readonly { readonly cluster: Cluster; readonly summary: SnapshotSummary }[];
  readonly unreadable: readonly UnreadableSnapshot[];
}

/** The clusters that are meant: the named one, or all that the key sees, those too whose name is lost. */
export async function selectClusters(store: Store, ring: KeyRing, name?: string): Promise<Cluster[]> {
  if (name !== undefined) return [clusterByName(store, ring, name)];
  return (await reachableClusters(store, ring)).map((id) => clusterById(store, ring, id));
}

/** Every snapshot of the clusters, by time. */
export async function listSnapshots(clusters: readonly Cluster[]): Promise<SnapshotList> {
  const snapshots: { cluster: Cluster; summary: SnapshotSummary }[] = [];
  const unreadable: UnreadableSnapshot[] = [];
  for (const cluster of clusters) {
    for (const id of (await listCluster(cluster)).snapshots) {
      try {
        snapshots.push({ cluster, summary: await readSummary(cluster, id) });
      } catch (error) {
        unreadable.push({ cluster, id, error });
      }
    }
  }
  snapshots.sort((a, b) => (a.summary.id < b.summary.id ? -1 : 1));
  return { snapshots, unreadable };
}

/**
 * Finds the snapshot that is meant by `latest`, an id, or the beginning of one.
 *
 * @throws `snapshot.none`, `snapshot.not-found`, `snapshot.ambiguous`
 */
export async function findSnapshot(
  store: Store,
  ring: KeyRing,
  reference: string,
  clusterName?: string,
): Promise<{ cluster: Cluster; id: string }> {
  const clusters = await selectClusters(store, ring, clusterName);
  const all: { cluster: Cluster; id: string }[] = [];
  for (const cluster of clusters) {
    for (const id of (await listCluster(cluster)).snapshots) all.push({ cluster, id });
  }
  const where =
    clusterName === undefined ? `the store ${store.storage.url}` : `cluster ${JSON.stringify(clusterName)}`;
  if (all.length === 0) {
    throw new KlosetStoreError('snapshot.none', `there is no snapshot in ${where}`, {
      advice: 'See `etcd-kloset snapshots` for what there is; cluster names are case-sensitive.',
    });
  }
  if (reference === 'latest') {
    const holders = new Set(all.map(({ cluster }) => cluster.id));
    if (holders.size > 1) {
      throw new KlosetStoreError(
        'snapshot.ambiguous',
        `${where} holds snapshots of ${holders.size} clusters: "latest" could be of any`,
        {
          advice: `Name the cluster with --cluster: ${await namesOf(store, ring, holders)}.`,
        },
      );
    }
    return all.reduce((newest, each) => (each.id > newest.id ? each : newest));
  }
  const exact = all.filter(({ id }) => id === reference.toLowerCase());
  const matches = exact.length > 0 ? exact : all.filter(({ id }) => id.startsWith(reference.toLowerCase()));
  if (matches.length === 0) {
    throw new KlosetStoreError(
      'snapshot.not-found',
      `no snapshot in ${where} has an id that begins with ${JSON.stringify(reference)}`,
      {
        advice: 'See `etcd-kloset snapshots` for the ids.',
      },
    );
  }
  if (matches.length > 1) {
    const ids = [...new Set(matches.map(({ id }) => id))].sort();
    throw new KlosetStoreError(
      'snapshot.ambiguous',
      `${matches.length} snapshots begin with ${JSON.stringify(reference)}: ${
        ids.slice(0, 5).join(', ') + (ids.length > 5 ? ', …' : '')
      }`,
      {
        advice: 'Give more of the id.',
      },
    );
  }
  return matches[0]!;
}

async function namesOf(store: Store, ring: KeyRing, ids: ReadonlySet<string>): Promise<string> {
  const named = (await listClusters(store, ring)).filter(({ cluster }) => ids.has(cluster.id));
  return named.map(({ name }) => name).join(', ');
}
