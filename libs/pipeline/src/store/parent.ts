import {
  damagedObjects,
  listCluster,
  mapOf,
  readPlainRecord,
  summaryOf,
  type Cluster,
  type ClusterListing,
  type RowChunk,
  type SnapshotMap,
  type SnapshotSummary,
} from '@etcd-kloset/kloset';

/** What a backup finds in the store and builds on. */
export interface Parent {
  readonly listing: ClusterListing;
  readonly summary: SnapshotSummary | undefined;
  readonly map: SnapshotMap | undefined;
  /** Row chunks of the parent that can be counted on: there, whole, not found damaged; and so is their table. */
  readonly chunks: readonly RowChunk[];
}

/**
 * The newest snapshot of the cluster that can be read, and those of its chunks that can be counted on.
 * What cannot is left out: its rows are stored again.
 */
export async function findParent(
  cluster: Cluster,
  encoding: SnapshotSummary['encoding'],
  warn: (warning: string) => void,
): Promise<Parent> {
  const listing = await listCluster(cluster);
  const damaged = await damagedObjects(cluster, listing.notes, (note, error) => {
    warn(`note ${note} cannot be read: ${(error as Error).message}`);
  });
  for (const id of [...listing.snapshots].reverse()) {
    try {
      const record = await readPlainRecord(cluster, id);
      const summary = summaryOf(cluster, id, record);
      const map = mapOf(cluster, id, record);
      const sound = soundObjects(listing, damaged, map);
      const chunks = summary.encoding === encoding ? map.rowChunks.filter(sound) : [];
      if (chunks.length < map.rowChunks.length && summary.encoding === encoding) {
        const lost = map.rowChunks.length - chunks.length;
        warn(`${lost} chunks of snapshot ${id} are missing or damaged: their rows are stored again`);
      }
      return { listing, summary, map, chunks };
    } catch (error) {
      warn(`snapshot ${id} cannot be built on: ${(error as Error).message}`);
    }
  }
  return { listing, summary: undefined, map: undefined, chunks: [] };
}

function soundObjects(
  { chunks, tables }: ClusterListing,
  damaged: ReadonlySet<string>,
  map: SnapshotMap,
): (chunk: RowChunk) => boolean {
  const tableSizes = new Map(map.tables.map(({ digest, size }) => [digest, size]));
  return ({ digest, objectSize, table }) =>
    chunks.get(digest) === objectSize &&
    tables.get(table) === tableSizes.get(table) &&
    !damaged.has(digest) &&
    !damaged.has(table);
}
