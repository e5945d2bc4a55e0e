import { randomUUID } from 'node:crypto';
import {
  addChild,
  backupsQueue,
  CHUNKS_QUEUE,
  connectRedis,
  drainWorker,
  type JobQueue,
  openQueue,
  openWorker,
  QUEUE_POLICIES,
  type RedisHandle,
  Staging,
  waitForChildren,
} from '@etcd-kloset/jobs';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { until } from '../spec-support/call.ts';
import { viewOfJob } from './job-view.ts';

const QUEUE = backupsQueue('main');
const SHORT_LOCK = { lockDurationMs: 400, stalledIntervalMs: 200 };
const MIB = 1024 * 1024;

await describeWith(requireRedis(), 'a backup whose chunks are on their way', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let backups: JobQueue<typeof QUEUE>;
  let chunks: JobQueue<typeof CHUNKS_QUEUE>;
  let staging: Staging;
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
    backups = openQueue(redis, QUEUE);
    chunks = openQueue(redis, CHUNKS_QUEUE);
    const limits = { totalBytes: 32 * MIB, perStoreBytes: 32 * MIB, perBackupBytes: 32 * MIB };
    staging = new Staging(redis, { ...limits, expiryMs: 600_000 });
  });
  afterAll(async () => {
    staging.close();
    await Promise.all([backups.close(), chunks.close()]);
    await redis.close();
    await server.stop();
  });

  it('shows how many of them are stored, though nobody has its job in hand', async () => {
    const [backup, attempt] = [randomUUID(), randomUUID()];
    await staging.beginAttempt(backup, attempt, 'main');
    const requestedAt = new Date().toISOString();
    const startedAt = '2026-11-24T19:31:45.123Z';
    const known = { cluster: 'prod', store: 'main', trigger: 'api', attempt, startedAt } as const;
    const data = { version: 1, backup, ...known } as const;
    await backups.add('backup', { ...data, requestedAt, step: 'read' }, { jobId: backup });
    const progress = {
      stage: 'wait',
      streamBytes: 9,
      chunks: { cut: 2, stored: 0 },
      storedBytes: 0,
    } as const;
    const worker = openWorker(redis, QUEUE, async (job, token) => {
      const parent = { id: job.id!, queue: job.queueQualifiedName };
      const chunk = { backup, attempt, sequence: 0 };
      const seal = {
        version: 1,
        chunk,
        store: 'main',
        cluster: 'c'.repeat(32),
        epoch: 1,
        bytes: 3,
        level: 3,
      };
      await addChild(parent, chunks, { ...seal, version: 1 });
      await job.updateProgress(progress);
      await job.updateData({ ...job.data, step: 'commit' });
      await waitForChildren(redis, job, token);
    });
    const look = async () => viewOfJob(redis, { job: (await backups.getJob(backup))!, queue: backups });
    await until(
      () => backups.getJobState(backup),
      (state) => state === 'waiting-children',
    );
    expect(await look()).toMatchObject({ state: 'running', progress, startedAt, attempts: { made: 1 } });

    const chunk = { backup, attempt, sequence: 0 };
    await staging.reserveAndPut(chunk, 'main', Buffer.from('plain'));
    const sealed = await staging.replaceBySealed(chunk, Buffer.from('sealed'), 'd'.repeat(64));
    await staging.stored(chunk, sealed);
    expect((await look())?.progress).toEqual({ ...progress, chunks: { cut: 2, stored: 1 }, storedBytes: 6 });
    await drainWorker(worker, 0);
  });

  it('counts the try that is under way, and those that were cut off with their worker', async () => {
    const backup = randomUUID();
    const requestedAt = new Date().toISOString();
    const data = { version: 1, backup, cluster: 'cut', store: 'main', trigger: 'api' } as const;
    const { attempts } = QUEUE_POLICIES.backups;
    await backups.add('backup', { ...data, requestedAt, step: 'read' }, { jobId: backup });
    const made = async () => {
      const view = await viewOfJob(redis, { job: (await backups.getJob(backup))!, queue: backups });
      return view?.attempts;
    };
    expect(await made()).toEqual({ made: 0, most: attempts });
    const work = () => openWorker(redis, QUEUE, () => new Promise(() => undefined), SHORT_LOCK);
    const killed = work();
    await until(made, (now) => now?.made === 1);
    await killed.close(true);
    const next = work();
    await until(made, (now) => now?.made === 2);
    await next.close(true);
  });
});
