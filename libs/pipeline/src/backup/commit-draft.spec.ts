import {
  checkStore,
  clusterByName,
  ensureConfig,
  listCluster,
  openStore,
  ownerRing,
  addEpoch,
  readSummary,
  snapshotName,
  type Cluster,
} from '@etcd-kloset/kloset';
import { openStorage } from '@etcd-kloset/storage';
import { decodeDraft, encodeDraft } from '../draft/draft-codec.ts';
import { type SnapshotDraft } from '../draft/snapshot-draft.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { draftFile, FACTS, STARTED_AT, TAKEN_AT } from '../spec-support/drafted-file.ts';
import { etcdFile, type Write } from '../spec-support/etcd-file.ts';
import { Crash, faultyStorage, through } from '../spec-support/faulty-storage.ts';
import { Scratch } from '../spec-support/scanned-file.ts';
import { stagedSink, type StagedSink } from '../spec-support/staged-sink.ts';
import { boundStorage, makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { commitDraft } from './commit-draft.ts';

let scratch: Scratch;
let workers: PipelineThreads;
let test: TestStore;
beforeAll(() => {
  scratch = new Scratch();
  workers = new PipelineThreads(1);
});
beforeEach(async () => (test = await makeTestStore()));
afterEach(() => test.remove());
afterAll(async () => {
  await workers.close();
  scratch.remove();
});

const writesOf = (count: number, from = 10): Write[] =>
  Array.from({ length: count }, (_, i) => ({ main: from + i, key: `/k/${i % 50}`, value: `v${i}` }));
const now = () => new Date(TAKEN_AT.getTime() + 60_000);
/** The store's clock is that of this machine; the tests' own is a year off. */
const withClock = (cluster: Cluster): Cluster =>
  through(cluster, { ...boundStorage(cluster.store.storage), now: () => Promise.resolve(now()) });

interface Drafted {
  readonly draft: SnapshotDraft;
  readonly sink: StagedSink;
}

/** Snapshots sort by time: each is taken a second after the one before. */
let taken = 0;
beforeEach(() => (taken = 0));

/** Drafts a snapshot whose chunks all wait in staging; then stores them, unless they are to wait on. */
async function draft(writes: readonly Write[], { store = true } = {}): Promise<Drafted> {
  let sink: StagedSink | undefined;
  const made = await draftFile(
    test.cluster,
    scratch,
    etcdFile(writes),
    (threads) => (sink = stagedSink(test.cluster, threads, { workers })),
    { facts: { ...FACTS, time: new Date(TAKEN_AT.getTime() + taken++ * 1000) } },
  );
  if (store) await sink!.storeAll();
  return { draft: made.draft, sink: sink! };
}
/** As another machine has it that was given the bytes of the draft and the results. */
const moved = ({ draft: made }: Drafted): SnapshotDraft => decodeDraft(encodeDraft(made));
const commit = (drafted: Drafted, cluster: Cluster = withClock(test.cluster)) =>
  commitDraft(cluster, moved(drafted), (sequence) => drafted.sink.storedOf(sequence), { now });

async function expectSound(readData = true): Promise<void> {
  const { problems } = await checkStore(test.cluster.store, { ring: test.ring, readData });
  expect(problems).toEqual([]);
}

describe('a draft that is committed', () => {
  it('is the snapshot that was read, its chunks stored by others, in any order', async () => {
    const drafted = await draft(writesOf(9000));
    expect(drafted.draft.sections.map(({ stored }) => stored)).toEqual([undefined, undefined]);
    const summary = await commit(drafted);
    expect(summary).toMatchObject({
      cluster: 'prod',
      time: TAKEN_AT.toISOString(),
      rows: { total: 9000, new: 9000 },
      chunks: { new: 3, total: 3 },
      labels: { env: 'test' },
      durationMs: now().getTime() - STARTED_AT.getTime(),
    });
    expect(await readSummary(test.cluster, summary.id)).toEqual(summary);
    const { bytes, configs, snapshots } = await listCluster(test.cluster);
    expect(configs).toEqual(['00000001']);
    expect(snapshots).toEqual([summary.id]);
    // The record counts itself, its own digits aside; the name of the cluster is not counted.
    const config = (await test.storage.get(`clusters/${test.cluster.id}/config/00000001`)).length;
    expect(Math.abs(bytes - config - summary.bytes.added)).toBeLessThan(16);
    await expectSound();
  });

  it('again, here or elsewhere, is one record, and says what stands in it', async () => {
    const drafted = await draft(writesOf(2000));
    const summary = await commit(drafted);
    const before = await listCluster(test.cluster);
    const later = new Date(now().getTime() + 3_600_000);
    const again = await commitDraft(withClock(test.cluster), moved(drafted), () => undefined, {
      now: () => later,
    });
    expect(again).toEqual(summary);
    expect(await listCluster(test.cluster)).toEqual(before);
  });

  it('by two at once is one record, and both say the same', async () => {
    const drafted = await draft(writesOf(2000));
    const [one, other] = await Promise.all([commit(drafted), commit(drafted)]);
    expect(one).toEqual(other);
    expect((await listCluster(test.cluster)).snapshots).toEqual([one.id]);
    expect(await readSummary(test.cluster, one.id)).toEqual(one);
    await expectSound();
  });

  it('on a machine whose clock is a little behind took no negative time', async () => {
    const drafted = await draft(writesOf(10));
    const behind = new Date(STARTED_AT.getTime() - 1000);
    const cluster = through(test.cluster, {
      ...boundStorage(test.storage),
      now: () => Promise.resolve(behind),
    });
    const summary = await commitDraft(cluster, drafted.draft, (n) => drafted.sink.storedOf(n), {
      now: () => behind,
    });
    expect(summary.durationMs).toBe(0);
    expect(await readSummary(test.cluster, summary.id)).toEqual(summary);
  });

  it('has the rows of the snapshot before from where they are', async () => {
    await commit(await draft(writesOf(3000)));
    const chunks = (await listCluster(test.cluster)).chunks.size;
    const second = await draft([...writesOf(3000).slice(100), ...writesOf(20, 5000)]);
    expect(second.draft.rowChunks).toHaveLength(1);
    const summary = await commit(second);
    expect(summary.rows).toEqual({ total: 2920, new: 20 });
    // The new rows, and the buckets.
    expect((await listCluster(test.cluster)).chunks.size).toBe(chunks + 2);
    const third = await draft([...writesOf(3000).slice(100), ...writesOf(20, 5000)]);
    expect(third.draft.sections).toEqual([]);
    expect(await commit(third)).toMatchObject({ rows: { total: 2920, new: 0 }, parent: summary.id });
    await expectSound();
  });

  it('keeps a definition of the cluster, and says so in the record when it had to be written again', async () => {
    await ensureConfig(test.cluster, 'prod', [], now());
    const drafted = await draft(writesOf(10));
    const broken = { ...drafted, draft: { ...drafted.draft, newestConfig: '00000002' } };
    await test.storage.put(`clusters/${test.cluster.id}/config/00000002`, Buffer.from('not sealed'));
    const summary = await commit(broken);
    expect(summary.warnings).toEqual([expect.stringContaining('configuration 2 of cluster prod is damaged')]);
    expect((await listCluster(test.cluster)).configs).toHaveLength(3);
  });
});

it('a commit that crashes at any request is taken up by the next one: one snapshot, sound, its own words', async () => {
  // Seven small snapshots before: the eighth merges their tables, so that there is more to do.
  const hour = (k: number): Write[] => writesOf(40, 10 + k * 100);
  const all: Write[] = [];
  for (let k = 0; k < 7; k++) {
    all.push(...hour(k));
    await commit(await draft(all));
  }
  all.push(...hour(7));
  const drafted = await draft(all);
  const { id } = drafted.draft.summary;
  const before = (await listCluster(test.cluster)).snapshots;
  const points: string[] = [];
  for (const when of ['before', 'after'] as const) {
    for (let request = 1; ; request++) {
      const { storage, requests } = faultyStorage(withClock(test.cluster).store.storage, request, when);
      const crashing = await Promise.allSettled([commit(drafted, through(test.cluster, storage))]);
      if (crashing[0].status === 'fulfilled') break;
      expect(crashing[0].reason).toBeInstanceOf(Crash);
      points.push(requests.at(-1)!.replaceAll(/[0-9a-f]{32,}|[0-9]{8}t.*/g, '…'));

      // Another machine: its own connection to the store, the draft from its bytes.
      const elsewhere = await openStorage(test.folder);
      const cluster = clusterByName(await openStore(elsewhere), test.ring, 'prod');
      const summary = await commit(drafted, withClock(cluster));
      expect(summary).toMatchObject({ id, rows: { total: all.length, new: 40 } });
      expect(await readSummary(test.cluster, id)).toEqual(summary);
      expect((await listCluster(test.cluster)).snapshots).toEqual([...before, id]);
      await elsewhere.close();
      await expectSound(request === 1);
      // The next round begins anew.
      await test.storage.delete(snapshotName(test.cluster.id, id));
    }
    expect((await listCluster(test.cluster)).snapshots).toEqual([...before, id]);
    await test.storage.delete(snapshotName(test.cluster.id, id));
  }
  expect(new Set(points)).toEqual(
    new Set([
      'get clusters/…/snapshots/…',
      'get clusters/…/tables/…',
      'put clusters/…/tables/…',
      'get clusters/…/config/00000001',
      'now',
      'put clusters/…/snapshots/…',
      'list clusters/…/',
    ]),
  );
});

describe('a draft is not committed', () => {
  it('while nobody knows of one of its chunks, and nothing is written', async () => {
    const drafted = await draft(writesOf(9000), { store: false });
    await drafted.sink.store(1);
    const before = await listCluster(test.cluster);
    await expect(commit(drafted)).rejects.toMatchObject({
      code: 'draft.chunk-missing',
      retryable: true,
      context: { sequence: 0 },
    });
    expect(await listCluster(test.cluster)).toEqual(before);
    await drafted.sink.storeAll();
    await commit(drafted);
    await expectSound();
  });

  it('when a chunk is not in the store, whatever was said of it', async () => {
    const drafted = await draft(writesOf(9000));
    const { digest } = drafted.sink.storedOf(1)!;
    await test.storage.delete(`clusters/${test.cluster.id}/chunks/${digest}`);
    await expect(commit(drafted)).rejects.toMatchObject({ code: 'store.incomplete', retryable: true });
    // Not the second time either, when its record is there.
    await expect(commit(drafted)).rejects.toMatchObject({ code: 'store.incomplete' });
  });

  it('when the keys were rotated meanwhile', async () => {
    const drafted = await draft(writesOf(10));
    const rotated = ownerRing(addEpoch(test.bundle));
    const cluster = clusterByName(test.cluster.store, rotated, 'prod');
    await expect(commit(drafted, cluster)).rejects.toMatchObject({ code: 'draft.stale', retryable: true });
    expect((await listCluster(test.cluster)).snapshots).toEqual([]);
  });

  it('into another cluster or another store', async () => {
    const drafted = await draft(writesOf(10));
    const other = clusterByName(test.cluster.store, test.ring, 'test');
    await expect(commit(drafted, other)).rejects.toMatchObject({ code: 'key.wrong-cluster' });
    const elsewhere = await makeTestStore();
    await expect(commit(drafted, elsewhere.cluster)).rejects.toMatchObject({ code: 'key.wrong-store' });
    await elsewhere.remove();
  });

  it('when it was begun more than a day ago', async () => {
    const drafted = await draft(writesOf(10));
    const old = { ...drafted.draft, startedAt: new Date(now().getTime() - 25 * 3_600_000) };
    await expect(commit({ ...drafted, draft: old })).rejects.toMatchObject({ code: 'store.backup-too-long' });
  });

  it('when it is told to stop, whatever it is at, with the reason that was given', async () => {
    const reason = new Error('told to stop');
    const drafted = await draft(writesOf(10));
    const stored = (sequence: number) => drafted.sink.storedOf(sequence);
    const aborted = { now, signal: AbortSignal.abort(reason) };
    await expect(commitDraft(withClock(test.cluster), drafted.draft, stored, aborted)).rejects.toBe(reason);

    for (const method of ['put', 'get', 'now'] as const) {
      const controller = new AbortController();
      const asked = Promise.withResolvers<undefined>();
      const never = (signal?: AbortSignal): Promise<never> =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
          asked.resolve(undefined);
        });
      const hanging = through(test.cluster, {
        ...withClock(test.cluster).store.storage,
        ...(method === 'put' ? { put: (_n, _p, options) => never(options?.signal) } : {}),
        ...(method === 'get' ? { get: (_n, _r, options) => never(options?.signal) } : {}),
        ...(method === 'now' ? { now: () => never() } : {}),
      });
      const committing = commitDraft(hanging, drafted.draft, stored, { now, signal: controller.signal });
      committing.catch(() => undefined);
      await asked.promise;
      controller.abort(reason);
      await expect(committing).rejects.toBe(reason);
    }
    expect((await listCluster(test.cluster)).snapshots).toEqual([]);
  });
});
