import {
  chunkName,
  clusterById,
  clusterPrefix,
  KlosetStoreError,
  parseName,
  readPlainRecord,
  tableName,
} from '@etcd-kloset/kloset';
import { type OpenedStore } from '@etcd-kloset/platform';
import { inParallel } from './in-parallel.ts';

export interface Measures {
  readonly objects: number;
  readonly kept: number;
}

export interface StoreMeasures {
  readonly at: Date;
  /** By the name of the cluster's folder; '' for what belongs to the store itself. */
  readonly folders: ReadonlyMap<string, Measures>;
  /** Those of the snapshots that were asked for which need objects that are not there, or not in their size. */
  readonly incomplete: readonly SnapshotPlace[];
}

/** A snapshot, and the folder of its cluster. */
export interface SnapshotPlace {
  readonly folder: string;
  readonly id: string;
}

const READS_AT_ONCE = 8;

/**
 * Counts all objects of a store, and their bytes; and looks whether everything is there that some snapshots need. Whether
 * each object is sound only a check tells.
 */
export async function measureStore(
  opened: OpenedStore,
  snapshots: readonly SnapshotPlace[],
  signal: AbortSignal,
): Promise<StoreMeasures> {
  const { store, ring } = opened;
  const folders = new Map<string, { objects: number; kept: number }>();
  // Before the listing: what they need was there before them.
  const needed = await neededBy(opened, snapshots, signal);
  const prefix = ring.clusterOnly === undefined ? '' : clusterPrefix(ring.clusterOnly.id);
  for await (const { name, size } of store.storage.list(prefix, { signal })) {
    const { cluster } = parseName(name);
    const sums = folders.get(cluster) ?? { objects: 0, kept: 0 };
    folders.set(cluster, sums);
    sums.objects++;
    sums.kept += size;
    if (needed.get(name)?.size === size) needed.delete(name);
  }
  const incomplete = [...new Set([...needed.values()].map(({ by }) => by))];
  return { at: new Date(), folders, incomplete };
}

interface Needed {
  readonly size: number;
  readonly by: SnapshotPlace;
}

/** By name. Snapshots of different clusters share nothing. */
async function neededBy(
  { store, ring }: OpenedStore,
  snapshots: readonly SnapshotPlace[],
  signal: AbortSignal,
): Promise<Map<string, Needed>> {
  const needed = new Map<string, Needed>();
  await inParallel(snapshots, READS_AT_ONCE, async (by) => {
    signal.throwIfAborted();
    try {
      const { needs } = await readPlainRecord(clusterById(store, ring, by.folder), by.id);
      for (const { kind, digest, size } of needs) {
        needed.set((kind === 'chunk' ? chunkName : tableName)(by.folder, digest), { size, by });
      }
    } catch (error) {
      // It went meanwhile, or cannot be read: the next look through the store says so.
      if (!(error instanceof KlosetStoreError)) throw error;
    }
  });
  return needed;
}
