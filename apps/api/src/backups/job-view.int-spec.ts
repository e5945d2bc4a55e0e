import { randomUUID } from 'node:crypto';
import {
  type BackupJob,
  backupsQueue,
  connectRedis,
  drainWorker,
  JobsError,
  openQueue,
  openWorker,
  type RedisHandle,
} from '@etcd-kloset/jobs';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { resultOf } from '../spec-support/backup-worker.ts';
import { viewOfJob } from './job-view.ts';
import { type BackupsQueue } from './queues.ts';

const SNAPSHOT = '20261124t193145123z-9f86d081';

await describeWith(requireRedis(), 'the view of a job that ends while it is looked at', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let queue: BackupsQueue;
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
    queue = openQueue(redis, backupsQueue('main'));
  });
  afterAll(async () => {
    await queue.close();
    await redis.close();
    await server.stop();
  });

  /** Its view by somebody who had loaded it before it ended. */
  async function viewAfter(work: () => ReturnType<typeof resultOf>) {
    const data: BackupJob = {
      version: 1,
      backup: randomUUID(),
      cluster: 'a',
      store: 'main',
      trigger: 'api',
      requestedAt: new Date().toISOString(),
      step: 'read',
    };
    const job = await queue.add('backup', data, { jobId: data.backup, attempts: 1 });
    const worker = openWorker(redis, backupsQueue('main'), () => Promise.resolve().then(work));
    const ended = new Promise((resolve) => {
      worker.once('completed', resolve);
      worker.once('failed', resolve);
    });
    await ended;
    await drainWorker(worker, 0);
    return viewOfJob(redis, { job, queue });
  }

  it('says that it is committed together with its result', async () => {
    expect(await viewAfter(() => resultOf('a', SNAPSHOT))).toMatchObject({
      state: 'committed',
      result: { snapshot: SNAPSHOT },
      finishedAt: expect.any(String) as unknown,
    });
  });

  it('says that it failed together with why', async () => {
    const view = await viewAfter(() => {
      throw new JobsError('backup.cancelled', 'The backup was cancelled.');
    });
    expect(view).toMatchObject({ state: 'cancelled', error: { code: 'backup.cancelled' } });
  });
});
