import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { type RowChunk } from '../format/snapshot-map.ts';
import { type TableSection } from '../format/table.ts';
import { codeOf } from '../spec-support/malformed-bytes.ts';
import { hashWord, storedChunks, type StoredChunks, type StoredRow } from '../spec-support/stored-chunks.ts';
import { liveRows } from './live-rows.ts';

type Seen = readonly [main: number, sub: number, content: number, chunk: number, index: number];

async function merged(
  chunks: readonly RowChunk[],
  load: (digest: string) => Promise<readonly TableSection[]>,
): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const block of liveRows(chunks, load)) {
    const words = new Uint32Array(block.hash.buffer, block.hash.byteOffset);
    for (let i = 0; i < block.count; i++) {
      const content = block.length[i]! - 20;
      const agrees =
        block.tombstone[i] === content % 2 &&
        block.crc[i] === content * 3 &&
        [0, 1, 2, 3].every((word) => words[i * 4 + word] === hashWord(content, word));
      seen.push([block.main[i]!, block.sub[i]!, agrees ? content : NaN, block.chunk[i]!, block.index[i]!]);
    }
  }
  return seen;
}

/** All live rows, sorted. */
function sorted(contents: readonly (readonly StoredRow[])[]): Seen[] {
  return contents
    .flatMap((rows, chunk) =>
      rows.flatMap(({ main, sub, content, live }, index): Seen[] =>
        live ? [[main, sub, content, chunk, index]] : [],
      ),
    )
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What a promise was resolved with is let go of a turn later.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
}

const loadFrom = ({ tables }: StoredChunks) => {
  const loads: string[] = [];
  const load = (digest: string): Promise<readonly TableSection[]> => {
    loads.push(digest);
    return Promise.resolve(tables.get(digest)!);
  };
  return { loads, load };
};

/** Rows of one revision order, dealt out to chunks in any way, some of them dead, some with subs. */
const dealt = fc
  .array(
    fc.record({
      chunk: fc.nat({ max: 5 }),
      sameMain: fc.boolean(),
      content: fc.nat({ max: 1000 }),
      live: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
    }),
    { maxLength: 60 },
  )
  .map((rows) => {
    const contents: StoredRow[][] = [[], [], [], [], [], []];
    let main = 1;
    let sub = -1;
    for (const { chunk, sameMain, content, live } of rows) {
      if (sameMain) sub++;
      else [main, sub] = [main + 3, 0];
      contents[chunk]!.push({ main, sub, content, live });
    }
    return contents.filter((each) => each.length > 0);
  });

