import {
  emptyFields,
  isRevisionKey,
  parseCanonical,
  readMain,
  readSub,
  REVISION_KEY_SIZE,
  TOMBSTONE_KEY_SIZE,
} from '@etcd-kloset/mvcc';
import { ByteWriter } from './byte-writer.ts';

/**
 * Rows of the `key` bucket as a chunk holds them: two sections, so that keys can be listed without a
 * value being read. Rows are ordered by user key, then by revision: versions of one key, and keys of one
 * kind, stand side by side, which is worth a seventh in compression. The order of revisions needs no
 * place of its own: every row carries its revision.
 *
 * Index section: varint rows, varint base (the lowest main revision), then ten columns, each sized
 * (varint length, bytes), a row's entry in each that its flags call for:
 *   flags u8 · shared key prefix varint · rest of key varint · rest of key bytes · main − base varint ·
 *   sub varint · main − create_revision varint · version varint · lease u64 · value length varint
 * Values section: the values, one after the other.
 *
 * A row whose KeyValue is not in the form that etcd's own encoder writes is kept as it is: flag RAW, its
 * bytes stand in the values section.
 */
export const ROW_TOMBSTONE = 1;
export const ROW_RAW = 2;
export const ROW_LEASE = 4;

/** Rows in revision order, as they stand in the bbolt file: key and value of each, one after the other. */
export interface RawRows {
  readonly bytes: Uint8Array;
  /** Bytes of each row, key and value. */
  readonly lengths: Uint32Array;
  /** 1 where the row's key is a tombstone's: 18 bytes instead of 17. */
  readonly tombstones: Uint8Array;
}

export interface PayloadSections {
  readonly index: Uint8Array;
  readonly values: Uint8Array;
}

interface Parsed {
  main: number;
  sub: number;
  flags: number;
  key: string;
  keyBytes: Uint8Array;
  sinceCreate: number;
  version: number;
  lease: bigint;
  valueStart: number;
  valueEnd: number;
}

/** @param room gives memory for the values section; whoever calls often can give the same again */
export function encodeRowsPayload(
  rows: RawRows,
  room: (bytes: number) => Uint8Array = (bytes) => Buffer.allocUnsafe(bytes),
): PayloadSections {
  const parsed = parseAll(rows);
  // Latin-1 strings compare as bytes do, and engines sort strings fast.
  parsed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.main - b.main || a.sub - b.sub));

  const base = parsed.reduce((low, row) => Math.min(low, row.main), Number.MAX_SAFE_INTEGER);
  const flags = new ByteWriter(parsed.length);
  const prefix = new ByteWriter(parsed.length);
  const suffix = new ByteWriter(parsed.length);
  const keys = new ByteWriter(parsed.length * 32);
  const main = new ByteWriter(parsed.length * 3);
  const sub = new ByteWriter(parsed.length);
  const create = new ByteWriter(parsed.length * 3);
  const version = new ByteWriter(parsed.length);
  const lease = new ByteWriter(16);
  const lengths = new ByteWriter(parsed.length * 2);
  const values = room(parsed.reduce((sum, row) => sum + row.valueEnd - row.valueStart, 0));

  let previous: Uint8Array = new Uint8Array(0);
  let filled = 0;
  for (const row of parsed) {
    flags.u8(row.flags);
    const shared = sharedPrefix(previous, row.keyBytes);
    prefix.varint(shared);
    suffix.varint(row.keyBytes.length - shared);
    keys.raw(row.keyBytes.subarray(shared));
    previous = row.keyBytes;
    main.varint(row.main - base);
    sub.varint(row.sub);
    if (row.flags === 0 || row.flags === ROW_LEASE) {
      create.varint(row.sinceCreate);
      version.varint(row.version);
    }
    if (row.flags & ROW_LEASE) lease.u64(row.lease);
    const size = row.valueEnd - row.valueStart;
    lengths.varint(size);
    values.set(rows.bytes.subarray(row.valueStart, row.valueEnd), filled);
    filled += size;
  }

  const index = new ByteWriter(parsed.length * 64)
    .varint(parsed.length)
    .varint(parsed.length === 0 ? 0 : base);
  for (const column of [flags, prefix, suffix, keys, main, sub, create, version, lease, lengths]) {
    index.sized(column.finish());
  }
  return { index: index.finish(), values };
}

function parseAll({ bytes, lengths, tombstones }: RawRows): Parsed[] {
  const all: Parsed[] = [];
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = emptyFields();
  let at = 0;
  for (let i = 0; i < lengths.length; i++) {
    const keySize = tombstones[i] ? TOMBSTONE_KEY_SIZE : REVISION_KEY_SIZE;
    const valueStart = at + keySize;
    const end = at + lengths[i]!;
    if (!isRevisionKey(bytes, at, valueStart)) throw new RangeError('a row has no revision key');
    const row: Parsed = {
      main: readMain(bytes, at),
      sub: readSub(bytes, at),
      flags: tombstones[i] ? ROW_TOMBSTONE : 0,
      key: '',
      keyBytes: bytes.subarray(0, 0),
      sinceCreate: 0,
      version: 0,
      lease: 0n,
      valueStart,
      valueEnd: end,
    };
    if (parseCanonical(bytes, valueStart, end, fields) && fits(row, fields)) {
      row.key = buffer.toString('latin1', fields.keyStart, fields.keyEnd);
      row.keyBytes = bytes.subarray(fields.keyStart, fields.keyEnd);
      row.sinceCreate = row.main - fields.createRevision;
      row.version = fields.version;
      row.lease = fields.lease;
      row.valueStart = fields.valueStart;
      row.valueEnd = fields.valueEnd;
      if (row.lease !== 0n) row.flags |= ROW_LEASE;
    } else {
      row.flags |= ROW_RAW;
    }
    all.push(row);
    at = end;
  }
  return all;
}

/** Whether the columns can say all of it: a tombstone is its key alone; a put was modified at its own revision. */
function fits(row: Parsed, fields: ReturnType<typeof emptyFields>): boolean {
  if (row.flags & ROW_TOMBSTONE) {
    return (
      fields.createRevision === 0 &&
      fields.modRevision === 0 &&
      fields.version === 0 &&
      fields.lease === 0n &&
      fields.valueStart === fields.valueEnd
    );
  }
  return fields.modRevision === row.main && fields.createRevision > 0 && fields.createRevision <= row.main;
}

function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared++;
  return shared;
}
