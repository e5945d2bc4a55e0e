import { hash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { BoltPlanner, BoltWriter } from '@etcd-kloset/bbolt';
import { writeKeyValue, writeRevisionKey } from '@etcd-kloset/mvcc';

/** A row of the `key` bucket: one write in a transaction of its own. */
export interface EtcdWrite {
  /** Main revision, from 2 on as etcd counts. */
  readonly revision: number;
  readonly key: string;
  /** Undefined for a deletion. */
  readonly value: Uint8Array | undefined;
}

type Row = readonly [key: Uint8Array, value: Uint8Array];

/** The buckets of an etcd of 3.5, in order, and what is in those that a restore cannot do without. */
const OTHER_BUCKETS: Readonly<Record<string, readonly Row[]>> = {
  alarm: [],
  auth: [[Buffer.from('authRevision'), u64(1)]],
  authRoles: [],
  authUsers: [],
  cluster: [[Buffer.from('clusterVersion'), Buffer.from('3.5.0')]],
  lease: [],
  members: [[Buffer.from('8e9e05c52164694d'), Buffer.from('{"id":10276657743932975437,"name":"m1"}')]],
  members_removed: [],
  meta: [
    [Buffer.from('confState'), Buffer.from('{"voters":[10276657743932975437],"auto_leave":false}')],
    [Buffer.from('consistent_index'), u64(4711)],
    [Buffer.from('term'), u64(2)],
  ],
};

/**
 * Writes a file like those of `etcdctl snapshot save`: a bbolt file with etcd's buckets, and its SHA-256 behind.
 *
 * @param writes in the order of their revisions
 * @param withoutKeys leaves the bucket `key` out: a sound bbolt file that is not etcd's
 */
export async function writeEtcdFile(
  file: string,
  writes: readonly EtcdWrite[],
  { withoutKeys = false } = {},
): Promise<void> {
  const buckets = Object.entries({
    ...OTHER_BUCKETS,
    ...(withoutKeys ? { pages: writes.map(toRow) } : { key: writes.map(toRow) }),
  })
    .map(([name, rows]) => ({ name: Buffer.from(name), rows }))
    .sort((a, b) => a.name.compare(b.name));
  const planner = new BoltPlanner({ pageSize: 4096 });
  for (const { name, rows } of buckets) {
    planner.startBucket(name, 0n);
    for (const [key, value] of rows) planner.row(key.length, value.length);
  }
  const parts: Uint8Array[] = [];
  const writer = new BoltWriter(planner.finish(), (bytes) => parts.push(Uint8Array.from(bytes)));
  for (const { name, rows } of buckets) {
    writer.startBucket(name);
    for (const [key, value] of rows) writer.row(key, value);
  }
  writer.finish();
  const bytes = Buffer.concat(parts);
  await writeFile(file, Buffer.concat([bytes, hash('sha256', bytes, 'buffer')]));
}

function toRow({ revision, key, value }: EtcdWrite): Row {
  const revisionKey = new Uint8Array(18);
  const size = writeRevisionKey(revisionKey, 0, revision, 0, value === undefined);
  const put = value === undefined ? 0 : revision;
  const numbers = { createRevision: put, modRevision: put, version: value === undefined ? 0 : 1, lease: 0n };
  const keyBytes = Buffer.from(key);
  const out = new Uint8Array(64 + keyBytes.length + (value?.length ?? 0));
  const end = writeKeyValue(out, 0, keyBytes, numbers, value ?? new Uint8Array(0));
  return [revisionKey.subarray(0, size), out.subarray(0, end)];
}

function u64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
