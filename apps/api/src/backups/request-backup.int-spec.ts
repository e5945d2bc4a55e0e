import { type RedisHandle } from '@etcd-kloset/jobs';
import { type Principal, type RegisteredCluster } from '@etcd-kloset/platform';
import { describeWith, requireRedis } from '@etcd-kloset/testing';
import { type Parts } from '../parts.ts';
import { type BackupsQueue } from './queues.ts';
import { requestBackup } from './request-backup.ts';
import { type BackupsQueueOnRedis, startBackupsQueue } from '../spec-support/backups-queue.ts';

const CLUSTER = { name: 'a', store: 'main' } as RegisteredCluster;
const CALLER = { name: 'team-a', role: 'operator' } as Principal;

await describeWith(requireRedis(), 'a backup that is asked for', (program) => {
  let started: BackupsQueueOnRedis;
  let redis: RedisHandle;
  let queue: BackupsQueue;
  beforeAll(async () => {
    started = await startBackupsQueue(program);
    ({ redis, queue } = started);
  });
  afterAll(() => started.stop());

  const ask = (backups: BackupsQueue): ReturnType<typeof requestBackup> =>
    requestBackup(
      { redis, queues: { backups: new Map([['main', backups]]) } as unknown as Parts['queues'] },
      CALLER,
      CLUSTER,
      { trigger: 'api', labels: undefined },
    );

  it('is asked for again when Redis forgot it before it was answered', async () => {
    const forgetful = new Proxy(queue, {
      get: (target, name) =>
        name === 'add'
          ? async (...args: Parameters<BackupsQueue['add']>) => (await target.add(...args)).remove()
          : (Reflect.get(target, name, target) as unknown),
    });
    await expect(ask(forgetful)).rejects.toMatchObject({ code: 'job.lost', retryable: true });

    const { job, joined } = await ask(queue);
    expect({ cluster: job.cluster, state: job.state, joined }).toEqual({
      cluster: 'a',
      state: 'queued',
      joined: true,
    });
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 1 });
  });
});
