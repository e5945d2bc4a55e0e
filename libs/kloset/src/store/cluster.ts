import { hash } from 'node:crypto';
import { StorageError } from '@etcd-kloset/storage';
import { KlosetStoreError } from '../errors.ts';
import { type SnapshotMap } from '../format/snapshot-map.ts';
import { chunkName, clusterPrefix, parseName, snapshotName, tableName } from '../format/names.ts';
import { type SnapshotSummary } from '../format/summary.ts';
import { decodeTable, encodeTable, type TableSection } from '../format/table.ts';
import { type KeyRing } from '../keys/index.ts';
import { openObject, sealObject } from '../objects/metadata-object.ts';
import { openMap, openSummary, readRecord, type PlainRecord } from '../objects/record-object.ts';
import { type Store } from './store.ts';

/** One cluster's part of a store, with the keys that were given. */
export interface Cluster {
  readonly store: Store;
  readonly ring: KeyRing;
  /** The name of its folder: 32 hex digits. */
  readonly id: string;
}

export function clusterById(store: Store, ring: KeyRing, id: string): Cluster {
  return { store, ring, id };
}

/** @throws `key.wrong-cluster` when the key is another cluster's. */
export function clusterByName(store: Store, ring: KeyRing, name: string): Cluster {
  return { store, ring, id: ring.clusterIdOf(name) };
}

/** The names of all that is in a cluster's folder. */
export interface ClusterListing {
  /** Bytes, by digest. */
  readonly chunks: ReadonlyMap<string, number>;
  readonly tables: ReadonlyMap<string, number>;
  /** Ids, oldest first. */
  readonly snapshots: readonly string[];
  readonly notes: readonly string[];
  readonly configs: readonly string[];
  /** Bytes of all objects. */
  readonly bytes: number;
}

export async function listCluster(
  { store, id }: Pick<Cluster, 'store' | 'id'>,
  signal?: AbortSignal,
): Promise<ClusterListing> {
  const chunks = new Map<string, number>();
  const tables = new Map<string, number>();
  const snapshots: string[] = [];
  const notes: string[] = [];
  const configs: string[] = [];
  let bytes = 0;
  for await (const object of store.storage.list(clusterPrefix(id), { signal })) {
    const name = parseName(object.name);
    bytes += object.size;
    if (name.kind === 'chunk') chunks.set(name.id, object.size);
    else if (name.kind === 'table') tables.set(name.id, object.size);
    else if (name.kind === 'snapshot') snapshots.push(name.id);
    else if (name.kind === 'note') notes.push(name.id);
    else if (name.kind === 'config') configs.push(name.id);
  }
  return { chunks, tables, snapshots: snapshots.sort(), notes: notes.sort(), configs: configs.sort(), bytes };
}

/** No record comes near it: that of ten thousand chunks has half a megabyte. */
export const MOST_RECORD_BYTES = 256 * 1024 * 1024;
/** Of a chunk or table whose size no record tells. */
const MOST_DIGESTED_BYTES = 1024 * 1024 * 1024;

/** The record as anybody can read it. @throws `object.missing`, `object.rotten`, `store.newer-format` */
export async function readPlainRecord(
  { store, id }: Pick<Cluster, 'store' | 'id'>,
  snapshot: string,
): Promise<PlainRecord> {
  const name = snapshotName(id, snapshot);
  return readRecord(await getObject(store, name, MOST_RECORD_BYTES), name);
}

export async function readSummary(cluster: Cluster, snapshot: string): Promise<SnapshotSummary> {
  return summaryOf(cluster, snapshot, await readPlainRecord(cluster, snapshot));
}

export function summaryOf(cluster: Cluster, snapshot: string, record: PlainRecord): SnapshotSummary {
  const name = snapshotName(cluster.id, snapshot);
  const summary = openSummary(cluster.ring, cluster.id, snapshot, record, name);
  if (summary.id !== snapshot) {
    throw new KlosetStoreError('object.malformed', `${name} tells of another snapshot, ${summary.id}`);
  }
  return summary;
}

export function mapOf(cluster: Cluster, snapshot: string, record: PlainRecord): SnapshotMap {
  return openMap(cluster.ring, cluster.id, snapshot, record, snapshotName(cluster.id, snapshot));
}

const TABLE = { magic: 'KLT', kind: 'table', id: '' } as const;

