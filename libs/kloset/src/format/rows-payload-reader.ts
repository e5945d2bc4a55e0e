import {
  keyValueSize,
  REVISION_KEY_SIZE,
  TOMBSTONE_KEY_SIZE,
  writeKeyValue,
  writeRevisionKey,
} from '@etcd-kloset/mvcc';
import { KlosetStoreError } from '../errors.ts';
import { ByteReader } from './byte-reader.ts';
import { ROW_LEASE, ROW_RAW, ROW_TOMBSTONE } from './rows-payload.ts';

/** The rows of one chunk, addressed in revision order. */
export interface DecodedRows {
  readonly count: number;
  main(row: number): number;
  sub(row: number): number;
  isTombstone(row: number): boolean;
  /** The user's key; for a row kept as it was, undefined. */
  userKey(row: number): Uint8Array | undefined;
  /** Bytes of the user's value; for a row kept as it was, of its whole KeyValue. */
  valueSize(row: number): number;
  /** The user's value; needs the values section. */
  value(row: number): Uint8Array;
  /** Bytes of the row in a bbolt file: key and value. */
  size(row: number): number;
  keySize(row: number): number;
  /** Writes key and value, as they were in the bbolt file, at `offset` of `out`; returns the offset after them. */
  write(row: number, out: Uint8Array, offset: number): number;
}

const NOTHING = new Uint8Array(0);
/**
 * Keys share beginnings, so a short index can stand for any amount of them. A chunk has some MiB of rows and one row
 * more, whose key stands in the index but for what it shares: what unfolds to more than this was made to fill memory.
 */
const MOST_SHARED_BYTES = 64 * 1024 * 1024;

/**
 * Decodes what `encodeRowsPayload` made.
 * @param values undefined when only keys are wanted; `value` and `write` then throw.
 * @throws KlosetStoreError `object.malformed`.
 */
export function decodeRowsPayload(index: Uint8Array, values: Uint8Array | undefined): DecodedRows {
  const reader = new ByteReader(index, 'a chunk');
  const count = reader.count(1);
  const base = reader.varint();
  const column = () => new ByteReader(reader.sized(), 'a chunk');
  const [flagsColumn, prefixes, suffixes, keyBytes, mains, subs, creates, versions, leases, lengths] =
    Array.from({ length: 10 }, column) as [
      ByteReader,
      ByteReader,
      ByteReader,
      ByteReader,
      ByteReader,
      ByteReader,
      ByteReader,
      ByteReader,
      ByteReader,
      ByteReader,
    ];
  reader.end();

  const flags = flagsColumn.raw(count);
  const main = new Float64Array(count);
  const sub = new Uint32Array(count);
  const create = new Float64Array(count);
  const version = new Float64Array(count);
  const lease: (bigint | undefined)[] = [];
  const valueStart = new Float64Array(count + 1);
  const keys: Uint8Array[] = [];

  let previous: Uint8Array = NOTHING;
  let keyBytesLeft = MOST_SHARED_BYTES + index.length;
  for (let i = 0; i < count; i++) {
    const flag = flags[i]!;
    if (flag > 7 || (flag & ROW_LEASE && flag !== ROW_LEASE))
      throw reader.malformed('a row has unknown flags');
    const shared = prefixes.varint();
    if (shared > previous.length) throw reader.malformed('a key shares more than there is');
    const rest = keyBytes.raw(suffixes.varint());
    // Versions of one key stand side by side and are one array.
    if (rest.length > 0 || shared < previous.length) {
      keyBytesLeft -= shared + rest.length;
      if (keyBytesLeft < 0) throw reader.malformed('its keys unfold to more than a chunk holds');
      previous = joined(previous.subarray(0, shared), rest);
    }
    keys.push(previous);
    main[i] = base + mains.varint();
    if (main[i]! > Number.MAX_SAFE_INTEGER) throw reader.malformed('a row has a revision above 2^53');
    sub[i] = subs.u32Varint();
    if (flag === 0 || flag === ROW_LEASE) {
      create[i] = main[i]! - creates.varint();
      version[i] = versions.varint();
      if (create[i]! <= 0) throw reader.malformed('a key was created before revision 1');
    }
    lease.push(flag & ROW_LEASE ? leases.u64() : undefined);
    valueStart[i + 1] = valueStart[i]! + lengths.varint();
  }
  for (const each of [
    flagsColumn,
    prefixes,
    suffixes,
    keyBytes,
    mains,
    subs,
    creates,
    versions,
    leases,
    lengths,
  ])
    each.end();
  if (values !== undefined && valueStart[count] !== values.length)
    throw reader.malformed('its values do not fit its index');

  const order = Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => main[a]! - main[b]! || sub[a]! - sub[b]!,
  );
  const numbers = { createRevision: 0, modRevision: 0, version: 0, lease: 0n };
  const numbersOf = (i: number) => {
    const put = (flags[i]! & ~ROW_LEASE) === 0;
    numbers.createRevision = put ? create[i]! : 0;
    numbers.modRevision = put ? main[i]! : 0;
    numbers.version = put ? version[i]! : 0;
    numbers.lease = lease[i] ?? 0n;
    return numbers;
  };
  const keySizeOf = (i: number) => (flags[i]! & ROW_TOMBSTONE ? TOMBSTONE_KEY_SIZE : REVISION_KEY_SIZE);
  const valueSizeOf = (i: number) => valueStart[i + 1]! - valueStart[i]!;
  const valueOf = (i: number) => {
    if (values === undefined) throw new RangeError('the values of this chunk were not read');
    return values.subarray(valueStart[i], valueStart[i + 1]);
  };
  return {
    count,
    main: (row) => main[order[row]!]!,
    sub: (row) => sub[order[row]!]!,
    isTombstone: (row) => (flags[order[row]!]! & ROW_TOMBSTONE) !== 0,
    userKey: (row) => (flags[order[row]!]! & ROW_RAW ? undefined : keys[order[row]!]!),
    valueSize: (row) => valueSizeOf(order[row]!),
    value: (row) => valueOf(order[row]!),
    keySize: (row) => keySizeOf(order[row]!),
    size(row) {
      const i = order[row]!;
      if (flags[i]! & ROW_RAW) return keySizeOf(i) + valueSizeOf(i);
      return keySizeOf(i) + keyValueSize(numbersOf(i), keys[i]!.length, valueSizeOf(i));
    },
    write(row, out, offset) {
      const i = order[row]!;
      const at = offset + writeRevisionKey(out, offset, main[i]!, sub[i]!, (flags[i]! & ROW_TOMBSTONE) !== 0);
      const value = valueOf(i);
      if (flags[i]! & ROW_RAW) {
        out.set(value, at);
        return at + value.length;
      }
      return writeKeyValue(out, at, keys[i]!, numbersOf(i), value);
    },
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** For callers that must not go on when a row is not where the table says. */
export function rowMismatch(chunk: string, row: number): KlosetStoreError {
  return new KlosetStoreError(
    'object.malformed',
    `chunk ${chunk} does not hold the rows its table tells of`,
    {
      context: { chunk, row },
    },
  );
}
