import { hash } from 'node:crypto';
import { ByteReader } from '../format/byte-reader.ts';
import { ByteWriter } from '../format/byte-writer.ts';
import { decodeMap, encodeMap, type NeededObject, type SnapshotMap } from '../format/snapshot-map.ts';
import { decodeSummary, encodeSummary, type SnapshotSummary } from '../format/summary.ts';
import { type KeyRing } from '../keys/index.ts';
import { checkTrailer, openMetadata, sealMetadata, withTrailer, type SealContext } from '../seal/index.ts';
import { decodeHeader, encodeHeader, FORMAT_VERSION, HEADER_BYTES } from './header.ts';
import { pack, unpack } from './packed.ts';

const KIND_CHUNK = 1;
const KIND_TABLE = 2;
/** Header, then the sizes of the three parts. */
const HEAD_BYTES = HEADER_BYTES + 12;

/**
 * A snapshot record, the commit point of a backup:
 *
 * ```
 *  9  header `KLS`
 * 12  bytes of the sealed summary, of the sealed map, of the list of needed objects (u32 each)
 *  …  summary: JSON, compressed, sealed (kind `snapshot-summary`, id: the snapshot's)
 *  …  map: compressed, sealed (kind `snapshot-map`, id: the snapshot's, `/`, SHA-256 of the list in hex)
 *  …  needed objects, in the plain: varint count, then for each u8 1 chunk | 2 table, SHA-256 (32), varint size
 * 32  SHA-256 of all before
 * ```
 * The list is in the plain so that anyone can check that a snapshot is complete, or copy it, without a key; it
 * is bound to the map's seal, so nobody can change it unseen by those who restore.
 */
export function sealRecord(
  ring: KeyRing,
  cluster: string,
  summary: SnapshotSummary,
  map: SnapshotMap,
  needs: readonly NeededObject[],
): Uint8Array[] {
  const list = encodeNeeds(needs);
  const seal = (kind: string, id: string, plain: Uint8Array) =>
    sealMetadata(
      { key: ring.metadataKey(cluster, ring.epoch), context: contextOf(ring, cluster, kind, id, ring.epoch) },
      pack([plain]),
    );
  const sealedSummary = seal('snapshot-summary', summary.id, encodeSummary(summary));
  const sealedMap = seal('snapshot-map', mapId(summary.id, list), encodeMap(map, needs));
  const head = Buffer.alloc(HEAD_BYTES);
  head.set(encodeHeader('KLS', ring.epoch));
  [sealedSummary, sealedMap, list].forEach((part, i) =>
    head.writeUInt32LE(part.length, HEADER_BYTES + i * 4),
  );
  return withTrailer([head, sealedSummary, sealedMap, list]);
}

/** What can be read of a record without a key. */
export interface PlainRecord {
  readonly epoch: number;
  readonly sealedSummary: Uint8Array;
  readonly sealedMap: Uint8Array;
  readonly list: Uint8Array;
  readonly needs: readonly NeededObject[];
}

/** @throws `object.rotten`, `object.malformed`, `store.newer-format` */
export function readRecord(bytes: Uint8Array, name: string): PlainRecord {
  // The header first: a record of a newer format may end otherwise.
  const epoch = decodeHeader('KLS', bytes, name);
  const body = checkTrailer(bytes, name);
  const reader = new ByteReader(body.subarray(HEADER_BYTES), name);
  const sizes = [reader.u32(), reader.u32(), reader.u32()];
  const [sealedSummary, sealedMap, list] = sizes.map((size) => reader.raw(size)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  reader.end();
  return { epoch, sealedSummary, sealedMap, list, needs: decodeNeeds(list, name) };
}

/** @throws `seal.does-not-open`, `object.malformed`, `store.newer-format`, `key.epoch` */
export function openSummary(
  ring: KeyRing,
  cluster: string,
  id: string,
  record: PlainRecord,
  name: string,
): SnapshotSummary {
  const context = contextOf(ring, cluster, 'snapshot-summary', id, record.epoch);
  const plain = openMetadata({ key: ring.metadataKey(cluster, record.epoch), context }, record.sealedSummary);
  return decodeSummary(unpack(plain, name));
}

/** @throws `seal.does-not-open`, `object.malformed`, `store.newer-format`, `key.epoch` */
export function openMap(
  ring: KeyRing,
  cluster: string,
  id: string,
  record: PlainRecord,
  name: string,
): SnapshotMap {
  const context = contextOf(ring, cluster, 'snapshot-map', mapId(id, record.list), record.epoch);
  const plain = openMetadata({ key: ring.metadataKey(cluster, record.epoch), context }, record.sealedMap);
  return decodeMap(unpack(plain, name), record.needs);
}

function mapId(id: string, list: Uint8Array): string {
  return `${id}/${hash('sha256', list, 'hex')}`;
}

function contextOf(ring: KeyRing, cluster: string, kind: string, id: string, epoch: number): SealContext {
  return { format: FORMAT_VERSION, store: ring.store, cluster, kind, id, epoch };
}

function encodeNeeds(needs: readonly NeededObject[]): Uint8Array {
  const out = new ByteWriter(needs.length * 38 + 8).varint(needs.length);
  for (const { kind, digest, size } of needs) {
    out
      .u8(kind === 'chunk' ? KIND_CHUNK : KIND_TABLE)
      .raw(Buffer.from(digest, 'hex'))
      .varint(size);
  }
  return out.finish();
}

function decodeNeeds(list: Uint8Array, name: string): NeededObject[] {
  const reader = new ByteReader(list, name);
  const needs = Array.from({ length: reader.count(34) }, (): NeededObject => {
    const kind = reader.u8();
    if (kind !== KIND_CHUNK && kind !== KIND_TABLE)
      throw reader.malformed('it needs an object of an unknown kind');
    return {
      kind: kind === KIND_CHUNK ? 'chunk' : 'table',
      digest: Buffer.from(reader.raw(32)).toString('hex'),
      size: reader.varint(),
    };
  });
  reader.end();
  return needs;
}
