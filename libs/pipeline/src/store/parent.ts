import {
  damagedObjects,
  listCluster,
  mapOf,
  readPlainRecord,
  summaryOf,
  type Cluster,
  type ClusterListing,
  type NeededObject,
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
  /** All chunks of the parent that can be counted on, those of attachments too: bytes, by digest. */
  readonly soundChunks: ReadonlyMap<string, number>;
}

/**
 * The newest snapshot of the cluster that can be read, and those of its chunks that can be counted on.
 * What cannot is left out: its rows are stored again. So is everything of another key epoch: its tables hold
 * hashes made with another key, which say nothing of ours; and a snapshot needs objects of one epoch only.
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
      if (record.epoch !== cluster.ring.epoch) {
        warn(`the keys were rotated since snapshot ${id}: everything is stored again under the new ones`);
        return { listing, summary, map, chunks: [], soundChunks: new Map() };
      }
      const sound = (kind: NeededObject['kind']) => soundObjects(record.needs, kind, listing, damaged);
      const soundChunks = sound('chunk');
      const soundTables = sound('table');
      const ofEncoding = summary.encoding === encoding ? map.rowChunks : [];
      const chunks = ofEncoding.filter(
        ({ digest, table }) => soundChunks.has(digest) && soundTables.has(table),
      );
      const lost = ofEncoding.length - chunks.length;
      if (lost > 0) {
        warn(`${lost} chunks of snapshot ${id} are missing or damaged: their rows are stored again`);
      }
      return { listing, summary, map, chunks, soundChunks };
    } catch (error) {
      warn(`snapshot ${id} cannot be built on: ${(error as Error).message}`);
    }
  }
  return { listing, summary: undefined, map: undefined, chunks: [], soundChunks: new Map() };
}

/** Bytes, by digest. */
function soundObjects(
  needs: readonly NeededObject[],
  wanted: NeededObject['kind'],
  { chunks, tables }: ClusterListing,
  damaged: ReadonlySet<string>,
): Map<string, number> {
  const listed = wanted === 'chunk' ? chunks : tables;
  return new Map(
    needs
      .filter(
        ({ kind, digest, size }) => kind === wanted && listed.get(digest) === size && !damaged.has(digest),
      )
      .map(({ digest, size }) => [digest, size]),
  );
}
