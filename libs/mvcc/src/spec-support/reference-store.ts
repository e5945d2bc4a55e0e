import { plainCrc32c } from './plain-crc32c.ts';

export interface ReferenceRow {
  readonly main: number;
  readonly sub: number;
  readonly tombstone: boolean;
  readonly userKey: string;
  /** Key and value as they stand in the `key` bucket. */
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export type Operation = { readonly put: string; readonly value: string } | { readonly delete: string };

/**
 * The part of etcd that decides which rows there are and what HashKV says, written down from etcd's rules as plainly
 * as can be (server/storage/mvcc: kvstore_txn.go, key_index.go, kvstore_compaction.go, hash.go): every row is kept
 * with its bytes, and each question is answered by looking at all of them.
 */
export class ReferenceStore {
  /** Rows in the database, in revision order. */
  rows: ReferenceRow[] = [];
  /** The last revision; etcd begins at 1 with no row. */
  revision = 1;
  /** What HashKV reports as the compaction revision. */
  compactRevision = 0;

  /** All operations in one revision. Deleting what is not there writes nothing, as in etcd. */
  txn(operations: readonly Operation[]): void {
    const main = this.revision + 1;
    let sub = 0;
    for (const operation of operations) {
      const userKey = 'put' in operation ? operation.put : operation.delete;
      const lives = this.rows.findLast((row) => row.userKey === userKey)?.tombstone === false;
      if ('delete' in operation && !lives) continue;
      const tombstone = 'delete' in operation;
      const value = tombstone ? message(userKey) : message(userKey, { main, value: operation.value });
      this.rows.push({
        main,
        sub,
        tombstone,
        userKey,
        key: revisionKey(main, sub, tombstone),
        value,
      });
      sub++;
    }
    if (sub > 0) this.revision = main;
  }

  /** From now on superseded rows count as gone, whether or not `removeCompacted` has been called yet. */
  compact(revision: number): void {
    this.compactRevision = revision;
  }

  /** What etcd's background task does: takes superseded rows out. It keeps a tombstone at the very revision. */
  removeCompacted(): void {
    const keep = this.keep(this.compactRevision);
    this.rows = this.rows.filter(
      (row) =>
        row.main > this.compactRevision ||
        keep.has(row) ||
        (row.tombstone && row.main === this.compactRevision),
    );
  }

  /** For each key that is alive at `revision`, its newest row up to there. */
  keep(revision: number): Set<ReferenceRow> {
    const newest = new Map<string, ReferenceRow>();
    for (const row of this.rows) if (row.main <= revision) newest.set(row.userKey, row);
    return new Set([...newest.values()].filter(({ tombstone }) => !tombstone));
  }

  hashKV(revision: number, compactRevision = this.compactRevision): number {
    const keep = this.keep(revision);
    const parts: Uint8Array[] = [Buffer.from('key')];
    for (const row of this.rows) {
      if (row.main > revision) continue;
      if (row.main <= compactRevision && keep.size > 0 && !keep.has(row)) continue;
      if (row.main === compactRevision && row.tombstone) continue;
      parts.push(row.key, row.value);
    }
    return plainCrc32c(Buffer.concat(parts));
  }
}

function revisionKey(main: number, sub: number, tombstone: boolean): Uint8Array {
  const key = Buffer.alloc(tombstone ? 18 : 17);
  key.writeBigUInt64BE(BigInt(main), 0);
  key[8] = '_'.charCodeAt(0);
  key.writeBigUInt64BE(BigInt(sub), 9);
  if (tombstone) key[17] = 't'.charCodeAt(0);
  return key;
}

/** A KeyValue of small numbers and short texts, one byte for each varint. */
function message(userKey: string, put?: { readonly main: number; readonly value: string }): Uint8Array {
  const field = (tag: number, text: string): number[] => [tag, text.length, ...Buffer.from(text)];
  const numbers = put === undefined ? [] : [0x10, 1, 0x18, put.main & 0x7f, 0x20, 1];
  return Uint8Array.from([...field(0x0a, userKey), ...numbers, ...(put ? field(0x2a, put.value) : [])]);
}
