import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { BoltPlanner, BoltWriter } from '@etcd-kloset/bbolt';
import { REVISION_KEY_SIZE, writeKeyValue, writeRevisionKey } from '@etcd-kloset/mvcc';

export interface LargeFile {
  readonly rows: number;
  /** Bytes of each user value. */
  readonly valueBytes: number;
}

/** Writes a sound snapshot file of any size, a row at a time: its maker needs no memory for it. */
export function writeLargeFile(file: string, { rows, valueBytes }: LargeFile): void {
  const value = Buffer.alloc(valueBytes);
  const key = Buffer.alloc(REVISION_KEY_SIZE);
  const row = Buffer.alloc(valueBytes + 128);
  const planner = new BoltPlanner({ pageSize: 4096 });
  planner.startBucket(Buffer.from('key'), 0n);
  for (let i = 0; i < rows; i++) planner.row(REVISION_KEY_SIZE, rowAt(i).length);
  planner.startBucket(Buffer.from('meta'), 0n);
  const fd = openSync(file, 'w');
  const digest = createHash('sha256');
  const writer = new BoltWriter(planner.finish(), (bytes) => {
    digest.update(bytes);
    writeSync(fd, bytes);
  });
  writer.startBucket(Buffer.from('key'));
  for (let i = 0; i < rows; i++) {
    writeRevisionKey(key, 0, i + 2, 0, false);
    writer.row(key, rowAt(i));
  }
  writer.startBucket(Buffer.from('meta'));
  writer.finish();
  writeSync(fd, digest.digest());
  closeSync(fd);

  function rowAt(i: number): Uint8Array {
    // Text that compresses like text: a number here and there, and a line that stays.
    for (let at = 0; at < valueBytes; at += 32)
      value.write(`${i * 7 + at} `.padEnd(32, 'status: running; '), at);
    const numbers = { createRevision: i + 2, modRevision: i + 2, version: 1, lease: 0n };
    const name = Buffer.from(`/registry/pods/default/pod-${i.toString().padStart(9, '0')}`);
    return row.subarray(0, writeKeyValue(row, 0, name, numbers, value));
  }
}
