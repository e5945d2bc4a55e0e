import fc from 'fast-check';
import {
  CRC,
  FLAG_TOMBSTONE,
  FLAGS,
  HASH,
  LENGTH,
  MAIN,
  ROW_F64,
  ROW_U32,
  RowLog,
  RowRuns,
  SUB,
  type RowSequence,
} from '@etcd-kloset/mvcc';
import { type RowColumns } from '../format/row-columns.ts';
import { columnsOfContent, storedChunks, type StoredRow } from '../spec-support/stored-chunks.ts';
import { liveRows, type StoredRows } from './live-rows.ts';
import { matchRows, noRows } from './match-rows.ts';

/** Rows as a scan leaves them behind, from columns. */
function scanned(columns: RowColumns): RowSequence {
  const log = new RowLog({
    openSpill: () => {
      throw new Error('so few rows need no spill file');
    },
  });
  const words = new Uint32Array(columns.hash.buffer);
  for (let i = 0; i < columns.count; i++) {
    const { batch, index } = log.append();
    const u = index * ROW_U32;
    batch.f64[index * ROW_F64 + MAIN] = columns.main[i]!;
    batch.u32[u + SUB] = columns.sub[i]!;
    batch.u32[u + LENGTH] = columns.length[i]!;
    batch.u32[u + CRC] = columns.crc[i]!;
    // The reader's own bits are no part of what is compared.
    batch.u32[u + FLAGS] = (columns.tombstone[i]! ? FLAG_TOMBSTONE : 0) | (7 << 8);
    for (let word = 0; word < 4; word++) batch.u32[u + HASH + word] = words[i * 4 + word]!;
  }
  const runs = new RowRuns(log);
  if (columns.count > 0) runs.add(0, columns.count);
  return runs;
}

async function places(rows: RowSequence, parent: AsyncIterable<StoredRows>): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = [];
  for await (const { batch, chunk, index } of matchRows(rows, parent)) {
    for (let i = 0; i < batch.count; i++) all.push(chunk[i] === -1 ? undefined : `${chunk[i]!}/${index[i]!}`);
  }
  return all;
}

function parentOf(contents: readonly (readonly StoredRow[])[]): AsyncIterable<StoredRows> {
  const { chunks, tables } = storedChunks(contents);
  return liveRows(chunks, (digest) => Promise.resolve(tables.get(digest)!));
}

const someRows = fc
  .uniqueArray(
    fc.record({
      main: fc.integer({ min: 1, max: 30 }),
      sub: fc.nat({ max: 2 }),
      content: fc.nat({ max: 2 }),
      live: fc.boolean(),
      chunk: fc.nat({ max: 2 }),
    }),
    { selector: ({ main, sub }) => `${main}/${sub}`, maxLength: 40 },
  )
  .map((rows) => rows.toSorted((a, b) => a.main - b.main || a.sub - b.sub));

describe('rows that the parent has', () => {
  it('are those of the same revision and the same content that were live in it', async () => {
    await fc.assert(
      fc.asyncProperty(someRows, someRows, async (before, after) => {
        const contents: StoredRow[][] = [[], [], []];
        const known = new Map<string, string>();
        for (const { chunk, ...row } of before) {
          const index = contents[chunk]!.push(row) - 1;
          if (row.live) known.set(`${row.main}/${row.sub}/${row.content}`, `${chunk}/${index}`);
        }
        const expected = after.map(({ main, sub, content }) => known.get(`${main}/${sub}/${content}`));
        expect(await places(scanned(columnsOfContent(after)), parentOf(contents))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('are found across many batches of rows and blocks of the parent', async () => {
    const all = Array.from({ length: 45_000 }, (_, i): StoredRow => ({
      main: 10 + Math.floor(i / 3),
      sub: i % 3,
      content: i % 50,
      live: true,
    }));
    const before = all.filter((_, i) => i % 7 !== 0).map((row, i) => ({ ...row, live: i % 5 !== 0 }));
    const after = all.filter((_, i) => i % 11 !== 0);
    const live = new Map(
      before.flatMap((row, i) => (row.live ? [[`${row.main}/${row.sub}`, `0/${i}`]] : [])),
    );
    const found = await places(scanned(columnsOfContent(after)), parentOf([before]));
    expect(found).toEqual(after.map(({ main, sub }) => live.get(`${main}/${sub}`)));
    expect(found.filter((place) => place !== undefined).length).toBeGreaterThan(20_000);
  });

  it('are all of them when nothing changed, and none without a parent', async () => {
    const rows = [1, 2, 3].map((main): StoredRow => ({ main, sub: 0, content: main, live: true }));
    const sequence = scanned(columnsOfContent(rows));
    expect(await places(sequence, parentOf([rows]))).toEqual(['0/0', '0/1', '0/2']);
    expect(await places(sequence, noRows())).toEqual([undefined, undefined, undefined]);
    expect(await places(scanned(columnsOfContent([])), parentOf([rows]))).toEqual([]);
  });

  it.each<[string, (columns: RowColumns) => number]>([
    ['main revision', (columns: RowColumns) => (columns.main[1]! += 0.5)],
    ['sub revision', (columns: RowColumns) => (columns.sub[1]! += 1)],
    ['length', (columns: RowColumns) => (columns.length[1]! += 1)],
    ['CRC', (columns: RowColumns) => (columns.crc[1]! ^= 1)],
    ['kind', (columns: RowColumns) => (columns.tombstone[1]! ^= 1)],
    ...Array.from({ length: 16 }, (_, at): [string, (columns: RowColumns) => number] => [
      `byte ${at} of the hash`,
      (columns) => (columns.hash[16 + at]! ^= 0x80),
    ]),
  ])('are not those that differ in %s alone', async (_, change) => {
    const rows = [2, 4, 6].map((main): StoredRow => ({ main, sub: 0, content: main, live: true }));
    const columns = columnsOfContent(rows);
    change(columns);
    expect(await places(scanned(columns), parentOf([rows]))).toEqual(['0/0', undefined, '0/2']);
  });
});
