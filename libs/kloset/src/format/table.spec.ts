import { hash } from 'node:crypto';
import fc from 'fast-check';
import { KlosetStoreError } from '../errors.ts';
import { codeOf, damages, readOrRefuse } from '../spec-support/malformed-bytes.ts';
import { columnsOf, plainRows, type PlainRow } from '../spec-support/plain-rows.ts';
import { ByteWriter } from './byte-writer.ts';
import { newRowColumns, type RowColumns } from './row-columns.ts';
import { decodeColumns, decodeTable, encodeColumns, encodeTable, type TableSection } from './table.ts';

function sectionOf(rows: RowColumns, from = 0, to = rows.count): TableSection {
  return {
    digest: hash('sha256', `${from}-${to}`, 'hex'),
    objectSize: 1000 + to,
    rows: to - from,
    plainBytes: rows.length.subarray(from, to).reduce((sum, length) => sum + length, 0),
    firstMain: from < to ? rows.main[from]! : 0,
    firstSub: from < to ? rows.sub[from]! : 0,
    columns: encodeColumns(rows, from, to),
  };
}

/** Rows `[from, to)` of the columns as plain arrays. */
function plain(rows: RowColumns, from = 0, to = rows.count): unknown {
  return {
    main: [...rows.main.subarray(from, to)],
    sub: [...rows.sub.subarray(from, to)],
    length: [...rows.length.subarray(from, to)],
    tombstone: [...rows.tombstone.subarray(from, to)],
    crc: [...rows.crc.subarray(from, to)],
    hash: Buffer.from(rows.hash.subarray(from * 16, to * 16)).toString('hex'),
  };
}

function columnsAt(places: readonly (readonly [main: number, sub: number])[]): RowColumns {
  const rows = newRowColumns(places.length);
  rows.count = places.length;
  places.forEach(([main, sub], i) => {
    rows.main[i] = main;
    rows.sub[i] = sub;
    rows.length[i] = 20;
  });
  return rows;
}

const cuts = fc.array(fc.nat({ max: 14 }), { maxLength: 3 });
/** Rows, and the table that tells of them in as many sections as the cuts make. */
function tableOf(rows: readonly PlainRow[], at: readonly number[]) {
  const columns = columnsOf(rows);
  const bounds = [0, ...at.filter((cut) => cut <= rows.length).sort((a, b) => a - b), rows.length];
  const sections = bounds.slice(1).map((to, i) => sectionOf(columns, bounds[i], to));
  return { columns, bounds, sections, bytes: Buffer.concat(encodeTable(sections)) };
}