describe('the live rows of a snapshot', () => {
  it('come in revision order from chunks that overlap in any way, each with its place', async () => {
    await fc.assert(
      fc.asyncProperty(
        dealt,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async (contents, tables, backwards) => {
          const ordered = backwards ? contents.toReversed() : contents;
          const stored = storedChunks(ordered, (chunk) => chunk % tables);
          const { loads, load } = loadFrom(stored);
          expect(await merged(stored.chunks, load)).toEqual(sorted(ordered));
          expect(new Set(loads).size).toBe(loads.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('come in blocks, of which memory holds one', async () => {
    // Three chunks: one is the rows with odd revisions, two share the even ones.
    const rows = (from: number, to: number, step: number): StoredRow[] =>
      Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => ({
        main: from + i * step,
        sub: 0,
        content: i % 100,
        live: true,
      }));
    const contents = [rows(1, 50_001, 2), rows(2, 20_001, 2), rows(20_002, 50_002, 2)];
    const stored = storedChunks(contents);
    const blocks: unknown[] = [];
    const counts: number[] = [];
    for await (const block of liveRows(stored.chunks, loadFrom(stored).load)) {
      blocks.push(block);
      counts.push(block.count);
      expect(block.main[block.count - 1]! - block.main[0]!).toBe(block.count - 1);
    }
    expect(counts.reduce((sum, count) => sum + count)).toBe(50_000);
    expect(counts).toEqual([16_384, 16_384, 16_384, 848]);
    expect(new Set(blocks).size).toBe(1);
    expect((await merged(stored.chunks, loadFrom(stored).load)).join()).toBe(sorted(contents).join());
  });

  it('open a table when the merge reaches it, and once', async () => {
    const rows = (from: number): StoredRow[] =>
      Array.from({ length: 17_000 }, (_, i) => ({ main: from + i, sub: 0, content: 0, live: true }));
    const stored = storedChunks([rows(1), rows(20_000), rows(40_000), rows(10_000_000)], (chunk) => chunk);
    const { loads, load } = loadFrom(stored);
    const loadedAt: number[] = [];
    for await (const { count } of liveRows(stored.chunks, load)) if (count > 0) loadedAt.push(loads.length);
    expect(loadedAt).toEqual([1, 2, 3, 4, 4]);
    expect(loads).toEqual(stored.chunks.map(({ table }) => table));
  });

  it('let go of a table once all its chunks are used up', async () => {
    const rows = (from: number): StoredRow[] =>
      Array.from({ length: 17_000 }, (_, i) => ({ main: from + i, sub: 0, content: 0, live: true }));
    const stored = storedChunks([rows(1), rows(20_000), rows(40_000), rows(60_000)], (chunk) => chunk >> 1);
    const given: WeakRef<readonly TableSection[]>[] = [];
    const load = (digest: string): Promise<readonly TableSection[]> => {
      const copy = [...stored.tables.get(digest)!];
      given.push(new WeakRef(copy));
      return Promise.resolve(copy);
    };
    const held: number[] = [];
    for await (const { count } of liveRows(stored.chunks, load)) {
      await collectGarbage();
      if (count > 0) held.push(given.filter((table) => table.deref() !== undefined).length);
    }
    expect(given).toHaveLength(2);
    // The last chunk of a table is opened when its first row is due: from then on the table is not needed.
    expect(held).toEqual([1, 0, 1, 0, 0]);
  });

  it('are none without chunks, and none of chunks that are all dead', async () => {
    expect(await merged([], () => Promise.reject(new Error('nothing to load')))).toEqual([]);
    const dead = [1, 2, 3].map((main) => ({ main, sub: 0, content: 1, live: false }));
    const stored = storedChunks([dead, [{ main: 2, sub: 1, content: 5, live: true }], dead]);
    expect(await merged(stored.chunks, loadFrom(stored).load)).toEqual([[2, 1, 5, 1, 0]]);
  });

  it('are refused when a table does not tell of the chunk, and the error names both', async () => {
    const row = { main: 7, sub: 0, content: 1, live: true };
    const stored = storedChunks([
      [row],
      [
        { ...row, main: 9 },
        { ...row, main: 10 },
      ],
    ]);
    const { load } = loadFrom(stored);
    const [first, second] = stored.chunks as [RowChunk, RowChunk];
    for (const wrong of [
      { ...first, section: 1 },
      { ...first, section: 5 },
      { ...second, rows: 1 },
      { ...second, firstMain: 8 },
      { ...second, firstSub: 1 },
    ]) {
      expect(await codeOf(() => merged([wrong], load))).toBe('object.malformed');
      await expect(merged([wrong], load)).rejects.toMatchObject({
        context: { table: wrong.table, chunk: wrong.digest },
      });
    }
  });

  it('fail as the table does, with its name', async () => {
    const stored = storedChunks([[{ main: 7, sub: 0, content: 1, live: true }]]);
    const broken = new Map(
      [...stored.tables].map(([digest, sections]) => [
        digest,
        [{ ...sections[0]!, columns: new Uint8Array(9) }],
      ]),
    );
    await expect(
      merged(stored.chunks, (digest) => Promise.resolve(broken.get(digest)!)),
    ).rejects.toMatchObject({
      code: 'object.malformed',
      context: { table: stored.chunks[0]!.table },
    });
    const gone = new Error('gone');
    await expect(merged(stored.chunks, () => Promise.reject(gone))).rejects.toBe(gone);
  });
});
