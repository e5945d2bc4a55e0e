import fc from 'fast-check';
import { KlosetStoreError } from '../errors.ts';
import { codeOf, damages, readOrRefuse } from '../spec-support/malformed-bytes.ts';
import {
  joinRows,
  oddRow,
  plainRows,
  putRow,
  tombstoneRow,
  type PlainRow,
} from '../spec-support/plain-rows.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { decodeRowsPayload, rowMismatch, type DecodedRows } from './rows-payload-reader.ts';
import { encodeRowsPayload } from './rows-payload.ts';

function expectRows(decoded: DecodedRows, rows: readonly PlainRow[]): void {
  expect(decoded.count).toBe(rows.length);
  rows.forEach((row, i) => {
    expect(decoded.main(i)).toBe(row.main);
    expect(decoded.sub(i)).toBe(row.sub);
    expect(decoded.isTombstone(i)).toBe(row.tombstone);
    expect(decoded.keySize(i)).toBe(row.tombstone ? 18 : 17);
    expect(decoded.size(i)).toBe(row.bytes.length);
    expect(decoded.valueSize(i)).toBe(row.value.length);
    expect(Buffer.from(decoded.value(i)).equals(row.value)).toBe(true);
    const out = Buffer.alloc(row.bytes.length + 6, 0xee);
    expect(decoded.write(i, out, 3)).toBe(3 + row.bytes.length);
    expect(out.subarray(3, 3 + row.bytes.length).equals(row.bytes)).toBe(true);
    expect(out.subarray(0, 3)).toEqual(Buffer.alloc(3, 0xee));
    expect(out.subarray(-3)).toEqual(Buffer.alloc(3, 0xee));
    const userKey = decoded.userKey(i);
    if (row.userKey === undefined) expect(userKey).toBeUndefined();
    else expect(Buffer.from(userKey!).equals(row.userKey)).toBe(true);
  });
}

function decoded(rows: readonly PlainRow[]): DecodedRows {
  const { index, values } = encodeRowsPayload(joinRows(rows));
  return decodeRowsPayload(index, values);
}

/** The columns of an index section, to be put together again with one of them changed. */
function rebuilt(index: Uint8Array, change: (columns: Uint8Array[]) => void, base?: number): Uint8Array {
  const reader = new ByteReader(index, 'an index');
  const out = new ByteWriter().varint(reader.varint());
  const from = reader.varint();
  const columns = Array.from({ length: 10 }, () => reader.sized());
  change(columns);
  out.varint(base ?? from);
  for (const column of columns) out.sized(column);
  return out.finish();
}

const text = (content: string): Buffer => Buffer.from(content);

