import { KlosetStoreError } from '../errors.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { newRowColumns, type RowColumns } from './row-columns.ts';

/**
 * A table tells what rows some chunks hold: for each chunk a section, for each row its revision, its
 * keyed hash, its CRC-32C and its length, in revision order. Plain layout (docs/store-format.md):
 *
 * ```
 * u8 version = 1
 * varint sections, then for each: 32 bytes SHA-256 of the sealed chunk, varint its size, varint rows,
 *   varint bytes of all rows, varint first main, varint first sub, varint size of the columns
 * then the columns of each section, one after the other
 * ```
 * Columns: main as differences (varint), sub (varint), length·2 + tombstone (varint), CRC-32C (u32),
 * keyed hash (16 bytes). A section can be copied into another table as it is.
 */
export interface TableSection {
  /** SHA-256 of the sealed chunk, hex. */
  readonly digest: string;
  readonly objectSize: number;
  readonly rows: number;
  readonly plainBytes: number;
  readonly firstMain: number;
  readonly firstSub: number;
  /** The encoded columns. */
  readonly columns: Uint8Array;
}

const VERSION = 1;

export function encodeTable(sections: readonly TableSection[]): Uint8Array[] {
  const head = new ByteWriter(64 + sections.length * 64).u8(VERSION).varint(sections.length);
  for (const section of sections) {
    head
      .raw(Buffer.from(section.digest, 'hex'))
      .varint(section.objectSize)
      .varint(section.rows)
      .varint(section.plainBytes)
      .varint(section.firstMain)
      .varint(section.firstSub)
      .varint(section.columns.length);
  }
  return [head.finish(), ...sections.map((section) => section.columns)];
}

export function decodeTable(plain: Uint8Array): TableSection[] {
  const reader = new ByteReader(plain, 'a table');
  const version = reader.u8();
  if (version > VERSION) throw newerTable();
  if (version < VERSION) throw reader.malformed('its version never was');
  const heads = Array.from({ length: reader.count(38) }, () => ({
    digest: Buffer.from(reader.raw(32)).toString('hex'),
    objectSize: reader.varint(),
    rows: reader.varint(),
    plainBytes: reader.varint(),
    firstMain: reader.varint(),
    firstSub: reader.varint(),
    columnBytes: reader.varint(),
  }));
  const sections = heads.map(({ columnBytes, ...head }) => {
    if (head.rows * 23 > columnBytes) throw reader.malformed('a section is too small for its rows');
    return { ...head, columns: reader.raw(columnBytes) };
  });
  reader.end();
  return sections;
}

/** Encodes rows `[from, to)` of `rows`, which are in revision order. */
export function encodeColumns(rows: RowColumns, from: number, to: number): Uint8Array {
  const out = new ByteWriter((to - from) * 28 + 16);
  let previous = 0;
  for (let i = from; i < to; i++) {
    out.varint(rows.main[i]! - previous);
    previous = rows.main[i]!;
  }
  for (let i = from; i < to; i++) out.varint(rows.sub[i]!);
  for (let i = from; i < to; i++) out.varint(rows.length[i]! * 2 + rows.tombstone[i]!);
  for (let i = from; i < to; i++) out.u32(rows.crc[i]!);
  return out.raw(rows.hash.subarray(from * 16, to * 16)).finish();
}

/** @throws KlosetStoreError `object.malformed`, also when rows are not in revision order. */
export function decodeColumns(section: TableSection): RowColumns {
  const reader = new ByteReader(section.columns, 'a table');
  const rows = newRowColumns(section.rows);
  rows.count = section.rows;
  let main = 0;
  for (let i = 0; i < section.rows; i++) rows.main[i] = main += reader.varint();
  if (main > Number.MAX_SAFE_INTEGER) throw reader.malformed('a row has a revision above 2^53');
  for (let i = 0; i < section.rows; i++) rows.sub[i] = reader.u32Varint();
  for (let i = 0; i < section.rows; i++) {
    const packed = reader.u32Varint();
    rows.length[i] = packed >>> 1;
    rows.tombstone[i] = packed & 1;
  }
  for (let i = 0; i < section.rows; i++) rows.crc[i] = reader.u32();
  rows.hash.set(reader.raw(section.rows * 16));
  reader.end();
  for (let i = 1; i < section.rows; i++) {
    if (rows.main[i] === rows.main[i - 1] && rows.sub[i]! <= rows.sub[i - 1]!) {
      throw reader.malformed('its rows are not in revision order');
    }
  }
  if (section.rows > 0 && (rows.main[0] !== section.firstMain || rows.sub[0] !== section.firstSub)) {
    throw reader.malformed('a section does not begin where it says');
  }
  return rows;
}

function newerTable(): KlosetStoreError {
  return new KlosetStoreError('store.newer-format', 'a table was written in a newer format', {
    advice: 'Use a newer etcd-kloset for this store.',
  });
}
