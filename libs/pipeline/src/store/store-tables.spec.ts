import { hash } from 'node:crypto';
import {
  encodeColumns,
  liveRows,
  newRowColumns,
  readTable,
  type RowChunk,
  type TableSection,
} from '@etcd-kloset/kloset';
import { countingStorage } from '@etcd-kloset/storage';
import { makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { FULL_TABLE_ROWS, FullTables } from './full-tables.ts';
import { storeTables } from './store-tables.ts';

let test: TestStore;
beforeEach(async () => (test = await makeTestStore()));
afterEach(() => test.remove());

/** A section of rows from revision `from` on. */
function section(from: number, rows = 10): TableSection {
  const columns = newRowColumns(rows);
  columns.count = rows;
  for (let i = 0; i < rows; i++) {
    columns.main[i] = from + i;
    columns.length[i] = 50;
  }
  return {
    digest: hash('sha256', `chunk at ${from}`, 'hex'),
    objectSize: from,
    rows,
    plainBytes: rows * 50,
    firstMain: from,
    firstSub: 0,
    columns: encodeColumns(columns, 0, rows),
  };
}

interface Stored {
  readonly rowChunks: readonly RowChunk[];
  readonly tables: readonly { readonly digest: string; readonly size: number }[];
}
const load = (digest: string) => readTable(test.cluster, digest);
const store = (
  before: Stored | undefined,
  written: readonly TableSection[],
  kept = before?.rowChunks ?? [],
) =>
  storeTables(
    test.cluster,
    kept,
    written,
    new Map(before?.tables.map(({ digest, size }) => [digest, size])),
    load,
  );

/** The main revisions of all live rows: every table must tell of its chunks. */
async function mains({ rowChunks }: Stored): Promise<number[]> {
  const all: number[] = [];
  for await (const { main, count } of liveRows(rowChunks, load)) all.push(...main.subarray(0, count));
  return all;
}
const count = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i);

describe('tables', () => {
  it('tell of the chunks that were written, in one table, and count as what they weigh', async () => {
    const stored = await store(undefined, [section(100), section(200)]);
    expect(stored.tables).toHaveLength(1);
    expect(stored.rowChunks.map(({ firstMain, section: place, live }) => [firstMain, place, live])).toEqual([
      [100, 0, undefined],
      [200, 1, undefined],
    ]);
    expect(stored.rowChunks.some((chunk) => 'columns' in chunk)).toBe(false);
    const [table] = stored.tables;
    expect(stored.added).toBe(table!.size);
    expect((await test.storage.get(`clusters/${test.cluster.id}/tables/${table!.digest}`)).length).toBe(
      table!.size,
    );
    expect(await mains(stored)).toEqual([...count(100, 10), ...count(200, 10)]);
  });

  it('are left as they are when nothing was written and few are there', async () => {
    const first = await store(undefined, [section(100), section(200)]);
    const second = await store(first, []);
    expect(second).toEqual({ ...first, added: 0 });
    expect(await store(undefined, [])).toEqual({ rowChunks: [], tables: [], added: 0 });
  });

  it('that no chunk needs any more are not listed', async () => {
    const first = await store(undefined, [section(100)]);
    const second = await store(first, [section(200)]);
    expect(second.tables).toHaveLength(2);
    const third = await store(second, [], second.rowChunks.slice(1));
    expect(third.tables).toEqual([second.tables[1]]);
  });

  it('are merged when eight small ones have gathered: sections are copied, live maps kept, dead chunks left out', async () => {
    let stored: Stored | undefined;
    for (let i = 1; i <= 7; i++) stored = await store(stored, [section(1000 - 100 * i)]);
    expect(stored!.tables).toHaveLength(7);
    const kept = stored!.rowChunks.slice(1).map((chunk, i) => ({
      ...chunk,
      live: i === 2 ? Uint8Array.of(0xff, 0x01) : undefined,
    }));
    // Six of the seven are still needed, and two more make eight.
    const more = await store({ ...stored!, rowChunks: kept }, [section(2000)]);
    expect(more.tables).toHaveLength(7);
    const merged = await store(more, [section(50)]);
    expect(merged.tables).toHaveLength(1);
    expect(merged.rowChunks.map(({ firstMain }) => firstMain)).toEqual([
      50, 400, 500, 600, 700, 800, 900, 2000,
    ]);
    expect(merged.rowChunks.map(({ section: place }) => place)).toEqual(count(0, 8));
    const expected = [50, 400, 500, 600, 700, 800, 900, 2000].flatMap((from) => count(from, 10));
    expect(await mains(merged)).toEqual(expected.filter((main) => main !== 609));
    expect(merged.added).toBe(merged.tables[0]!.size);
  });

  it('of many backups stay few, and the rewriting small', async () => {
    let stored: Stored | undefined;
    const storage = countingStorage(test.storage);
    const cluster = { ...test.cluster, store: { ...test.cluster.store, storage } };
    for (let hour = 1; hour <= 200; hour++) {
      const sizes = new Map(stored?.tables.map(({ digest, size }) => [digest, size]));
      stored = await storeTables(cluster, stored?.rowChunks ?? [], [section(hour * 100)], sizes, load);
      expect(stored.tables.length).toBeLessThanOrEqual(7 * 5);
    }
    expect(await mains(stored!)).toEqual(count(1, 200).flatMap((hour) => count(hour * 100, 10)));
    const last = stored!.tables.reduce((sum, { size }) => sum + size, 0);
    // Each row was written once when it was new, and once more in each tier.
    expect(storage.counts.bytesPut).toBeLessThan(12 * last);
  });

  it('hold no more rows than fill one: what is more goes into the next', async () => {
    const half = FULL_TABLE_ROWS;
    const stored = await store(undefined, [
      section(10, half),
      section(half + 10, half),
      section(3 * half, 5),
    ]);
    expect(stored.tables).toHaveLength(2);
    expect(stored.rowChunks.map(({ section: place }) => place)).toEqual([0, 1, 0]);
    expect((await mains(stored)).length).toBe(2 * half + 5);
  });

  it('that are full are not merged, however many there are', async () => {
    let stored: Stored | undefined;
    for (let i = 0; i < 9; i++)
      stored = await store(stored, [section(1 + i * FULL_TABLE_ROWS, FULL_TABLE_ROWS)]);
    expect(stored!.tables).toHaveLength(9);
  });
});

describe('tables that are written as they fill', () => {
  it('have their rows in order, and leave the rest for later', async () => {
    const tables = new FullTables(test.cluster);
    const third = Math.ceil(FULL_TABLE_ROWS / 3);
    const sections = [0, 1, 2, 3].map((i) => section(1 + i * third, third));
    const drafted = sections.map(({ digest, objectSize: size, ...rest }, sequence) => ({
      ...rest,
      sequence,
      stored: { digest, size },
    }));
    for (const each of drafted) await tables.add(each);
    expect(tables.tables.size).toBe(1);
    expect(tables.rowChunks.map(({ digest, section: place }) => [digest, place])).toEqual(
      sections.slice(0, 3).map(({ digest }, i) => [digest, i]),
    );
    expect(tables.rest).toEqual([drafted[3]]);
    const [[table, bytes]] = [...tables.tables] as [[string, number]];
    expect((await test.storage.get(`clusters/${test.cluster.id}/tables/${table}`)).length).toBe(bytes);
    expect(await mains({ rowChunks: tables.rowChunks, tables: [] })).toEqual(count(1, 3 * third));
  });
});
