import { chunkName, snapshotName, tableName, STORE_FILE } from '../format/names.ts';
import { sealedObject } from '../store/cluster.ts';
import { checkStore } from './check-store.ts';
import { damage, flipBit } from './testing/damage.ts';
import { someRows } from './testing/plain-rows.ts';
import { putSnapshot, type SnapshotParts } from './testing/put-snapshot.ts';
import { makeTestStore, type TestStore } from './testing/test-store.ts';

describe('a check without a key', () => {
  let test: TestStore;
  let first: SnapshotParts;
  let second: SnapshotParts;
  let other: SnapshotParts;
  const undo: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    test = await makeTestStore();
    first = await putSnapshot(test, {
      cluster: 'one',
      chunks: [someRows(2, 20), someRows(22, 20)],
      time: new Date('2026-01-01T00:00:00Z'),
    });
    second = await putSnapshot(test, {
      cluster: 'one',
      chunks: [someRows(42, 9)],
      kept: first,
      time: new Date('2026-01-01T01:00:00Z'),
    });
    other = await putSnapshot(test, {
      cluster: 'two',
      chunks: [someRows(2, 5)],
      attachment: 'a: b',
      time: new Date('2026-01-01T02:00:00Z'),
    });
  });
  afterEach(async () => {
    for (const each of undo.splice(0).reverse()) await each();
  });
  afterAll(() => test.remove());

  const spoil = async (name: string, change: (bytes: Buffer) => Buffer | undefined): Promise<void> => {
    undo.push(await damage(test.folder, name, change));
  };
  const ids = (...snapshots: SnapshotParts[]): string[] => snapshots.map(({ summary }) => summary.id);

  it('finds nothing wrong with a sound store, and reads all of it', async () => {
    const seen: number[] = [];
    const result = await checkStore(test, { progress: ({ bytes }) => seen.push(bytes) });
    expect(result).toMatchObject({
      sound: true,
      problems: [],
      warnings: [],
      clusters: 2,
      snapshots: 3,
      orphans: { count: 0, bytes: 0 },
    });
    const objects: number[] = [];
    for await (const { size } of test.storage.list('')) objects.push(size);
    expect(result.objects).toBe(objects.length);
    expect(result.bytes).toBe(objects.reduce((sum, size) => sum + size, 0));
    expect(seen).toHaveLength(objects.length);
    expect(seen.at(-1)).toBe(result.bytes);
  });

  it('names exactly the snapshots that need a rotten chunk', async () => {
    const object = chunkName(first.cluster.id, first.map.rowChunks[0]!.digest);
    await spoil(object, (bytes) => flipBit(bytes, 1000));
    const { problems } = await checkStore(test);
    expect(problems).toMatchObject([
      { object, kind: 'chunk', problem: 'rotten', neededBy: ids(first, second), cluster: first.cluster.id },
    ]);
  });

  it('tells a missing object and one that was cut off from a rotten one', async () => {
    const missing = tableName(second.cluster.id, second.map.tables[1]!.digest);
    const short = chunkName(other.cluster.id, other.map.rowChunks[0]!.digest);
    await spoil(missing, () => undefined);
    await spoil(short, (bytes) => bytes.subarray(0, 40));
    const { problems } = await checkStore(test);
    expect(problems).toHaveLength(2);
    expect(problems).toContainEqual(
      expect.objectContaining({ object: missing, problem: 'missing', neededBy: ids(second) }),
    );
    expect(problems).toContainEqual(
      expect.objectContaining({ object: short, problem: 'wrong-size', neededBy: ids(other) }),
    );
  });

  it('names the snapshot of a rotten record, and no other', async () => {
    const object = snapshotName(first.cluster.id, first.summary.id);
    await spoil(object, (bytes) => flipBit(bytes, bytes.length - 1));
    const { problems, snapshots } = await checkStore(test);
    expect(problems).toMatchObject([{ object, kind: 'snapshot', problem: 'rotten', neededBy: ids(first) }]);
    expect(snapshots).toBe(3);
  });

  it('says that it cannot judge a record of a newer format', async () => {
    const object = snapshotName(first.cluster.id, first.summary.id);
    await spoil(object, (bytes) => {
      bytes[3] = 9;
      return bytes;
    });
    const { problems, sound } = await checkStore(test);
    expect(sound).toBe(false);
    expect(problems).toMatchObject([{ object, problem: 'newer-format', neededBy: ids(first) }]);
  });

  it('says what a rotten key file and a rotten kloset.json mean', async () => {
    const all = ids(first, second, other);
    let key = '';
    for await (const { name } of test.storage.list('keys/')) key = name;
    await spoil(key, (bytes) => flipBit(bytes, 99));
    await spoil(STORE_FILE, (bytes) => flipBit(bytes, 20));
    const { problems } = await checkStore(test);
    expect(problems).toMatchObject([
      { object: key, kind: 'key', problem: 'rotten', neededBy: all },
      { object: STORE_FILE, kind: 'store', problem: 'rotten', neededBy: all },
    ]);
    expect(problems[0]!.message).toContain('nothing in this store can be restored');
  });

  it('counts objects that nobody needs, and warns of names that nobody knows', async () => {
    const orphan = sealedObject([Buffer.from('KLC\x01\x01\0\0\0\0 of a backup that died', 'latin1')]);
    await test.storage.put(chunkName(first.cluster.id, orphan.digest), orphan.parts);
    await test.storage.put('lost+found'.replace('+', '-'), Buffer.from('x'));
    undo.push(async () => {
      await test.storage.delete(chunkName(first.cluster.id, orphan.digest));
      await test.storage.delete('lost-found');
    });
    const result = await checkStore(test);
    expect(result).toMatchObject({ sound: true, orphans: { count: 1, bytes: orphan.size } });
    expect(result.warnings).toEqual([expect.stringContaining('lost-found')]);
  });

  it('looks at one cluster only when told to', async () => {
    const object = chunkName(other.cluster.id, other.map.rowChunks[0]!.digest);
    await spoil(object, (bytes) => flipBit(bytes, 0));
    expect(await checkStore(test, { cluster: first.cluster.id })).toMatchObject({
      sound: true,
      snapshots: 2,
    });
    expect(await checkStore(test, { cluster: other.cluster.id })).toMatchObject({
      sound: false,
      snapshots: 1,
    });
    expect(await checkStore(test, { cluster: 'two', ring: test.ring, note: false })).toMatchObject({
      sound: false,
    });
    await expect(checkStore(test, { cluster: 'two' })).rejects.toMatchObject({
      code: 'store.no-such-cluster',
    });
  });

  it('stops when it is told to', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const checking = checkStore(test, { signal: abort.signal, progress: () => abort.abort(reason) });
    await expect(checking).rejects.toBe(reason);
  });
});