/**
 * @param maxBytes what its record, or its listing, says of its size: what is larger is not the table
 * @throws `object.missing`, `object.rotten`, `object.malformed`, `seal.does-not-open`
 */
export async function readTable(
  cluster: Cluster,
  digest: string,
  maxBytes: number = MOST_DIGESTED_BYTES,
): Promise<TableSection[]> {
  const bytes = await getByDigest(cluster.store, tableName(cluster.id, digest), digest, maxBytes);
  return openTable(cluster, digest, bytes);
}

/**
 * @param bytes the table's object, whose SHA-256 the caller has compared with its name
 * @throws `object.malformed`, `store.newer-format`, `seal.does-not-open`, `key.epoch`
 */
export function openTable(cluster: Cluster, digest: string, bytes: Uint8Array): TableSection[] {
  return decodeTable(openObject(cluster.ring, cluster.id, TABLE, bytes, tableName(cluster.id, digest)));
}

/** Seals a table; its digest is its name. */
export function sealTable(cluster: Cluster, sections: readonly TableSection[]): SealedObject {
  return sealedObject(sealObject(cluster.ring, cluster.id, TABLE, encodeTable(sections)));
}

/**
 * The sealed bytes of a chunk, compared with its name.
 *
 * @param maxBytes as for {@link readTable}
 * @throws `object.missing`, `object.rotten`
 */
export function readChunk(
  { store, id }: Pick<Cluster, 'store' | 'id'>,
  digest: string,
  maxBytes: number = MOST_DIGESTED_BYTES,
): Promise<Buffer> {
  return getByDigest(store, chunkName(id, digest), digest, maxBytes);
}

/** The same, for who compares it with its name elsewhere. @throws `object.missing`, `object.rotten` when it is larger */
export function readUnverifiedChunk(
  { store, id }: Pick<Cluster, 'store' | 'id'>,
  digest: string,
  maxBytes: number = MOST_DIGESTED_BYTES,
): Promise<Buffer> {
  return getObject(store, chunkName(id, digest), maxBytes);
}

/** An object ready to be put under its digest. */
export interface SealedObject {
  readonly digest: string;
  readonly size: number;
  readonly parts: readonly Uint8Array[];
}

export function sealedObject(parts: readonly Uint8Array[]): SealedObject {
  const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  return { digest: hash('sha256', bytes, 'hex'), size: bytes.length, parts: [bytes] };
}

/**
 * @param maxBytes whoever holds the store could put anything there, and fill memory with it
 * @throws KlosetStoreError `object.missing` and `object.rotten` instead of the storage's not-found and too-large
 */
export async function getObject(
  { storage }: Pick<Store, 'storage'>,
  name: string,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  try {
    return await storage.get(name, undefined, { maxBytes, signal });
  } catch (error) {
    if (error instanceof StorageError && error.code === 'storage.not-found') throw missing(name, error);
    if (error instanceof StorageError && error.code === 'storage.too-large')
      throw tooLarge(name, maxBytes, error);
    throw error;
  }
}

async function getByDigest(store: Store, name: string, digest: string, maxBytes: number): Promise<Buffer> {
  const bytes = await getObject(store, name, maxBytes);
  requireDigest(bytes, digest, name);
  return bytes;
}

/** @throws KlosetStoreError `object.rotten` when the bytes are not those that their name promises */
export function requireDigest(bytes: Uint8Array, digest: string, name: string): void {
  if (hash('sha256', bytes, 'hex') === digest) return;
  throw new KlosetStoreError('object.rotten', `${name} is damaged: its SHA-256 is not its name.`, {
    advice:
      'Put back a sound copy of this object, and run `etcd-kloset check` to see which snapshots need it.',
    context: { object: name },
  });
}

function tooLarge(name: string, maxBytes: number, cause: unknown): KlosetStoreError {
  return new KlosetStoreError(
    'object.rotten',
    `${name} is damaged: it has more than the ${maxBytes} bytes that it can have.`,
    {
      advice:
        'Put back a sound copy of this object, and run `etcd-kloset check` to see which snapshots need it.',
      context: { object: name },
      cause,
    },
  );
}

function missing(name: string, cause: unknown): KlosetStoreError {
  return new KlosetStoreError('object.missing', `${name} is missing from the store.`, {
    advice: 'Put back a copy of this object, and run `etcd-kloset check` to see which snapshots need it.',
    context: { object: name },
    cause,
  });
}
