import { crc32c, writeKeyValue, writeRevisionKey } from '@etcd-kloset/mvcc';
import { newRowColumns, type RowColumns } from '../../format/row-columns.ts';
import { type RawRows } from '../../format/rows-payload.ts';
import { rowHasher } from '../../seal/index.ts';

/** A row of the `key` bucket. */
export interface PlainRow {
  readonly main: number;
  readonly key: string;
  /** Undefined for a tombstone. */
  readonly value: string | undefined;
}

/** One put for each revision from `first` on, over a handful of keys; every seventh deletes. */
export function someRows(first: number, count: number): PlainRow[] {
  return Array.from({ length: count }, (_, i) => ({
    main: first + i,
    key: `/registry/pods/${(first + i) % 5}`,
    value: (first + i) % 7 === 0 ? undefined : `value of revision ${first + i}`,
  }));
}

/** Rows as they stand in a bbolt file. */
export function rawRows(rows: readonly PlainRow[]): RawRows {
  const encoded = rows.map(encodeRow);
  return {
    bytes: Buffer.concat(encoded),
    lengths: Uint32Array.from(encoded, ({ length }) => length),
    tombstones: Uint8Array.from(rows, ({ value }) => (value === undefined ? 1 : 0)),
  };
}

/** What a table says of them. */
export function columnsOf(rows: readonly PlainRow[], idKey: Uint8Array): RowColumns {
  const hash = rowHasher(idKey);
  const columns = newRowColumns(rows.length);
  const hashes = Buffer.from(columns.hash.buffer);
  rows.forEach((row, i) => {
    const bytes = encodeRow(row);
    columns.main[i] = row.main;
    columns.length[i] = bytes.length;
    columns.tombstone[i] = row.value === undefined ? 1 : 0;
    columns.crc[i] = crc32c(bytes);
    hash(bytes, 0, bytes.length, hashes, i * 16);
  });
  return { ...columns, count: rows.length };
}

export function encodeRow({ main, key, value }: PlainRow): Buffer {
  const out = Buffer.alloc(128 + key.length + (value?.length ?? 0));
  const keySize = writeRevisionKey(out, 0, main, 0, value === undefined);
  const numbers =
    value === undefined
      ? { createRevision: 0, modRevision: 0, version: 0, lease: 0n }
      : { createRevision: main, modRevision: main, version: 1, lease: 0n };
  const end = writeKeyValue(out, keySize, Buffer.from(key), numbers, Buffer.from(value ?? ''));
  return out.subarray(0, end);
}
