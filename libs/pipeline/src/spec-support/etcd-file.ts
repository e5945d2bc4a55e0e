import { BoltFile, BoltPlanner, BoltWriter, memorySource } from '@etcd-kloset/bbolt';
import { writeKeyValue, writeRevisionKey } from '@etcd-kloset/mvcc';

export type Row = readonly [key: Uint8Array, value: Uint8Array];
export type Buckets = Readonly<Record<string, readonly Row[]>>;

/** A row of the `key` bucket. */
export interface Write {
  readonly main: number;
  readonly sub?: number;
  readonly key: string;
  /** Undefined for a deletion. */
  readonly value: string | Uint8Array | undefined;
  readonly lease?: bigint;
}

/** The buckets of an etcd, in order, with a little in them. */
export const OTHER_BUCKETS: Buckets = {
  alarm: [],
  auth: [[Buffer.from('authRevision'), Buffer.alloc(8)]],
  cluster: [[Buffer.from('clusterVersion'), Buffer.from('3.6.0')]],
  lease: [[Buffer.alloc(8, 1), Buffer.from('\x08\x01\x10\x02')]],
  members: [[Buffer.from('8e9e05c52164694d'), Buffer.from('{"name":"m1"}')]],
  meta: [
    [Buffer.from('consistent_index'), Buffer.alloc(8, 7)],
    [Buffer.from('finishedCompactRev'), rowOf({ main: 4, key: '', value: '' })[0]],
    [Buffer.from('scheduledCompactRev'), rowOf({ main: 5, key: '', value: '' })[0]],
    [Buffer.from('storageVersion'), Buffer.from('3.6.0')],
  ],
};

/** A row as it stands in the file. */
export function rowOf({ main, sub = 0, key, value, lease = 0n }: Write): Row {
  const revisionKey = Buffer.alloc(18);
  const size = writeRevisionKey(revisionKey, 0, main, sub, value === undefined);
  const put = value === undefined ? 0 : main;
  const numbers = { createRevision: put, modRevision: put, version: put === 0 ? 0 : 1, lease };
  const keyBytes = Buffer.from(key);
  const valueBytes = Buffer.from(value ?? '');
  const out = Buffer.alloc(64 + keyBytes.length + valueBytes.length);
  return [
    revisionKey.subarray(0, size),
    out.subarray(0, writeKeyValue(out, 0, keyBytes, numbers, valueBytes)),
  ];
}

/** A bbolt file of these buckets, as compact as can be. Sequences count the buckets. */
export function bboltFile(buckets: Buckets, pageSize = 4096): Buffer {
  const sorted = Object.entries(buckets)
    .map(([name, rows]) => [Buffer.from(name), rows] as const)
    .sort(([a], [b]) => a.compare(b));
  const planner = new BoltPlanner({ pageSize });
  sorted.forEach(([name, rows], i) => {
    planner.startBucket(name, BigInt(i));
    for (const [key, value] of rows) planner.row(key.length, value.length);
  });
  const parts: Buffer[] = [];
  const writer = new BoltWriter(planner.finish(), (bytes) => parts.push(Buffer.from(bytes)));
  for (const [name, rows] of sorted) {
    writer.startBucket(name);
    for (const [key, value] of rows) writer.row(key, value);
  }
  writer.finish();
  return Buffer.concat(parts);
}

/** A database of etcd with these writes. */
export function etcdFile(
  writes: readonly Write[],
  pageSize?: number,
  others: Buckets = OTHER_BUCKETS,
): Buffer {
  return bboltFile({ ...others, key: writes.map(rowOf) }, pageSize);
}

/** Everything in the file, by a plain walk of its tree. @throws BoltError */
export function walked(file: Uint8Array): { name: string; sequence: bigint; rows: readonly Row[] }[] {
  return Array.from(BoltFile.open(memorySource(file)).buckets(), (bucket) => ({
    name: Buffer.from(bucket.name).toString('latin1'),
    sequence: bucket.sequence,
    rows: Array.from(bucket.rows(), ({ key, value }) => [Buffer.from(key), Buffer.from(value)] as const),
  }));
}

/** Puts the header of a page at `page`: what it says of itself, true or not. */
export function writePageHeader(
  file: Buffer,
  page: number,
  pageSize: number,
  header: { readonly id?: number; readonly flags: number; readonly count: number; readonly overflow: number },
): void {
  const at = page * pageSize;
  file.writeBigUInt64LE(BigInt(header.id ?? page), at);
  file.writeUInt16LE(header.flags, at + 8);
  file.writeUInt16LE(header.count, at + 10);
  file.writeUInt32LE(header.overflow, at + 12);
}
