import { KlosetStoreError } from '../errors.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

/** An object that a snapshot cannot be restored without. Stands in the record in the plain. */
export interface NeededObject {
  readonly kind: 'chunk' | 'table';
  /** SHA-256 of the object, hex: its name. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** A chunk of rows and which of its rows the snapshot has. */
export interface RowChunk {
  readonly digest: string;
  readonly objectSize: number;
  /** Digest of the table that tells of it, and its section there. */
  readonly table: string;
  readonly section: number;
  readonly rows: number;
  /** Bytes of all its rows, key and value. */
  readonly plainBytes: number;
  readonly firstMain: number;
  readonly firstSub: number;
  /** Bit i (of byte i>>3, from the lowest bit) is set when row i belongs to the snapshot; undefined: all do. */
  readonly live: Uint8Array | undefined;
}

/**
 * Where the content of a snapshot lies. Sealed in the record behind its summary; plain layout:
 *
 * ```
 * u8 version = 1
 * varint tables, then for each varint index into the record's list of needed objects
 * varint row chunks, then for each varint index into that list, varint table (index into the tables
 *   above), varint section, varint rows, varint bytes, varint first main, varint first sub,
 *   u8 0 = all rows live | 1, and then ceil(rows/8) bytes of bits
 * varint bucket chunks, then for each varint index into the list, in order
 * ```
 */
export interface SnapshotMap {
  readonly tables: readonly { readonly digest: string; readonly size: number }[];
  readonly rowChunks: readonly RowChunk[];
  readonly bucketChunks: readonly { readonly digest: string; readonly size: number }[];
}

const VERSION = 1;
/** Far more than any chunk has: memory is taken by what a chunk claims before its table has been read. */
const MOST_CHUNK_ROWS = 1 << 20;

export function encodeMap(map: SnapshotMap, needs: readonly NeededObject[]): Uint8Array {
  const need = new Map(needs.map((object, i) => [object.digest, i]));
  const table = new Map(map.tables.map((each, i) => [each.digest, i]));
  const place = (digest: string, among = need): number => {
    const found = among.get(digest);
    if (found === undefined) throw new RangeError(`object ${digest} is not among those the snapshot needs`);
    return found;
  };
  const out = new ByteWriter(1024).u8(VERSION).varint(map.tables.length);
  for (const each of map.tables) out.varint(place(each.digest));
  out.varint(map.rowChunks.length);
  for (const chunk of map.rowChunks) {
    out
      .varint(place(chunk.digest))
      .varint(place(chunk.table, table))
      .varint(chunk.section)
      .varint(chunk.rows)
      .varint(chunk.plainBytes)
      .varint(chunk.firstMain)
      .varint(chunk.firstSub);
    if (chunk.live === undefined) out.u8(0);
    else out.u8(1).raw(chunk.live);
  }
  out.varint(map.bucketChunks.length);
  for (const each of map.bucketChunks) out.varint(place(each.digest));
  return out.finish();
}

/** @throws KlosetStoreError `object.malformed`, `store.newer-format`. */
export function decodeMap(plain: Uint8Array, needs: readonly NeededObject[]): SnapshotMap {
  const reader = new ByteReader(plain, 'a snapshot record');
  const version = reader.u8();
  if (version < VERSION) throw reader.malformed('its version never was');
  if (version > VERSION) {
    throw new KlosetStoreError('store.newer-format', 'a snapshot record was written in a newer format', {
      advice: 'Use a newer etcd-kloset for this store.',
    });
  }
  const need = (kind: NeededObject['kind']): NeededObject => {
    const object = needs[reader.varint()];
    if (object?.kind !== kind) throw reader.malformed(`it points to a ${kind} that it does not list`);
    return object;
  };
  const tables = Array.from({ length: reader.count(1) }, () => need('table'));
  const rowChunks = Array.from({ length: reader.count(8) }, (): RowChunk => {
    const object = need('chunk');
    const table = tables[reader.varint()];
    if (table === undefined) throw reader.malformed('it points to a table that it does not list');
    const section = reader.varint();
    const rows = reader.varint();
    if (rows > MOST_CHUNK_ROWS) throw reader.malformed(`a chunk claims ${rows} rows`);
    const plainBytes = reader.varint();
    const firstMain = reader.varint();
    const firstSub = reader.varint();
    const live = readLive(reader, rows);
    return {
      digest: object.digest,
      objectSize: object.size,
      table: table.digest,
      section,
      rows,
      plainBytes,
      firstMain,
      firstSub,
      live,
    };
  });
  const bucketChunks = Array.from({ length: reader.count(1) }, () => need('chunk'));
  reader.end();
  return { tables, rowChunks, bucketChunks };
}

function readLive(reader: ByteReader, rows: number): Uint8Array | undefined {
  const some = reader.u8();
  if (some === 0) return undefined;
  if (some !== 1) throw reader.malformed('a live map is of an unknown kind');
  const bits = reader.raw(Math.ceil(rows / 8));
  if (rows % 8 !== 0 && bits.at(-1)! >>> (rows % 8) !== 0) {
    throw reader.malformed('a live map has more rows than its chunk');
  }
  return bits;
}