describe('a table', () => {
  it('tells of each chunk what it was told, and of each row', () => {
    fc.assert(
      fc.property(plainRows, cuts, (rows, at) => {
        const { columns, bounds, sections, bytes } = tableOf(rows, at);
        const decoded = decodeTable(bytes);
        expect(decoded.length).toBe(sections.length);
        decoded.forEach((section, i) => {
          const { columns: encoded, ...head } = section;
          const { columns: expected, ...expectedHead } = sections[i]!;
          expect(head).toEqual(expectedHead);
          expect(Buffer.from(encoded).equals(expected)).toBe(true);
          expect(plain(decodeColumns(section))).toEqual(plain(columns, bounds[i], bounds[i + 1]));
        });
      }),
    );
  });

  it('may be made of sections of other tables as they are', () => {
    fc.assert(
      fc.property(plainRows, plainRows, cuts, (one, other, at) => {
        const sections = [...decodeTable(tableOf(one, at).bytes), ...decodeTable(tableOf(other, at).bytes)];
        const merged = decodeTable(Buffer.concat(encodeTable(sections)));
        expect(merged.map((section) => plain(decodeColumns(section)))).toEqual(
          sections.map((section) => plain(decodeColumns(section))),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the largest revisions, lengths and sums', () => {
    const rows = columnsAt([
      [1, 2 ** 32 - 1],
      [Number.MAX_SAFE_INTEGER, 0],
    ]);
    rows.length.set([2 ** 31 - 1, 17]);
    rows.tombstone.set([1, 0]);
    rows.crc.set([2 ** 32 - 1, 0]);
    expect(plain(decodeColumns(sectionOf(rows)))).toEqual(plain(rows));
  });
});

describe('a table that is not as it was made', () => {
  const rows = columnsAt([
    [5, 0],
    [5, 1],
    [9, 0],
  ]);

  it('fails as malformed or gives rows in revision order, and nothing else', () => {
    const counts = { refused: 0, read: 0 };
    fc.assert(
      fc.property(plainRows, cuts, damages, (made, at, damaged) => {
        const result = readOrRefuse(() => decodeTable(damaged(tableOf(made, at).bytes)).map(decodeColumns));
        if (result instanceof KlosetStoreError) {
          expect(['object.malformed', 'store.newer-format']).toContain(result.code);
          counts.refused++;
          return;
        }
        counts.read++;
        for (const { count, main, sub } of result.value) {
          for (let i = 1; i < count; i++) {
            expect(main[i]! > main[i - 1]! || (main[i] === main[i - 1] && sub[i]! > sub[i - 1]!)).toBe(true);
          }
        }
      }),
      { numRuns: 1500 },
    );
    expect(counts.refused).toBeGreaterThan(200);
    expect(counts.read).toBeGreaterThan(20);
  });

  it.each([
    [
      'a row twice',
      columnsAt([
        [5, 1],
        [5, 1],
      ]),
    ],
    [
      'rows whose order within a revision is wrong',
      columnsAt([
        [5, 1],
        [5, 0],
      ]),
    ],
  ])('is refused for %s', async (_, wrong) => {
    expect(await codeOf(() => decodeColumns(sectionOf(wrong)))).toBe('object.malformed');
  });

  it.each([
    ['that begins with another main revision', { firstMain: 6 }],
    ['that begins with another sub revision', { firstSub: 1 }],
    ['with fewer rows than its columns', { rows: 2 }],
    ['with more rows than its columns', { rows: 4 }],
  ])('is refused for a section %s', async (_, change) => {
    expect(await codeOf(() => decodeColumns({ ...sectionOf(rows), ...change }))).toBe('object.malformed');
  });

  it('is refused for revisions, subs and lengths that are past what they can be', async () => {
    const columns = (main: readonly number[], sub: number, length: number): Uint8Array => {
      const out = new ByteWriter();
      for (const difference of main) out.varint(difference);
      for (const _ of main) out.varint(sub);
      for (const _ of main) out.varint(length);
      return out.raw(new Uint8Array(main.length * 20)).finish();
    };
    const section = (encoded: Uint8Array, count: number): TableSection => ({
      ...sectionOf(rows),
      rows: count,
      firstMain: 1,
      firstSub: 0,
      columns: encoded,
    });
    const most = Number.MAX_SAFE_INTEGER;
    expect(decodeColumns(section(columns([1, most - 1], 0, 40), 2)).main[1]).toBe(most);
    expect(await codeOf(() => decodeColumns(section(columns([1, most], 0, 40), 2)))).toBe('object.malformed');
    expect(await codeOf(() => decodeColumns(section(columns([1], 2 ** 32, 40), 1)))).toBe('object.malformed');
    expect(await codeOf(() => decodeColumns(section(columns([1], 0, 2 ** 32), 1)))).toBe('object.malformed');
  });

  it('is refused for a later version, and for one that never was', async () => {
    const bytes = Buffer.concat(encodeTable([sectionOf(rows)]));
    bytes[0] = 2;
    expect(await codeOf(() => decodeTable(bytes))).toBe('store.newer-format');
    bytes[0] = 0;
    expect(await codeOf(() => decodeTable(bytes))).toBe('object.malformed');
  });

  it('cannot make its reader take memory that its own length does not warrant', async () => {
    const head = (count: number, columnBytes: number): Uint8Array =>
      new ByteWriter()
        .u8(1)
        .varint(1)
        .raw(new Uint8Array(32))
        .varint(9)
        .varint(count)
        .varint(9)
        .varint(1)
        .varint(0)
        .varint(columnBytes)
        .raw(new Uint8Array(100))
        .finish();
    expect(await codeOf(() => decodeTable(head(2 ** 40, 100)))).toBe('object.malformed');
    expect(await codeOf(() => decodeTable(head(2 ** 40, 2 ** 46)))).toBe('object.malformed');
    expect(
      await codeOf(() =>
        decodeTable(
          new ByteWriter()
            .u8(1)
            .varint(2 ** 40)
            .finish(),
        ),
      ),
    ).toBe('object.malformed');
  });
});
