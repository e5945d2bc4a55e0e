import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkStore, clusterByName, readSummary } from '@etcd-kloset/kloset';
import { describeWith, EtcdCluster, requireEtcd, type EtcdClient } from '@etcd-kloset/testing';
import { decodeDraft, encodeDraft } from '../draft/draft-codec.ts';
import { openFiles } from '../spec-support/open-files.ts';
import { stagedSink, type StagedSink } from '../spec-support/staged-sink.ts';
import { makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { backupCluster } from './backup.ts';
import { commitDraft } from './commit-draft.ts';
import { draftSnapshot, type DraftOptions } from './draft-snapshot.ts';

await describeWith(requireEtcd('3.5'), 'the draft of a real cluster', () => {
  let cluster: EtcdCluster;
  let client: EtcdClient;
  let test: TestStore;
  let spoolFolder: string;
  let workers: PipelineThreads;
  beforeAll(async () => {
    workers = new PipelineThreads(1);
    spoolFolder = await mkdtemp(path.join(tmpdir(), 'draft-spool-'));
    test = await makeTestStore();
    cluster = await EtcdCluster.start({ members: 3 });
    client = await cluster.client();
    for (let i = 0; i < 90; i++) {
      await client.txn(
        Array.from({ length: 100 }, (_, k) => ({ key: `/k/${i}-${k}`, value: `value ${i} `.repeat(40) })),
      );
    }
  });
  afterAll(async () => {
    await cluster.stop();
    await workers.close();
    await test.remove();
    await rm(spoolFolder, { recursive: true });
  });

  const options = () => ({
    store: test.cluster.store,
    ring: test.ring,
    cluster: 'prod',
    connection: { endpoints: cluster.endpoints },
    spoolFolder,
  });

  async function draft(more: Partial<DraftOptions> = {}) {
    let sink: StagedSink | undefined;
    const made = await draftSnapshot({
      ...options(),
      makeSink: (threads, at) => (sink = stagedSink(at, threads, { workers })),
      ...more,
    });
    return { draft: made, sink: sink! };
  }

  it('is committed elsewhere, proven by all voters; whoever backs up next knows its rows', async () => {
    const drafted = await draft();
    expect(openFiles(spoolFolder)).toEqual([]);
    expect(drafted.draft.summary.proof).toBe('proven');
    const bytes = encodeDraft(drafted.draft);
    expect(bytes.length).toBeLessThan(1024 * 1024);
    await drafted.sink.storeAll();
    const at = clusterByName(test.cluster.store, test.ring, 'prod');
    const summary = await commitDraft(at, decodeDraft(bytes), (n) => drafted.sink.storedOf(n));
    expect(summary.proof).toBe('proven');
    expect(summary.hashKV.map(({ equal }) => equal)).toEqual([true, true, true]);
    expect(await readSummary(at, summary.id)).toEqual(summary);

    const direct = await backupCluster(options());
    expect(direct).toMatchObject({ parent: summary.id, proof: 'proven', revision: summary.revision });
    expect(direct.hashKV.map(({ hash }) => hash)).toEqual(summary.hashKV.map(({ hash }) => hash));
    expect(direct.rows).toEqual({ total: summary.rows.total, new: 0 });

    await client.put('/k/new', 'a new one');
    const next = await draft();
    expect(next.draft.summary).toMatchObject({
      parent: direct.id,
      rows: { total: summary.rows.total + 1, new: 1 },
    });
    const { problems } = await checkStore(test.cluster.store, { ring: test.ring, readData: true });
    expect(problems).toEqual([]);
  });

  it('can be seen by nobody while it is not committed', async () => {
    const before = await backupCluster(options());
    await client.put('/k/unseen', 'x');
    await draft();
    expect((await backupCluster(options())).parent).toBe(before.id);
  });

  describe('that is told to stop', () => {
    const reason = new Error('told to stop');
    let controller: AbortController;
    const stop = (): void => {
      controller.abort(reason);
    };
    beforeEach(async () => {
      controller = new AbortController();
      await client.put('/k/stop', 'there is something to store');
    });
    afterEach(() => {
      expect(openFiles(spoolFolder)).toEqual([]);
    });
    const expectStopped = async (more: Partial<DraftOptions>): Promise<void> => {
      await expect(draft({ ...more, signal: controller.signal })).rejects.toBe(reason);
    };

    it('before it begins, does nothing', async () => {
      stop();
      await expectStopped({});
    });

    it('stops while no endpoint answers', async () => {
      const server: Server = createServer(stop).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      await expectStopped({ connection: { endpoints: [`127.0.0.1:${port}`], dialTimeoutMs: 100_000 } });
      server.close();
    });

    it('stops in the middle of the stream', async () => {
      await expectStopped({
        progress: ({ stage }) => {
          if (stage === 'stream') stop();
        },
      });
    });

    it.each(['stream', 'walk', 'parent', 'store'] as const)('stops after the stage %s', async (last) => {
      await expectStopped({
        stageDone: (stage) => {
          if (stage === last) stop();
        },
      });
    });

    it('stops while a sink takes nothing more', async () => {
      await expectStopped({
        makeSink: () => ({
          put: () => {
            stop();
            return new Promise<never>(() => undefined);
          },
          drain: () => Promise.resolve(),
        }),
      });
    });

    it('stops while a member does not answer with its hash', async () => {
      const leader = await cluster.leader();
      const frozen = cluster.members.find((_, index) => index !== leader && index !== 0)!;
      try {
        await expectStopped({
          stageDone: (stage) => {
            // Its hash is asked for as soon as the walk knows the revision.
            if (stage === 'stream') frozen.pause();
            if (stage === 'store') stop();
          },
        });
      } finally {
        frozen.resume();
      }
    });

    it('and a backup stops in its commit', async () => {
      const backup = backupCluster({
        ...options(),
        signal: controller.signal,
        stageDone: (stage) => {
          if (stage === 'prove') stop();
        },
      });
      await expect(backup).rejects.toBe(reason);
      // It harms nobody: the next one is as good as any.
      expect((await backupCluster(options())).proof).toBe('proven');
    });
  });
});
