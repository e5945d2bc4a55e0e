import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  addEpoch,
  chunkName,
  clusterByName,
  newId,
  ownerRing,
  putNote,
  sealRecord,
  snapshotName,
  tableName,
  type SnapshotMap,
  type SnapshotSummary,
} from '@etcd-kloset/kloset';
import { needsOf, storeWrites } from '../spec-support/row-store.ts';
import { sampleSummary } from '../spec-support/sample-summary.ts';
import { Scratch } from '../spec-support/scanned-file.ts';
import { makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { findParent } from './parent.ts';

let scratch: Scratch;
let threads: PipelineThreads;
let test: TestStore;
let map: SnapshotMap;
beforeAll(() => {
  scratch = new Scratch();
  threads = new PipelineThreads(1);
});
beforeEach(async () => {
  test = await makeTestStore();
  const writes = Array.from({ length: 9000 }, (_, i) => ({ main: 2 + i, key: `k${i}`, value: 'v' }));
  map = { ...(await storeWrites(test, scratch, threads, writes)).map, bucketChunks: [] };
  expect(map.rowChunks).toHaveLength(2);
});
afterEach(async () => {
  scratch.closeFiles();
  await test.remove();
});
afterAll(async () => {
  await threads.close();
  scratch.remove();
});

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 24, 19, minute));
/** Writes a record with the map; its time is the minute. */
async function record(minute: number, changes: Partial<SnapshotSummary> = {}): Promise<string> {
  const id = newId(at(minute));
  const summary = sampleSummary({ id, ...changes });
  const parts = sealRecord(test.ring, test.cluster.id, summary, map, needsOf(map));
  await test.storage.put(snapshotName(test.cluster.id, id), parts);
  return id;
}
async function find(encoding: SnapshotSummary['encoding'] = 'rows', cluster = test.cluster) {
  const warnings: string[] = [];
  const parent = await findParent(cluster, encoding, (warning) => warnings.push(warning));
  return { parent, warnings };
}
async function spoil(name: string): Promise<void> {
  const file = path.join(test.folder, name);
  const bytes = await readFile(file);
  bytes[bytes.length - 1]! ^= 1;
  await chmod(file, 0o644);
  await writeFile(file, bytes);
}

describe('what a backup builds on', () => {
  it('is nothing in a store without snapshots', async () => {
    const { parent, warnings } = await find();
    expect(parent).toMatchObject({ summary: undefined, map: undefined, chunks: [], soundChunks: new Map() });
    expect(parent.listing.chunks.size).toBe(2);
    expect(warnings).toEqual([]);
  });

  it('is the newest snapshot, with all its chunks', async () => {
    await record(1);
    const newest = await record(3);
    await record(2);
    const { parent, warnings } = await find();
    expect(parent.summary?.id).toBe(newest);
    expect(parent.chunks).toEqual(parent.map!.rowChunks);
    expect(parent.chunks.map(({ digest }) => digest)).toEqual(map.rowChunks.map(({ digest }) => digest));
    expect(parent.soundChunks).toEqual(
      new Map(map.rowChunks.map(({ digest, objectSize }) => [digest, objectSize])),
    );
    expect(warnings).toEqual([]);
  });

  it('is an older one when the newest cannot be read, and that is said', async () => {
    const older = await record(1);
    const newest = await record(2);
    await spoil(snapshotName(test.cluster.id, newest));
    const { parent, warnings } = await find();
    expect(parent.summary?.id).toBe(older);
    expect(warnings).toEqual([expect.stringContaining(newest)]);
  });

  it('leaves chunks out that are gone, cut short, or told to be damaged, and says how many', async () => {
    await record(1);
    const [first, second] = map.rowChunks;
    const name = chunkName(test.cluster.id, first!.digest);
    const bytes = await test.storage.get(name);
    await rm(path.join(test.folder, name));
    const missing = await find();
    expect(missing.parent.chunks.map(({ digest }) => digest)).toEqual([second!.digest]);
    expect(missing.parent.soundChunks.has(first!.digest)).toBe(false);
    expect(missing.warnings).toEqual([expect.stringMatching(/^1 chunks .* stored again$/)]);

    await test.storage.put(name, bytes.subarray(1));
    expect((await find()).parent.chunks.map(({ digest }) => digest)).toEqual([second!.digest]);

    await rm(path.join(test.folder, name), { force: true });
    await test.storage.put(name, bytes);
    expect((await find()).parent.chunks).toHaveLength(2);
    await putNote(test.cluster, { type: 'damaged', objects: [second!.digest] }, at(2));
    expect((await find()).parent.chunks.map(({ digest }) => digest)).toEqual([first!.digest]);
  });

  it('leaves all chunks of a table out that is gone or told to be damaged', async () => {
    await record(1);
    const [table] = map.tables;
    await putNote(test.cluster, { type: 'damaged', objects: [table!.digest] }, at(2));
    const { parent, warnings } = await find();
    expect(parent.chunks).toEqual([]);
    expect(parent.summary).toBeDefined();
    expect(warnings).toEqual([expect.stringMatching(/^2 chunks/)]);
    await rm(path.join(test.folder, tableName(test.cluster.id, table!.digest)));
    expect((await find()).parent.chunks).toEqual([]);
  });

  it('is built on although a note cannot be read, and that is said', async () => {
    await record(1);
    const note = await putNote(test.cluster, { type: 'damaged', objects: [] }, at(2));
    await spoil(`clusters/${test.cluster.id}/notes/${note}`);
    const { parent, warnings } = await find();
    expect(parent.chunks).toHaveLength(2);
    expect(warnings).toEqual([expect.stringContaining(note)]);
  });

  it('is nothing of a snapshot that was kept in another way: blocks are no rows', async () => {
    await record(1, { encoding: 'opaque' });
    expect((await find('opaque')).parent.chunks).toHaveLength(2);
    const { parent, warnings } = await find('rows');
    expect(parent.chunks).toEqual([]);
    expect(parent.summary).toBeDefined();
    // What is neither row nor block, such as an attachment, can still be counted on.
    expect(parent.soundChunks.size).toBe(2);
    expect(warnings).toEqual([]);
  });

  it('is nothing of an older key epoch, and that is said', async () => {
    const id = await record(1);
    const rotated = ownerRing(addEpoch(test.bundle));
    const { parent, warnings } = await find('rows', clusterByName(test.cluster.store, rotated, 'prod'));
    expect(parent).toMatchObject({ chunks: [], soundChunks: new Map() });
    expect(parent.summary?.id).toBe(id);
    expect(warnings).toEqual([expect.stringContaining('rotated')]);
  });
});
