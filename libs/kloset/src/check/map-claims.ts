import { type RowChunk, type SnapshotMap } from '../format/snapshot-map.ts';
import { type SnapshotSummary } from '../format/summary.ts';
import { type ChunkKind } from '../objects/chunk-object.ts';

/** What a record says of a chunk of rows: to be compared with the table that tells of it. */
export interface Claim extends Omit<RowChunk, 'live' | 'table'> {
  /** The first snapshot that says so. */
  readonly snapshot: string;
}

/** What the maps of all snapshots of a cluster say, each thing once. */
export interface MapClaims {
  add(snapshot: string, summary: SnapshotSummary, map: SnapshotMap): void;
  ofTable(digest: string): readonly Claim[];
  /** What kind of chunk it must be; undefined for one that no map names. */
  kindOf(chunk: string): ChunkKind | undefined;
  /** Chunks that maps take for different kinds, and a snapshot that is not of one mind with an older one. */
  readonly contradictions: readonly { readonly chunk: string; readonly snapshot: string }[];
}

export function mapClaims(): MapClaims {
  const claims = new Map<string, Map<string, Claim>>();
  const kinds = new Map<string, ChunkKind>();
  const contradictions: { chunk: string; snapshot: string }[] = [];

  const mark = (chunk: string, kind: ChunkKind, snapshot: string): void => {
    const known = kinds.get(chunk) ?? kind;
    kinds.set(chunk, known);
    if (known !== kind) contradictions.push({ chunk, snapshot });
  };
  return {
    contradictions,
    add(snapshot, { encoding, attachments }, map) {
      for (const { table, live: _, ...chunk } of map.rowChunks) {
        mark(chunk.digest, encoding === 'rows' ? 'rows' : 'blocks', snapshot);
        const key = JSON.stringify(Object.values(chunk));
        const ofTable = claims.get(table) ?? new Map<string, Claim>();
        claims.set(table, ofTable);
        if (!ofTable.has(key)) ofTable.set(key, { ...chunk, snapshot });
      }
      for (const { digest } of map.bucketChunks) mark(digest, 'buckets', snapshot);
      for (const digest of attachments.flatMap(({ chunks }) => chunks)) mark(digest, 'blocks', snapshot);
    },
    ofTable: (digest) => [...(claims.get(digest)?.values() ?? [])],
    kindOf: (chunk) => kinds.get(chunk),
  };
}
