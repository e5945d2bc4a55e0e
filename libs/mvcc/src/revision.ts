import { MvccError } from './errors.ts';

/**
 * Keys of etcd's `key` bucket (etcd server/storage/mvcc/revision.go): 17 bytes, big-endian u64 main
 * revision, `_`, big-endian u64 sub revision; an 18th byte `t` marks a tombstone.
 */
export const REVISION_KEY_SIZE = 17;
export const TOMBSTONE_KEY_SIZE = 18;

const UNDERSCORE = 0x5f;
const TOMBSTONE_MARK = 0x74;
/** Above this a main revision is no longer an exact number; etcd would need 2,800 years at 100,000 writes a second. */
const MAX_HIGH_WORD = 0x1f_ffff;

/** True when `bytes[start, end)` has the shape of a revision key. */
export function isRevisionKey(bytes: Uint8Array, start: number, end: number): boolean {
  const size = end - start;
  if (size !== REVISION_KEY_SIZE && size !== TOMBSTONE_KEY_SIZE) return false;
  if (bytes[start + 8] !== UNDERSCORE) return false;
  return size === REVISION_KEY_SIZE || bytes[start + REVISION_KEY_SIZE] === TOMBSTONE_MARK;
}

/**
 * The main revision, as an exact number.
 * @throws MvccError `mvcc.bad-revision` above 2^53 - 1.
 */
export function readMain(bytes: Uint8Array, start: number): number {
  const high = readU32(bytes, start);
  if (high > MAX_HIGH_WORD) {
    throw new MvccError('mvcc.bad-revision', 'a row has a main revision above 2^53');
  }
  return high * 0x1_0000_0000 + readU32(bytes, start + 4);
}

/**
 * The sub revision: the place of a row among those of one transaction.
 * @throws MvccError `mvcc.bad-revision` above 2^32 - 1.
 */
export function readSub(bytes: Uint8Array, start: number): number {
  if (readU32(bytes, start + 9) !== 0) {
    throw new MvccError('mvcc.bad-revision', 'a row has a sub revision above 2^32');
  }
  return readU32(bytes, start + 13);
}

/** Writes a revision key at `offset` of `out`; returns its size. */
export function writeRevisionKey(
  out: Uint8Array,
  offset: number,
  main: number,
  sub: number,
  tombstone: boolean,
): number {
  writeU32(out, offset, Math.floor(main / 0x1_0000_0000));
  writeU32(out, offset + 4, main >>> 0);
  out[offset + 8] = UNDERSCORE;
  writeU32(out, offset + 9, 0);
  writeU32(out, offset + 13, sub);
  if (!tombstone) return REVISION_KEY_SIZE;
  out[offset + 17] = TOMBSTONE_MARK;
  return TOMBSTONE_KEY_SIZE;
}

function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function writeU32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}
