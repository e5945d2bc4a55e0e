import { countingStorage } from '@etcd-kloset/storage';
import { damage, flipBit } from '../check/testing/damage.ts';
import { makeTestStore, type TestStore } from '../check/testing/test-store.ts';
import { chunkName, configName, noteName, snapshotName, tableName } from '../format/names.ts';
import { tableReader } from '../rows/table-reader.ts';
import { encodeSummary } from '../format/summary.ts';
import { pack } from '../objects/packed.ts';
import { sealMetadata, withTrailer } from '../seal/index.ts';
import { sealRecord } from '../objects/record-object.ts';
import { readNote } from './notes.ts';
import { codeOf } from '../spec-support/malformed-bytes.ts';
import { sampleSummary } from '../spec-support/sample-summary.ts';
import { storedChunks } from '../spec-support/stored-chunks.ts';
import {
  clusterByName,
  listCluster,
  readChunk,
  readPlainRecord,
  readSummary,
  readTable,
  sealedObject,
  sealTable,
  type Cluster,
} from './cluster.ts';

let test: TestStore;
let cluster: Cluster;
beforeAll(async () => {
  test = await makeTestStore();
  cluster = clusterByName(test.store, test.ring, 'prod');
});
afterAll(() => test.remove());

const [sections] = [...storedChunks([[{ main: 2, sub: 0, content: 5, live: true }]]).tables.values()];
const empty = { tables: [], rowChunks: [], bucketChunks: [] };

async function putTable(): Promise<string> {
  const table = sealTable(cluster, sections!);
  await test.storage.put(tableName(cluster.id, table.digest), table.parts);
  return table.digest;
}

