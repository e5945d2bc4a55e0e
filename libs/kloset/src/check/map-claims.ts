import { type RowChunk, type SnapshotMap } from '../format/snapshot-map.ts';
import { type SnapshotSummary } from '../format/summary.ts';
import { type ChunkKind } from '../objects/chunk-object.ts';

/** What records say of a chunk of rows: to be compared with the table that tells of it. */
export type Claim = Omit<RowChunk, 'live' | 'table'>;

/** What the maps of all snapshots of a cluster say, each thing once. */
export interface MapClaims {
  add(snapshot: string, summary: SnapshotSummary, map: SnapshotMap): void;
  ofTable(digest: string): readonly Claim[];
  /** To be told of a claim that the table does not bear out. */
  refute(table: string, claim: Claim): void;
  readonly isAnyRefuted: boolean;
  /** The first chunk of a map that it claims something refuted of. */
  refutedIn(map: SnapshotMap): RowChunk | undefined;
  /** What kind of chunk it must be; undefined for one that no map names. */
  kindOf(chunk: string): ChunkKind | undefined;
  /** Chunks that maps take for different kinds, and a snapshot that is not of one mind with an older one. */
  readonly contradictions: readonly { readonly chunk: string; readonly snapshot: string }[];
}

export function mapClaims(): MapClaims {
  const claims = new Map<string, Map<string, Claim>>();
  const refuted = new Set<string>();
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
      for (const { table, live: _, ...claim } of map.rowChunks) {
        mark(claim.digest, encoding === 'rows' ? 'rows' : 'blocks', snapshot);
        const ofTable = claims.get(table) ?? new Map<string, Claim>();
        claims.set(table, ofTable);
        const key = keyOf(claim);
        if (!ofTable.has(key)) ofTable.set(key, claim);
      }
      for (const { digest } of map.bucketChunks) mark(digest, 'buckets', snapshot);
      for (const digest of attachments.flatMap(({ chunks }) => chunks)) mark(digest, 'blocks', snapshot);
    },
    ofTable: (digest) => [...(claims.get(digest)?.values() ?? [])],
    refute: (table, claim) => refuted.add(`${table} ${keyOf(claim)}`),
    get isAnyRefuted() {
      return refuted.size > 0;
    },
    refutedIn: ({ rowChunks }) => rowChunks.find((chunk) => refuted.has(`${chunk.table} ${keyOf(chunk)}`)),
    kindOf: (chunk) => kinds.get(chunk),
  };
}

function keyOf({ digest, objectSize, section, rows, plainBytes, firstMain, firstSub }: Claim): string {
  return JSON.stringify([digest, objectSize, section, rows, plainBytes, firstMain, firstSub]);
}
