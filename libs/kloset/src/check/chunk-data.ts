import { crc32c } from '@etcd-kloset/mvcc';
import { decodeBlocksPayload } from '../format/blocks-payload.ts';
import { decodeBucketsPayload } from '../format/buckets-payload.ts';
import { chunkName, tableName } from '../format/names.ts';
import { type RowColumns } from '../format/row-columns.ts';
import { decodeRowsPayload } from '../format/rows-payload-reader.ts';
import { decodeColumns, type TableSection } from '../format/table.ts';
import { decodeHeader } from '../objects/header.ts';
import { openChunk, type OpenChunk } from '../objects/chunk-object.ts';
import { rowHasher, type HashRowInto } from '../seal/index.ts';
import { getObject, readTable, type Cluster } from '../store/cluster.ts';
import { noteDisagreement, type ChunkPlace, type ChunkPlaces } from './check-tables.ts';
import { note, type ClusterCheck } from './cluster-check.ts';
import { keyHashes, type KeyHashes } from './key-hashes.ts';
import { type MapClaims } from './map-claims.ts';
import { type NeededObjects } from './needed-objects.ts';
import { type DigestedObject } from './object-bytes.ts';
import { RowVerifier } from './verify-rows.ts';

/** What the hashes of snapshots need to know of a bucket besides `key`. */
export interface BucketFacts {
  readonly name: Uint8Array;
  readonly sequence: bigint;
  readonly rows: number;
  readonly bytes: number;
  /** CRC-32C of all its rows, one after the other. */
  readonly crc: number;
}

/** What was learned from open chunks. */
export interface ChunkData {
  readonly keys: KeyHashes;
  /** By the digest of the chunk. */
  readonly buckets: ReadonlyMap<string, readonly BucketFacts[]>;
  /** Opens a sound chunk and compares it with its table, when it has one. */
  verify(object: DigestedObject): Promise<void>;
  /** Where tables tell different things of a chunk that could not be read, says so. */
  noteUnasked(): void;
  open(digest: string, bytes: Uint8Array): OpenChunk;
}

export function chunkData(
  check: ClusterCheck,
  cluster: Cluster,
  claims: MapClaims,
  places: ChunkPlaces,
  temporaryFolder: string,
): ChunkData {
  const { store, ring, id } = cluster;
  const verifier = new RowVerifier();
  const keys = keyHashes(temporaryFolder);
  const buckets = new Map<string, readonly BucketFacts[]>();
  const asked = new Set<string>();
  const sectionOf = sectionReader(cluster, check.needs);
  const hasherOf = hashers(cluster);

  const open = (digest: string, bytes: Uint8Array): OpenChunk =>
    openChunk(
      bytes,
      (epoch) => ring.dataPrivateKey(epoch),
      { store: ring.store, cluster: id },
      chunkName(id, digest),
    );

  const verify = async ({ name, digest, size, head, bytes }: DigestedObject): Promise<void> => {
    const kind = claims.kindOf(digest);
    // What no map names is needed by nobody, or by a record that could not be opened.
    if (kind === undefined) return;
    const chunk = open(digest, bytes ?? (await getObject(store, name, size)));
    if (chunk.kind !== kind) {
      note(
        check,
        name,
        inconsistent(name, `it is a chunk of ${chunk.kind}, its snapshots take it for ${kind}`),
      );
      return;
    }
    // Rows are hashed when their chunk is made, with the id key of that epoch; sections move between tables.
    const hashRow = hasherOf(decodeHeader('KLC', head, name));
    const told = places.get(digest) ?? [undefined];
    const faults: { readonly place: ChunkPlace | undefined; readonly fault: string }[] = [];
    for (const place of told) {
      const fault = await contentFault(chunk, digest, place, hashRow);
      if (fault !== undefined) faults.push({ place, fault });
    }
    asked.add(digest);
    if (faults.length === told.length) note(check, name, inconsistent(name, faults[0]!.fault));
    else for (const { place, fault } of faults) noteTable(check, place!.table, digest, fault);
  };

  /** @returns what is not as the table says */
  const contentFault = async (
    chunk: OpenChunk,
    digest: string,
    place: ChunkPlace | undefined,
    hashRow: HashRowInto,
  ): Promise<string | undefined> => {
    switch (chunk.kind) {
      case 'buckets': {
        const facts = decodeBucketsPayload(chunk.index(), chunk.values()).map(factsOf);
        buckets.set(digest, facts);
        return undefined;
      }
      case 'blocks': {
        const blocks = decodeBlocksPayload(chunk.index(), chunk.values());
        // An attachment has no table; its own digest is compared with its snapshots.
        return place && verifier.blocks(blocks, await columnsAt(place), hashRow);
      }
      case 'rows': {
        const rows = decodeRowsPayload(chunk.index(), chunk.values());
        if (place === undefined) return undefined;
        const verified = verifier.rows(rows, await columnsAt(place), hashRow);
        if ('fault' in verified) return verified.fault;
        keys.put(digest, verified.keyHashes);
        return undefined;
      }
    }
  };
  const columnsAt = async (place: ChunkPlace): Promise<RowColumns> => decodeColumns(await sectionOf(place));
  const noteUnasked = (): void => {
    for (const digest of places.keys()) if (!asked.has(digest)) noteDisagreement(check, places, digest);
  };
  return { keys, buckets, verify, noteUnasked, open };
}

/** Of tables that tell different things of a sound chunk, one that is not right. */
function noteTable(check: ClusterCheck, table: string, chunk: string, fault: string): void {
  const name = tableName(check.id, table);
  note(check, name, {
    problem: 'inconsistent',
    message: `${name} does not tell what is in the chunk ${chunk}: ${fault}.`,
  });
}

/** Chunks come in the order of their tables: one table at a time is held. */
function sectionReader(cluster: Cluster, needs: NeededObjects): (place: ChunkPlace) => Promise<TableSection> {
  let held: { digest: string; sections: readonly TableSection[] } | undefined;
  return async ({ table, section }) => {
    if (held?.digest !== table) {
      const sections = await readTable(cluster, table, needs.get('table', table)?.size);
      held = { digest: table, sections };
    }
    return held.sections[section]!;
  };
}

function hashers({ ring, id }: Cluster): (epoch: number) => HashRowInto {
  const made = new Map<number, HashRowInto>();
  return (epoch) => {
    let hasher = made.get(epoch);
    if (hasher === undefined) made.set(epoch, (hasher = rowHasher(ring.idKey(id, epoch))));
    return hasher;
  };
}

function factsOf({ name, sequence, rows }: ReturnType<typeof decodeBucketsPayload>[number]): BucketFacts {
  let crc = 0;
  let bytes = 0;
  for (const { key, value } of rows) {
    crc = crc32c(value, crc32c(key, crc));
    bytes += key.length + value.length;
  }
  return { name: Uint8Array.from(name), sequence, rows: rows.length, bytes, crc };
}

function inconsistent(name: string, fault: string) {
  return {
    problem: 'inconsistent',
    message: `${name} is not what its snapshots were made of: ${fault}.`,
  } as const;
}

/** Chunks by table and section, so that each table is read once; those without one come last. */
export function byPlace(places: ChunkPlaces): (a: string, b: string) => number {
  const key = (digest: string): string => {
    const place = places.get(digest)?.[0];
    return place === undefined ? `~${digest}` : `${place.table} ${String(place.section).padStart(8, '0')}`;
  };
  return (a, b) => (key(a) < key(b) ? -1 : 1);
}