describe('objects of a cluster', () => {
  it('are listed by kind with their sizes; what is nobody’s counts as bytes alone', async () => {
    const other = clusterByName(test.store, test.ring, 'listed');
    const digest = (digit: string): string => digit.repeat(64);
    const ids = ['20261124t193145123z-9f86d081', '20251124t193145123z-9f86d081'] as const;
    const put = (name: string, size: number) => test.storage.put(name, Buffer.alloc(size));
    await put(chunkName(other.id, digest('a')), 5);
    await put(chunkName(other.id, digest('b')), 6);
    await put(tableName(other.id, digest('a')), 7);
    for (const id of ids) await put(snapshotName(other.id, id), 1);
    for (const id of ids) await put(noteName(other.id, id), 2);
    for (const number of [10, 2]) await put(configName(other.id, number), 3);
    await put(`clusters/${other.id}/later/x`, 100);
    await putTable();
    expect(await listCluster(other)).toEqual({
      chunks: new Map([
        [digest('a'), 5],
        [digest('b'), 6],
      ]),
      tables: new Map([[digest('a'), 7]]),
      snapshots: ids.toReversed(),
      notes: ids.toReversed(),
      configs: ['00000002', '00000010'],
      bytes: 5 + 6 + 7 + 2 + 4 + 6 + 100,
    });
    expect(await listCluster(clusterByName(test.store, test.ring, 'nothing'))).toMatchObject({
      bytes: 0,
      snapshots: [],
    });
  });

  it('that are named by their digest are compared with it at every reading', async () => {
    const digest = await putTable();
    expect(await readTable(cluster, digest)).toEqual(
      sections!.map((each) => ({ ...each, columns: expect.anything() as unknown })),
    );
    const repair = await damage(test.folder, tableName(cluster.id, digest), (bytes) => flipBit(bytes, 40));
    expect(await codeOf(() => readTable(cluster, digest))).toBe('object.rotten');
    await expect(readTable(cluster, digest)).rejects.toMatchObject({
      context: { object: tableName(cluster.id, digest) },
    });
    await repair();
    await readTable(cluster, digest);

    const chunk = sealedObject([Buffer.from('any'), Buffer.from('thing')]);
    expect(chunk.size).toBe(8);
    await test.storage.put(chunkName(cluster.id, chunk.digest), chunk.parts);
    expect((await readChunk(cluster, chunk.digest)).toString()).toBe('anything');
    await damage(test.folder, chunkName(cluster.id, chunk.digest), (bytes) => bytes.subarray(1));
    expect(await codeOf(() => readChunk(cluster, chunk.digest))).toBe('object.rotten');
  });

  it('that are not there are missing, by name', async () => {
    const digest = 'f'.repeat(64);
    for (const [read, name] of [
      [() => readTable(cluster, digest), tableName(cluster.id, digest)],
      [() => readChunk(cluster, digest), chunkName(cluster.id, digest)],
      [() => readPlainRecord(cluster, 'x'), snapshotName(cluster.id, 'x')],
    ] as const) {
      await expect(read()).rejects.toMatchObject({ code: 'object.missing', context: { object: name } });
    }
  });

  it('that are larger than they can be are not read, and are rotten, by name', async () => {
    const big = clusterByName(test.store, test.ring, 'big');
    const chunk = sealedObject([Buffer.from('more than expected')]);
    const table = sealTable(big, sections!);
    const [note, megabyte] = ['20261124t193145123z-9f86d081', Buffer.alloc(1024 * 1024 + 1)];
    await test.storage.put(chunkName(big.id, chunk.digest), chunk.parts);
    await test.storage.put(tableName(big.id, table.digest), table.parts);
    await test.storage.put(noteName(big.id, note), megabyte);
    const load = tableReader(big, [{ size: table.size - 1 }]);
    for (const [read, name] of [
      [() => readChunk(big, chunk.digest, 17), chunkName(big.id, chunk.digest)],
      [() => load(table.digest), tableName(big.id, table.digest)],
      [() => readNote(big, note), noteName(big.id, note)],
    ] as const) {
      await expect(read()).rejects.toMatchObject({
        code: 'object.rotten',
        message: expect.stringContaining(`${name} is damaged: it has more than`) as string,
        context: { object: name },
      });
    }
    await readChunk(big, chunk.digest, 18);
  });

  it('a record does not open under another name, nor when it tells of another snapshot than it is called', async () => {
    const summary = sampleSummary();
    const parts = sealRecord(test.ring, cluster.id, summary, empty, []);
    await test.storage.put(snapshotName(cluster.id, summary.id), parts);
    expect((await readSummary(cluster, summary.id)).id).toBe(summary.id);
    const renamed = summary.id.replace(/.$/, '0');
    await test.storage.put(snapshotName(cluster.id, renamed), parts);
    expect(await codeOf(() => readSummary(cluster, renamed))).toBe('seal.does-not-open');

    // Sealed under the name it is called, by someone who has the key.
    const misnamed = summary.id.replace(/.$/, '2');
    const key = test.ring.metadataKey(cluster.id, 1);
    const context = {
      format: 1,
      store: test.store.id,
      cluster: cluster.id,
      kind: 'snapshot-summary',
      id: misnamed,
      epoch: 1,
    };
    const [head, , ...rest] = parts.slice(0, -1) as [Uint8Array, Uint8Array, ...Uint8Array[]];
    const sealed = sealMetadata({ key, context }, pack([encodeSummary(summary)]));
    const newHead = Buffer.from(head);
    newHead.writeUInt32LE(sealed.length, 9);
    await test.storage.put(snapshotName(cluster.id, misnamed), withTrailer([newHead, sealed, ...rest]));
    expect(await codeOf(() => readSummary(cluster, misnamed))).toBe('object.malformed');
  });
});

describe('the reader of a snapshot’s tables', () => {
  it('asks the store once for each when they are small, however often they are passed over', async () => {
    const digest = await putTable();
    const storage = countingStorage(test.storage);
    const counted = { ...cluster, store: { ...test.store, storage } };
    const load = tableReader(counted, [{ size: 1000 }]);
    const tables = await Promise.all([load(digest), load(digest)]);
    expect(await load(digest)).toBe(tables[0]);
    expect(storage.counts.get).toBe(1);
  });

  it('asks again each time when together they are too large to hold', async () => {
    const digest = await putTable();
    const storage = countingStorage(test.storage);
    const load = tableReader({ ...cluster, store: { ...test.store, storage } }, [
      { size: 2 ** 30 },
      { size: 1 },
    ]);
    await load(digest);
    await load(digest);
    expect(storage.counts.get).toBe(2);
  });
});
