import fc from 'fast-check';
import { crc32c, writeKeyValue, writeRevisionKey } from '@etcd-kloset/mvcc';
import { newRowColumns, type RowColumns } from '../format/row-columns.ts';
import { type RawRows } from '../format/rows-payload.ts';

/** A row of the `key` bucket, as it stands in a bbolt file. */
export interface PlainRow {
  readonly main: number;
  readonly sub: number;
  readonly tombstone: boolean;
  readonly bytes: Uint8Array;
  /** Undefined where the value is not as etcd writes it. */
  readonly userKey: Uint8Array | undefined;
  /** What the user put; for a row that is not as etcd writes it, all of the row's value. */
  readonly value: Uint8Array;
}

const NONE = new Uint8Array(0);

export function putRow(row: {
  readonly main: number;
  readonly sub?: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly created?: number;
  readonly version?: number;
  readonly lease?: bigint;
}): PlainRow {
  const { main, sub = 0, key, value } = row;
  const numbers = {
    createRevision: row.created ?? main,
    modRevision: main,
    version: row.version ?? 1,
    lease: row.lease ?? 0n,
  };
  const out = Buffer.alloc(64 + key.length + value.length);
  const end = writeKeyValue(out, writeRevisionKey(out, 0, main, sub, false), key, numbers, value);
  return { main, sub, tombstone: false, bytes: out.subarray(0, end), userKey: key, value };
}

export function tombstoneRow(main: number, sub: number, key: Uint8Array): PlainRow {
  const out = Buffer.alloc(64 + key.length);
  const numbers = { createRevision: 0, modRevision: 0, version: 0, lease: 0n };
  const end = writeKeyValue(out, writeRevisionKey(out, 0, main, sub, true), key, numbers, NONE);
  return { main, sub, tombstone: true, bytes: out.subarray(0, end), userKey: key, value: NONE };
}

/** A row whose value is anything at all. */
export function oddRow(main: number, sub: number, tombstone: boolean, value: Uint8Array): PlainRow {
  const key = Buffer.alloc(18);
  const size = writeRevisionKey(key, 0, main, sub, tombstone);
  const bytes = Buffer.concat([key.subarray(0, size), value]);
  return { main, sub, tombstone, bytes, userKey: undefined, value };
}

export function joinRows(rows: readonly PlainRow[]): RawRows {
  return {
    bytes: Buffer.concat(rows.map(({ bytes }) => bytes)),
    lengths: Uint32Array.from(rows, ({ bytes }) => bytes.length),
    tombstones: Uint8Array.from(rows, ({ tombstone }) => Number(tombstone)),
  };
}

/** Columns as a table has them; the hash is made of the CRC, so that rows that differ have hashes that do. */
export function columnsOf(rows: readonly PlainRow[]): RowColumns {
  const columns = newRowColumns(rows.length);
  columns.count = rows.length;
  rows.forEach(({ main, sub, tombstone, bytes }, i) => {
    const crc = crc32c(bytes);
    columns.main[i] = main;
    columns.sub[i] = sub;
    columns.length[i] = bytes.length;
    columns.tombstone[i] = Number(tombstone);
    columns.crc[i] = crc;
    for (let at = 0; at < 16; at++) columns.hash[i * 16 + at] = (crc >>> (8 * (at % 4))) + at;
  });
  return columns;
}

const userKey = fc.oneof(
  fc
    .constantFrom('', 'a', 'aa', 'ab', '/registry/pods/default/web', '/registry/pods/default/web-1', 'é')
    .map((k) => Buffer.from(k)),
  fc.uint8Array({ minLength: 1, maxLength: 20 }),
  fc.nat({ max: 200 }).map((length) => new Uint8Array(length + 1).fill(0xff)),
);
const value = fc.oneof(
  fc.uint8Array({ maxLength: 30 }),
  fc.constant(NONE),
  fc.nat({ max: 40_000 }).map((length) => new Uint8Array(length).fill(0x76)),
);

type Made = (main: number, sub: number) => PlainRow;

const put = fc
  .record({
    key: userKey.filter((key) => key.length > 0),
    value,
    age: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
    version: fc.oneof(fc.nat({ max: 300 }), fc.maxSafeNat()),
    lease: fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: 2n ** 63n - 1n })),
  })
  .map(({ age, ...row }): Made => (main, sub) => {
    const created = Math.max(1, Math.ceil(main * (1 - age)));
    return putRow({ ...row, main, sub, created });
  });
const tombstone = userKey.map(
  (key): Made =>
    (main, sub) =>
      tombstoneRow(main, sub, key),
);
type Numbers = { createRevision: number; modRevision: number; version: number; lease: bigint };

function oddValue(tombstone: boolean, value: string, numbers: (main: number) => Partial<Numbers>): Made {
  return (main, sub) => {
    const out = Buffer.alloc(80);
    const all = { createRevision: 0, modRevision: 0, version: 0, lease: 0n, ...numbers(main) };
    const end = writeKeyValue(out, 0, Buffer.from('a'), all, Buffer.from(value));
    return oddRow(main, sub, tombstone, out.subarray(0, end));
  };
}

/** KeyValues that the columns cannot say, since etcd never writes them: each fails one of the rules, and no other. */
const unsayable: readonly Made[] = [
  oddValue(false, 'v', (main) => ({ createRevision: main, modRevision: main + 1, version: 1 })),
  oddValue(false, 'v', (main) => ({ createRevision: main, version: 1 })),
  oddValue(false, 'v', (main) => ({ createRevision: main + 1, modRevision: main, version: 1 })),
  oddValue(false, 'v', (main) => ({ modRevision: main, version: 1 })),
  oddValue(true, 'v', () => ({})),
  oddValue(true, '', (main) => ({ createRevision: main })),
  oddValue(true, '', (main) => ({ modRevision: main })),
  oddValue(true, '', () => ({ version: 1 })),
  oddValue(true, '', () => ({ lease: 1n })),
];
const odd = fc.oneof(
  fc.tuple(fc.boolean(), fc.uint8Array({ minLength: 1, maxLength: 20 })).map(
    ([dead, bytes]): Made =>
      (main, sub) =>
        oddRow(main, sub, dead, Buffer.concat([bytes, Uint8Array.of(0x80)])),
  ),
  fc.constantFrom(...unsayable),
);

const firstMain = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 2 ** 40, max: 2 ** 52 }));
/** How far the next row is: in the same transaction, or some revisions on. */
const gap = fc.oneof(
  fc.constant(0),
  fc.constant(1),
  fc.integer({ min: 1, max: 1000 }),
  fc.integer({ min: 1, max: 2 ** 40 }),
);
const subGap = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 2 ** 28 }));

/** Rows in revision order, of every kind that a chunk must keep. */
export const plainRows: fc.Arbitrary<PlainRow[]> = fc
  .tuple(
    firstMain,
    fc.array(
      fc.tuple(
        fc.oneof(
          { weight: 5, arbitrary: put },
          { weight: 2, arbitrary: tombstone },
          { weight: 1, arbitrary: odd },
        ),
        gap,
        subGap,
      ),
      { maxLength: 14 },
    ),
  )
  .map(([first, made]) => {
    let main = first;
    let sub = -1;
    return made.map(([make, on, within]) => {
      if (on > 0) {
        main += on;
        sub = 0;
      } else {
        sub += within;
      }
      return make(main, sub);
    });
  });
