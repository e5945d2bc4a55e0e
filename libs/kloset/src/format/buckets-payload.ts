import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type PayloadSections } from './rows-payload.ts';

/**
 * Every bucket but `key`, whole. Index section: varint buckets, then for each its sized name, its
 * sequence (u64), varint rows and for each row varint key length, varint value length. Values section: key
 * and value of each row, one after the other. Names and rows are in key order.
 */
export interface PlainBucket {
  readonly name: Uint8Array;
  readonly sequence: bigint;
  readonly rows: readonly PlainBucketRow[];
}

export interface PlainBucketRow {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export function encodeBucketsPayload(buckets: readonly PlainBucket[]): PayloadSections {
  const index = new ByteWriter().varint(buckets.length);
  const values = new ByteWriter(4096);
  for (const bucket of buckets) {
    index.sized(bucket.name).u64(bucket.sequence).varint(bucket.rows.length);
    for (const { key, value } of bucket.rows) {
      index.varint(key.length).varint(value.length);
      values.raw(key).raw(value);
    }
  }
  return { index: index.finish(), values: values.finish() };
}

/** @throws KlosetStoreError `object.malformed`. */
export function decodeBucketsPayload(index: Uint8Array, values: Uint8Array): PlainBucket[] {
  const reader = new ByteReader(index, 'a chunk of buckets');
  const content = new ByteReader(values, 'a chunk of buckets');
  const buckets = Array.from({ length: reader.count(10) }, () => ({
    name: reader.sized(),
    sequence: reader.u64(),
    rows: Array.from({ length: reader.count(2) }, () => {
      const keySize = reader.varint();
      const valueSize = reader.varint();
      return { key: content.raw(keySize), value: content.raw(valueSize) };
    }),
  }));
  reader.end();
  content.end();
  return buckets;
}
