import { hash } from 'node:crypto';
import {
  chunkName,
  listCluster,
  mapOf,
  readPlainRecord,
  readSummary,
  snapshotName,
  tableName,
  type SnapshotMap,
} from '@etcd-kloset/kloset';
import { type Storage } from '@etcd-kloset/storage';
import { sampleSummary } from '../spec-support/sample-summary.ts';
import { boundStorage, makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { commit, requireSaneClock, type CommitInput } from './commit.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const summary = sampleSummary();
const digest = (text: string): string => hash('sha256', text, 'hex');
const map: SnapshotMap = {
  tables: [{ digest: digest('table'), size: 7 }],
  rowChunks: [
    {
      digest: digest('rows'),
      objectSize: 100,
      table: digest('table'),
      section: 0,
      rows: 3,
      plainBytes: 90,
      firstMain: 2,
      firstSub: 0,
      live: undefined,
    },
  ],
  bucketChunks: [{ digest: digest('buckets'), size: 50 }],
};
const attachmentSizes = new Map([[digest('attachment'), 30]]);

let test: TestStore;
beforeEach(async () => (test = await makeTestStore()));
afterEach(() => test.remove());

async function putObjects(except?: string): Promise<void> {
  const chunks = [
    ['rows', 100],
    ['buckets', 50],
    ['attachment', 30],
  ] as const;
  for (const [name, size] of chunks)
    if (name !== except) await test.storage.put(chunkName(test.cluster.id, digest(name)), Buffer.alloc(size));
  if (except !== 'table')
    await test.storage.put(tableName(test.cluster.id, digest('table')), Buffer.alloc(7));
}

/** @param storeTime what the store's clock says; the machine's is right. */
function input(changes: Partial<CommitInput> = {}, storage: Partial<Storage> = {}): CommitInput {
  const now = new Date('2026-11-24T20:00:00.000Z');
  const store = {
    ...test.cluster.store,
    storage: { ...boundStorage(test.storage), now: () => Promise.resolve(now), ...storage },
  };
  return {
    cluster: { ...test.cluster, store },
    summary,
    map,
    attachmentSizes,
    startedAt: new Date(now.getTime() - MINUTE),
    now: () => now,
    ...changes,
  };
}
const recorded = async (): Promise<number> => (await listCluster(test.cluster)).snapshots.length;

describe('a snapshot is acknowledged', () => {
  it('when its record is written and all that it needs is there', async () => {
    await putObjects();
    const committed = await commit(input());
    expect(await readSummary(test.cluster, summary.id)).toEqual(committed);
    const record = await readPlainRecord(test.cluster, summary.id);
    const needed = record.needs.map(({ kind, digest: each, size }) => [kind, each, size]);
    expect(needed.sort()).toEqual(
      [
        ['chunk', digest('rows'), 100],
        ['chunk', digest('buckets'), 50],
        ['chunk', digest('attachment'), 30],
        ['table', digest('table'), 7],
      ].sort(),
    );
    expect(mapOf(test.cluster, summary.id, record).rowChunks).toEqual(map.rowChunks);
    const size = (await test.storage.get(snapshotName(test.cluster.id, summary.id))).length;
    // Its own size stands in it, so it may be off by the digits that this takes.
    expect(Math.abs(committed.bytes.added - summary.bytes.added - size)).toBeLessThan(16);
  });

  it('with what several parts need listed once', async () => {
    await putObjects();
    await commit(input({ attachmentSizes: new Map([[digest('buckets'), 50]]) }));
    expect((await readPlainRecord(test.cluster, summary.id)).needs).toHaveLength(3);
  });

  it('only after its record was written, and that only after the clock was looked at', async () => {
    await putObjects();
    const order: string[] = [];
    const { cluster, ...rest } = input();
    const { storage } = cluster.store;
    const watched: Storage = {
      ...storage,
      now: () => (order.push('now'), storage.now()),
      put: (name, parts) => (order.push(`put ${name.split('/')[2]!}`), storage.put(name, parts)),
      list: (prefix) => (order.push('list'), storage.list(prefix)),
    };
    await commit({ ...rest, cluster: { ...cluster, store: { ...cluster.store, storage: watched } } });
    expect(order).toEqual(['now', 'put snapshots', 'list']);
  });
});

describe('a snapshot is not acknowledged', () => {
  it.each(['rows', 'buckets', 'attachment', 'table'])('when its %s is not in the store', async (missing) => {
    await putObjects(missing);
    await expect(commit(input())).rejects.toMatchObject({
      code: 'store.incomplete',
      retryable: true,
      message: expect.stringContaining(digest(missing)) as string,
    });
  });

  it('when an object has another size than was written', async () => {
    await putObjects('rows');
    await test.storage.put(chunkName(test.cluster.id, digest('rows')), Buffer.alloc(99));
    await expect(commit(input())).rejects.toMatchObject({ code: 'store.incomplete' });
  });

  it('when its record is not there after it was written', async () => {
    await putObjects();
    const lossy = { put: () => Promise.resolve('created' as const) };
    await expect(commit(input({}, lossy))).rejects.toMatchObject({
      code: 'store.incomplete',
      message: expect.stringContaining('record') as string,
    });
  });

  it('when the backup took too long, and nothing is written', async () => {
    await putObjects();
    const { now } = input();
    const started = (hours: number, more = 0): Date => new Date(now().getTime() - hours * HOUR - more);
    await expect(commit(input({ startedAt: started(24, 1) }))).rejects.toMatchObject({
      code: 'store.backup-too-long',
      retryable: true,
    });
    expect(await recorded()).toBe(0);
    await commit(input({ startedAt: started(24) }));
    expect(await recorded()).toBe(1);
  });

  it.each([
    [5 * MINUTE + 1, 'behind'],
    [-5 * MINUTE - 1, 'ahead of'],
    [HOUR, '60 minutes behind'],
  ])('when the store’s clock is %d ms further, and nothing is written', async (skew, words) => {
    await putObjects();
    const { now } = input();
    const clock = { now: () => Promise.resolve(new Date(now().getTime() + skew)) };
    await expect(commit(input({}, clock))).rejects.toMatchObject({
      code: 'store.clock-skew',
      message: expect.stringContaining(words) as string,
      advice: expect.stringContaining('NTP') as string,
    });
    expect(await recorded()).toBe(0);
  });
});

it.each([0, 5 * MINUTE, -5 * MINUTE])('a clock that is %d ms off is good enough', async (skew) => {
  const now = new Date();
  const storage = {
    ...boundStorage(test.storage),
    now: () => Promise.resolve(new Date(now.getTime() + skew)),
  };
  await requireSaneClock(storage, () => now);
});
