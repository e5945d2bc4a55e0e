import { randomUUID } from 'node:crypto';
import { claimRunning, readRequestState, type RedisHandle, type RequestJob } from '@etcd-kloset/jobs';
import { describeWith, requireRedis } from '@etcd-kloset/testing';
import { dispatch } from './dispatch.ts';
import { type BackupsQueue } from './queues.ts';
import { type BackupsQueueOnRedis, startBackupsQueue } from '../spec-support/backups-queue.ts';

const CLUSTER = { name: 'a', store: 'main' };

await describeWith(requireRedis(), 'a request', (program) => {
  let started: BackupsQueueOnRedis;
  let redis: RedisHandle;
  let queue: BackupsQueue;
  beforeAll(async () => {
    started = await startBackupsQueue(program);
    ({ redis, queue } = started);
  });
  afterAll(() => started.stop());

  const request = (labels: Record<string, string>): RequestJob => ({
    version: 1,
    request: randomUUID(),
    cluster: 'a',
    trigger: 'api',
    labels,
  });

  it('that joins one whose dispatcher died before there was a job is not lost with it', async () => {
    const died = request({ from: 'the dead' });
    await claimRunning(redis, {
      store: 'main',
      cluster: 'a',
      backup: died.request,
      isAlive: () => Promise.resolve(undefined),
    });
    const joining = request({ from: 'the living' });
    expect(await dispatch(redis, queue, CLUSTER, joining)).toMatchObject({
      backup: died.request,
      joined: true,
    });
    const job = (await queue.getJob(died.request))!;
    expect(job.data).toMatchObject({ backup: died.request, labels: { from: 'the living' } });
    expect(await job.getState()).toBe('waiting');
    expect(await readRequestState(redis, joining.request)).toMatchObject({ backup: died.request });

    // It was only slow: there is one backup all the same.
    expect(await dispatch(redis, queue, CLUSTER, died)).toMatchObject({
      backup: died.request,
      joined: false,
    });
    expect(await queue.getJobCounts('waiting', 'active')).toEqual({ waiting: 1, active: 0 });
  });
});
