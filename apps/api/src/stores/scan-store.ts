import {
  clusterById,
  clusterIds,
  clusterPrefix,
  KlosetStoreError,
  readSummary,
  type SnapshotSummary,
} from '@etcd-kloset/kloset';
import { type OpenedStore } from '@etcd-kloset/platform';
import { type SnapshotView } from '../contract/schemas/snapshot.ts';
import { inParallel } from './in-parallel.ts';

/** The snapshots of one cluster in one store, by id. */
export interface ClusterSnapshots {
  readonly cluster: string;
  readonly snapshots: ReadonlyMap<string, SnapshotView>;
}

/** What is in a store, as far as lists tell it. Never changed: each scan makes a new one. */
export interface StoreContents {
  /** By the name of the cluster's folder. */
  readonly clusters: ReadonlyMap<string, ClusterSnapshots>;
  /** Records that are there and cannot be read, as `<folder>/<id>`. */
  readonly unreadable: ReadonlySet<string>;
}

export const NOTHING: StoreContents = { clusters: new Map(), unreadable: new Set() };

const READS_AT_ONCE = 8;

/** Lists the records of a store, and reads those that `before` does not have: records never change. */
export async function scanStore(
  opened: OpenedStore,
  before: StoreContents,
  signal: AbortSignal,
): Promise<StoreContents> {
  const { store, ring } = opened;
  const folders = ring.clusterOnly === undefined ? await clusterIds(store) : [ring.clusterOnly.id];
  const clusters = new Map<string, ClusterSnapshots>();
  const unreadable = new Set<string>();
  for (const folder of folders) {
    const found = await scanFolder(opened, folder, before, signal);
    if (found.cluster !== undefined) clusters.set(folder, found.cluster);
    for (const each of found.unreadable) unreadable.add(each);
  }
  return { clusters, unreadable };
}

/** The same for one cluster: a backup of it has just been committed. */
export async function scanCluster(
  opened: OpenedStore,
  name: string,
  before: StoreContents,
  signal: AbortSignal,
): Promise<StoreContents> {
  const folder = opened.ring.clusterIdOf(name);
  const found = await scanFolder(opened, folder, before, signal);
  const clusters = new Map(before.clusters);
  if (found.cluster !== undefined) clusters.set(folder, found.cluster);
  const others = [...before.unreadable].filter((each) => !each.startsWith(`${folder}/`));
  return { clusters, unreadable: new Set([...others, ...found.unreadable]) };
}

async function scanFolder(
  opened: OpenedStore,
  folder: string,
  before: StoreContents,
  signal: AbortSignal,
): Promise<{ readonly cluster: ClusterSnapshots | undefined; readonly unreadable: readonly string[] }> {
  const known = before.clusters.get(folder)?.snapshots ?? new Map<string, SnapshotView>();
  const ids = await recordsOf(opened, folder, signal);
  const found = await inParallel(ids, READS_AT_ONCE, async (id) => {
    signal.throwIfAborted();
    return known.get(id) ?? (await readView(opened, folder, id));
  });
  const snapshots = new Map<string, SnapshotView>();
  const unreadable: string[] = [];
  for (const [at, id] of ids.entries()) {
    const view = found[at];
    if (view === undefined) unreadable.push(`${folder}/${id}`);
    else snapshots.set(id, view);
  }
  const [first] = snapshots.values();
  return { cluster: first && { cluster: first.cluster, snapshots }, unreadable };
}

async function recordsOf({ store }: OpenedStore, folder: string, signal: AbortSignal): Promise<string[]> {
  const prefix = `${clusterPrefix(folder)}snapshots/`;
  const ids: string[] = [];
  for await (const { name } of store.storage.list(prefix, { signal })) {
    const id = name.slice(prefix.length);
    if (/^[0-9]{8}t[0-9]{9}z-[0-9a-f]{8}$/.test(id)) ids.push(id);
  }
  return ids;
}

/** Undefined for a record that cannot be read: it is counted, and read again the next time. */
async function readView(
  { store, ring, config }: OpenedStore,
  folder: string,
  id: string,
): Promise<SnapshotView | undefined> {
  try {
    return viewOf(await readSummary(clusterById(store, ring, folder), id), config.name);
  } catch (error) {
    if (error instanceof KlosetStoreError) return undefined;
    throw error;
  }
}

/** What a list tells of a snapshot. */
export function viewOf(summary: SnapshotSummary, store: string): SnapshotView {
  const { id, cluster, time, revision, proof, proofReason, rows, bytes, labels, warnings, encoding } =
    summary;
  return { id, cluster, store, time, revision, proof, proofReason, rows, bytes, labels, warnings, encoding };
}