describe('rows in a chunk', () => {
  it('come back to the bit, in revision order, whatever they are', () => {
    fc.assert(
      fc.property(plainRows, (rows) => expectRows(decoded(rows), rows)),
      { numRuns: 300 },
    );
  });

  it('come back when they are huge, empty, leased, deleted, or many versions of one key', () => {
    const key = text('/registry/events/default/x');
    const rows = [
      putRow({ main: 5, key, value: new Uint8Array(0), version: 1 }),
      putRow({
        main: 6,
        sub: 0,
        key,
        value: Buffer.alloc(3_000_000, 'v'),
        created: 5,
        version: 2,
        lease: 7n,
      }),
      tombstoneRow(6, 1, key),
      tombstoneRow(6, 2, new Uint8Array(0)),
      putRow({ main: 7, key, value: text('x'), lease: 2n ** 63n - 1n }),
      oddRow(8, 0, false, new Uint8Array(0)),
      oddRow(8, 1, true, text('\x0a')),
      putRow({ main: 9, key: Buffer.alloc(100_000, 'k'), value: text('y'), version: 0 }),
      putRow({ main: 9, sub: 1, key: Buffer.alloc(100_001, 'k'), value: text('y'), created: 1 }),
      ...Array.from({ length: 500 }, (_, i) =>
        putRow({ main: 10 + i, key, value: text(`${i}`), created: 10, version: i + 1 }),
      ),
    ];
    expectRows(decoded(rows), rows);
    expectRows(decoded([]), []);
  });

  it('lie by key and then by revision, so that versions of a key share all of it', () => {
    const rows = [
      putRow({ main: 2, key: text('b'), value: text('1') }),
      putRow({ main: 3, key: text('a'), value: text('2') }),
      putRow({ main: 3, sub: 1, key: text('ab'), value: text('3') }),
      putRow({ main: 4, key: text('b'), value: text('4'), created: 2, version: 2 }),
      putRow({ main: 5, key: Buffer.of(0xff), value: text('5') }),
      putRow({ main: 6, key: Buffer.of(0x80), value: text('6') }),
    ];
    const { index, values } = encodeRowsPayload(joinRows(rows));
    expect(Buffer.from(values).toString()).toBe('231465');
    rebuilt(index, ([, shared, rest, keys]) => {
      expect([...shared!]).toEqual([0, 1, 0, 1, 0, 0]);
      expect([...rest!]).toEqual([1, 1, 1, 0, 1, 1]);
      expect(Buffer.from(keys!).toString('latin1')).toBe('abb\x80\xff');
    });
  });

  it('can be listed by key without their values', () => {
    fc.assert(
      fc.property(plainRows, (rows) => {
        const { index } = encodeRowsPayload(joinRows(rows));
        const listed = decodeRowsPayload(index, undefined);
        rows.forEach((row, i) => {
          expect(listed.size(i)).toBe(row.bytes.length);
          expect(listed.valueSize(i)).toBe(row.value.length);
          expect(listed.userKey(i) === undefined).toBe(row.userKey === undefined);
          expect(() => listed.value(i)).toThrow(RangeError);
          expect(() => listed.write(i, Buffer.alloc(100_000), 0)).toThrow(RangeError);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('are not encoded when they have no revision', () => {
    const broken = { ...joinRows([putRow({ main: 2, key: text('a'), value: text('b') })]) };
    broken.bytes[8] = 0;
    expect(() => encodeRowsPayload(broken)).toThrow(RangeError);
  });
});

describe('a chunk of rows that is not as it was made', () => {
  const rows = [
    putRow({ main: 100, key: text('/registry/a'), value: text('first'), lease: 5n, created: 40 }),
    putRow({ main: 101, key: text('/registry/b'), value: text('second'), version: 300 }),
    tombstoneRow(101, 1, text('/registry/a')),
    oddRow(102, 0, false, text('odd')),
    ...Array.from({ length: 12 }, (_, i) =>
      putRow({ main: 200 + i, key: text(`k${i % 3}`), value: text('v') }),
    ),
  ];
  const sound = encodeRowsPayload(joinRows(rows));

  it('fails as malformed or gives rows of the sizes it says, and nothing else', () => {
    const counts = { refused: 0, read: 0 };
    fc.assert(
      fc.property(damages, fc.boolean(), (damaged, inValues) => {
        const index = inValues ? sound.index : damaged(sound.index);
        const values = inValues ? damaged(sound.values) : sound.values;
        const result = readOrRefuse(() => decodeRowsPayload(index, values));
        if (result instanceof KlosetStoreError) {
          expect(result.code).toBe('object.malformed');
          counts.refused++;
          return;
        }
        counts.read++;
        for (let i = 0; i < result.value.count; i++) {
          const size = result.value.size(i);
          expect(result.value.write(i, Buffer.alloc(size), 0)).toBe(size);
        }
      }),
      { numRuns: 2000 },
    );
    expect(counts.refused).toBeGreaterThan(200);
    expect(counts.read).toBeGreaterThan(20);
  });

  it('fails as malformed when it is anything at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 10 }), (index, values) => {
        const result = readOrRefuse(() => decodeRowsPayload(index, values));
        if (result instanceof KlosetStoreError) expect(result.code).toBe('object.malformed');
        else expect(result.value.count).toBe(0);
      }),
    );
  });

  const FLAGS = 0;
  const SHARED = 1;
  const REST = 2;
  const MAIN = 4;
  const SUB = 5;
  const CREATED = 6;
  const LEASES = 8;
  const LENGTHS = 9;
  const set = (column: number, at: number, ...bytes: number[]) =>
    rebuilt(sound.index, (columns) => {
      const old = columns[column]!;
      columns[column] = Buffer.concat([old.subarray(0, at), Uint8Array.from(bytes), old.subarray(at + 1)]);
    });

  /** The flag for a lease on a row that cannot have one, with a lease in its column. */
  const leased = (row: number) =>
    rebuilt(sound.index, (columns) => {
      columns[FLAGS] = columns[FLAGS]!.with(row, columns[FLAGS]![row]! | 4);
      columns[LEASES] = Buffer.concat([columns[LEASES]!, Buffer.alloc(8, 1)]);
    });

  it.each([
    ['an unknown flag', set(FLAGS, 0, 8)],
    ['a lease on a raw row', leased(0)],
    ['a lease on a tombstone', leased(2)],
    ['a key that shares more than there is', set(SHARED, 1, 99)],
    ['a first key that shares', set(SHARED, 0, 1)],
    ['a key that is longer than the keys', set(REST, 1, 99)],
    ['a key that is shorter', set(REST, 1, 10)],
    ['a sub revision past 32 bits', set(SUB, 0, 0x80, 0x80, 0x80, 0x80, 0x10)],
    ['a key created before the first revision', set(CREATED, 0, 0xff, 0x7f)],
    ['values that are longer than their bytes', set(LENGTHS, 0, 99)],
    ['a column with bytes left over', set(MAIN, 0, 1, 1)],
    ['a row less in one column', set(SUB, 0)],
    ['a revision past 2^53', rebuilt(sound.index, () => undefined, Number.MAX_SAFE_INTEGER)],
    ['something behind the columns', Buffer.concat([sound.index, Buffer.of(0)])],
  ])('is refused for %s', async (_, index) => {
    expect(await codeOf(() => decodeRowsPayload(index, sound.values))).toBe('object.malformed');
  });

  it('is refused for a created revision of zero, and taken for one of one', async () => {
    const { index, values } = encodeRowsPayload(
      joinRows([putRow({ main: 100, created: 1, key: text('a'), value: text('') })]),
    );
    expect(decodeRowsPayload(index, values).count).toBe(1);
    const altered = rebuilt(index, (columns) => (columns[CREATED] = Buffer.of(100)));
    expect(await codeOf(() => decodeRowsPayload(altered, values))).toBe('object.malformed');
  });

  it('cannot make its reader take memory that its own length does not warrant', async () => {
    const claim = new ByteWriter()
      .varint(2 ** 50)
      .varint(1)
      .finish();
    expect(await codeOf(() => decodeRowsPayload(claim, undefined))).toBe('object.malformed');

    // A key of 256 KiB, and 4,000 that share it all but for one byte: a gigabyte out of a few bytes each.
    const long = Buffer.alloc(256 * 1024, 'k');
    const bomb = [2, 3].map((main) =>
      putRow({ main, key: Buffer.concat([long, Buffer.of(main)]), value: text('') }),
    );
    const { index } = encodeRowsPayload(joinRows(bomb));
    const count = 4000;
    const again = (column: Uint8Array, from: number): Uint8Array =>
      Buffer.concat([
        column.subarray(0, from),
        ...new Array<Uint8Array>(count - 1).fill(column.subarray(from)),
      ]);
    const widths = [1, 1, 3, long.length + 1, 1, 1, 1, 1, 0, 1];
    const reader = new ByteReader(index, 'an index');
    reader.varint();
    const out = new ByteWriter().varint(count).varint(reader.varint());
    for (const width of widths) out.sized(again(reader.sized(), width));
    expect(out.length).toBeLessThan(400_000);
    expect(await codeOf(() => decodeRowsPayload(out.finish(), undefined))).toBe('object.malformed');
  });
});

it('a row that is not where its table says is an object that is malformed', () => {
  expect(rowMismatch('abc', 7)).toMatchObject({
    code: 'object.malformed',
    context: { chunk: 'abc', row: 7 },
  });
});
