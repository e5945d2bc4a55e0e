import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chunkName, listCluster, tableName } from '@etcd-kloset/kloset';
import { type Write } from '../spec-support/etcd-file.ts';
import { contentOf, storedContent, storeWrites, type StoredSnapshot } from '../spec-support/row-store.ts';
import { Scratch } from '../spec-support/scanned-file.ts';
import { boundStorage, makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';

let scratch: Scratch;
let threads: PipelineThreads;
let test: TestStore;
beforeAll(() => {
  scratch = new Scratch();
  threads = new PipelineThreads(2);
});
beforeEach(async () => (test = await makeTestStore()));
afterEach(async () => {
  scratch.closeFiles();
  await test.remove();
});
afterAll(async () => {
  await threads.close();
  scratch.remove();
});

const writesOf = (count: number, from = 2, value = 'v'): Write[] =>
  Array.from({ length: count }, (_, i) => ({
    main: from + i,
    key: `/registry/pods/default/web-${(from + i) % 500}`,
    value: (from + i) % 10 === 9 ? undefined : `${value} ${from + i}`,
  }));
/** More than one table holds. */
const MANY = writesOf(132_000);
const store = (writes: readonly Write[], parent?: StoredSnapshot) =>
  storeWrites(test, scratch, threads, writes, parent?.map);

async function expectContent({ map }: StoredSnapshot, writes: readonly Write[]): Promise<void> {
  const content = await storedContent(test, map);
  const expected = contentOf(writes);
  expect(content.length).toBe(expected.length);
  expect(content.findIndex((row, i) => !row.equals(expected[i]!))).toBe(-1);
}

async function spoil(name: string): Promise<void> {
  const file = path.join(test.folder, name);
  const bytes = await readFile(file);
  bytes[bytes.length - 1]! ^= 1;
  await chmod(file, 0o644);
  await writeFile(file, bytes);
}

describe('rows that are stored', () => {
  it('come back, all of them, from chunks that are full by their number', async () => {
    const writes = writesOf(20_000);
    const first = await store(writes);
    expect(first.stored).toMatchObject({ newRows: 20_000, knownRows: 0, rewrittenRows: 0, kept: [] });
    expect(first.map.rowChunks.map(({ rows }) => rows)).toEqual([8192, 8192, 3616]);
    await expectContent(first, writes);
    const { chunks, tables, bytes } = await listCluster(test.cluster);
    expect(chunks.size).toBe(3);
    expect(first.stored.added).toBe([...chunks.values()].reduce((sum, size) => sum + size, 0));
    expect(bytes).toBe(first.stored.added + [...tables.values()].reduce((sum, size) => sum + size, 0));
  });

  it('are not stored again when nothing happened: nothing at all is written', async () => {
    const writes = writesOf(9000);
    const first = await store(writes);
    const before = await listCluster(test.cluster);
    const second = await store(writes, first);
    expect(second.stored).toMatchObject({ newRows: 0, knownRows: 9000, added: 0, written: [], tabled: [] });
    expect(await listCluster(test.cluster)).toEqual(before);
    expect(second.map).toEqual(first.map);
    await expectContent(second, writes);
  });

  it('are stored once: what is new goes into new chunks, what is gone into live maps', async () => {
    const first = await store(writesOf(10_000));
    const kept = writesOf(10_000).filter((_, i) => i % 3 !== 0);
    const writes = [...kept, ...writesOf(300, 20_000)];
    const second = await store(writes, first);
    expect(second.stored).toMatchObject({ newRows: 300, knownRows: kept.length, rewrittenRows: 0 });
    expect(second.map.rowChunks).toHaveLength(3);
    expect(second.map.rowChunks.map(({ live }) => live !== undefined)).toEqual([true, true, false]);
    await expectContent(second, writes);
    await expectContent(first, writesOf(10_000));
  });

  it('of the same revisions and other content, as after a restore, are new', async () => {
    const first = await store(writesOf(1000));
    const writes = [...writesOf(400), ...writesOf(600, 402, 'another')];
    const second = await store(writes, first);
    // A deletion is its key alone, and that is the same.
    expect(second.stored.newRows).toBe(540);
    await expectContent(second, writes);
  });

  it('are written again when hardly one of their chunk is left, and the chunk is dropped', async () => {
    const first = await store(writesOf(16_384));
    const writes = writesOf(16_384).filter((_, i) => i < 8192 || i % 50 === 0);
    const second = await store(writes, first);
    expect(second.stored).toMatchObject({ newRows: 0, rewrittenRows: 164 });
    expect(second.map.rowChunks.map(({ rows }) => rows)).toEqual([8192, 164]);
    await expectContent(second, writes);
  });

  it('of which none is left in a chunk leave it out', async () => {
    const first = await store(writesOf(16_384));
    const second = await store(writesOf(8192), first);
    expect(second.map.rowChunks).toEqual([first.map.rowChunks[0]]);
    const third = await store([], second);
    expect(third.map).toEqual({ tables: [], rowChunks: [] });
    expect(third.stored).toMatchObject({ newRows: 0, knownRows: 0, added: 0 });
  });

  it('hour after hour stay few chunks and few tables, and all there', async () => {
    let snapshot: StoredSnapshot | undefined;
    let writes: Write[] = [];
    let rewritten = 0;
    for (let hour = 0; hour < 40; hour++) {
      const old = writes.filter((_, i) => (i * 7 + hour) % 10 !== 0);
      writes = [...old, ...writesOf(40, 10 + hour * 100)];
      snapshot = await store(writes, snapshot);
      rewritten += snapshot.stored.rewrittenRows;
      expect(snapshot.map.rowChunks.length).toBeLessThan(40);
      expect(snapshot.map.tables.length).toBeLessThan(20);
    }
    expect(rewritten).toBeGreaterThan(0);
    expect(rewritten).toBeLessThan(40 * 40 * 4);
    await expectContent(snapshot!, writes);
  });

  it('are stored again when their table turns out to be damaged, and that is said', async () => {
    const first = await store(writesOf(500));
    const second = await store([...writesOf(500), ...writesOf(3, 1000)], first);
    expect(second.map.tables).toHaveLength(2);
    await spoil(tableName(test.cluster.id, first.map.tables[0]!.digest));
    const writes = [...writesOf(500), ...writesOf(3, 1000), ...writesOf(2, 2000)];
    const third = await store(writes, second);
    expect(third.stored.newRows).toBe(502);
    expect(third.warnings).toEqual([expect.stringContaining('rows of the 1 chunks')]);
    await expectContent(third, writes);
  });
});

describe('a store that fails while rows are stored', () => {
  it('fails the backup with its own error, after few more tries', async () => {
    let puts = 0;
    const storage = {
      ...boundStorage(test.storage),
      put: () => {
        puts++;
        return Promise.reject(new Error('the disk is full'));
      },
    };
    const broken: TestStore = {
      ...test,
      cluster: { ...test.cluster, store: { ...test.cluster.store, storage } },
    };
    await expect(storeWrites(broken, scratch, threads, MANY)).rejects.toThrow('the disk is full');
    expect(puts).toBeLessThan(9);
    expect((await listCluster(test.cluster)).bytes).toBe(0);
  });

  it('fails it when a table cannot be written, too', async () => {
    const storage = {
      ...boundStorage(test.storage),
      put: (name: string, parts: Uint8Array | readonly Uint8Array[]) =>
        name.includes('/tables/')
          ? Promise.reject(new Error('no tables today'))
          : test.storage.put(name, parts),
    };
    const broken: TestStore = {
      ...test,
      cluster: { ...test.cluster, store: { ...test.cluster.store, storage } },
    };
    await expect(storeWrites(broken, scratch, threads, MANY)).rejects.toThrow('no tables today');
  });
});

it('millions of rows have their tables written as they fill, none of them to be merged again', async () => {
  const { stored, map } = await store(MANY);
  expect(stored.tables.size).toBe(1);
  expect(stored.tabled.reduce((sum, { rows }) => sum + rows, 0)).toBe(131_072);
  expect(map.tables).toHaveLength(2);
  expect(map.rowChunks.map(({ digest }) => digest)).toEqual(
    [...stored.tabled, ...stored.written].map(({ digest }) => digest),
  );
  expect(map.rowChunks.reduce((sum, { rows }) => sum + rows, 0)).toBe(MANY.length);
  const { chunks, bytes } = await listCluster(test.cluster);
  for (const { digest, objectSize } of map.rowChunks) expect(chunks.get(digest)).toBe(objectSize);
  const last = map.tables.at(-1)!.size;
  expect(bytes).toBe(stored.added + last);
  expect((await test.storage.get(chunkName(test.cluster.id, map.rowChunks[0]!.digest))).length).toBe(
    map.rowChunks[0]!.objectSize,
  );
});
