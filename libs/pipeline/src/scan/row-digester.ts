import { type LeafPage } from '@etcd-kloset/bbolt';
import {
  CRC,
  crc32c,
  emptyFields,
  findUserKey,
  FLAG_BITS,
  FLAG_TOMBSTONE,
  FLAGS,
  HASH,
  isRevisionKey,
  KEY_HIGH,
  keyHasher,
  KEY_LOW,
  LENGTH,
  LOCATION,
  MAIN,
  parseCanonical,
  readMain,
  readSub,
  ROW_F64,
  ROW_U32,
  SUB,
  TOMBSTONE_KEY_SIZE,
  type RowLog,
} from '@etcd-kloset/mvcc';
import { encryptedValue, isRegistryKey, type EncryptedValues } from './kubernetes-values.ts';

/** The keyed hash of `bytes[start, end)`, 16 bytes, written to `out` at `offset`. */
export type HashRow = (bytes: Uint8Array, start: number, end: number, out: Buffer, offset: number) => void;

/** Kinds of encrypted values that are told apart: a cluster has a handful, and the record has room for these. */
const MOST_ENCRYPTIONS = 1000;
const OTHER: EncryptedValues = { provider: 'other', key: '', resource: '' };

/** Turns the rows of a leaf of the `key` bucket into entries of a row log. */
export class RowDigester {
  readonly #hashRow: HashRow;
  readonly #keyHash = keyHasher();
  readonly #key = { keyStart: 0, keyEnd: 0 };
  readonly #fields = emptyFields();
  readonly #encryptions = new Map<string, number>();
  /** Every kind of encrypted value met so far; a row's own bits hold its index plus two (1: a registry key). */
  readonly encryptions: EncryptedValues[] = [];

  constructor(hashRow: HashRow) {
    this.#hashRow = hashRow;
  }

  /** Whether every row has a revision for a key and a KeyValue for a value, all within what we can keep. */
  canDigest(leaf: LeafPage): boolean {
    const { bytes, count } = leaf;
    for (let i = 0; i < count; i++) {
      const start = leaf.keyStart(i);
      const valueStart = leaf.keyEnd(i);
      if (!isRevisionKey(bytes, start, valueStart) || leaf.isBucket(i)) return false;
      // Main below 2^53, sub below 2^32.
      if (bytes[start] !== 0 || bytes[start + 1]! > 0x1f) return false;
      if ((bytes[start + 9]! | bytes[start + 10]! | bytes[start + 11]! | bytes[start + 12]!) !== 0)
        return false;
      if (!findUserKey(bytes, valueStart, leaf.valueEnd(i), this.#key)) return false;
    }
    return count > 0;
  }

  /**
   * Appends the leaf's rows to `log`.
   * @param position where the leaf begins in the file, in bytes
   */
  digest(leaf: LeafPage, position: number, log: RowLog): void {
    const { bytes, count } = leaf;
    const hash = this.#keyHash;
    for (let i = 0; i < count; i++) {
      const start = leaf.keyStart(i);
      const valueStart = leaf.keyEnd(i);
      const end = leaf.valueEnd(i);
      findUserKey(bytes, valueStart, end, this.#key);
      hash.hash(bytes, this.#key.keyStart, this.#key.keyEnd);
      const tombstone = valueStart - start === TOMBSTONE_KEY_SIZE ? FLAG_TOMBSTONE : 0;
      const { batch, index } = log.append();
      const { f64, u32 } = batch;
      const f = index * ROW_F64;
      const u = index * ROW_U32;
      f64[f + MAIN] = readMain(bytes, start);
      f64[f + LOCATION] = position + start;
      u32[u + SUB] = readSub(bytes, start);
      u32[u + LENGTH] = end - start;
      u32[u + CRC] = crc32c(bytes.subarray(start, end));
      u32[u + KEY_LOW] = hash.low;
      u32[u + KEY_HIGH] = hash.high;
      u32[u + FLAGS] = tombstone | (this.#ownBits(bytes, valueStart, end) << FLAG_BITS);
      this.#hashRow(bytes, start, end, batch.bytes, (u + HASH) * 4);
    }
  }

  /** 0: no key of Kubernetes; 1: one; from 2: one whose value it encrypted, index plus two. */
  #ownBits(bytes: Uint8Array, valueStart: number, end: number): number {
    const { keyStart, keyEnd } = this.#key;
    if (!isRegistryKey(bytes, keyStart, keyEnd)) return 0;
    const fields = this.#fields;
    if (!parseCanonical(bytes, valueStart, end, fields)) return 1;
    const found = encryptedValue(
      bytes,
      { start: keyStart, end: keyEnd },
      { start: fields.valueStart, end: fields.valueEnd },
    );
    if (found === undefined) return 1;
    return this.#encryption(found) + 2;
  }

  #encryption(found: EncryptedValues): number {
    const known = this.#encryptions.get(nameOf(found));
    if (known !== undefined) return known;
    const kind = this.encryptions.length < MOST_ENCRYPTIONS ? found : OTHER;
    const index = this.#encryptions.get(nameOf(kind)) ?? this.encryptions.push(kind) - 1;
    this.#encryptions.set(nameOf(kind), index);
    return index;
  }
}

function nameOf({ provider, key, resource }: EncryptedValues): string {
  return JSON.stringify([provider, key, resource]);
}
