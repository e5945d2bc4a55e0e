import { KlosetError } from '@etcd-kloset/errors';
import { describeWith, requireRedis } from '@etcd-kloset/testing';
import { type Job } from 'bullmq';
import { connectRedis } from '../redis/connect-redis.ts';
import { backupJob, putJob, sealJob } from '../spec-support/job-data.ts';
import { JobSystem } from '../spec-support/job-system.ts';
import { addChild, failureOf, forgetChildren, qualifiedQueue, waitForChildren } from './children.ts';
import { openQueue } from './open-queue.ts';

const BAD = new KlosetError('seal.broken', 'It cannot be sealed.', { advice: 'Look at it.' });
const FAILURE = { code: 'seal.broken', message: 'It cannot be sealed.', advice: 'Look at it.' };

await describeWith(requireRedis(), 'a backup and its children', (program) => {
  let system: JobSystem;
  beforeEach(async () => {
    system = await JobSystem.start(program);
  });
  afterEach(() => system.stop());

  /** A backup that adds a child, does something, waits for its children, and ends. */
  function backups(between: (job: Job) => Promise<unknown> = () => Promise.resolve()): { order: string[] } {
    const order: string[] = [];
    const chunks = system.queue('chunks');
    system.worker('backups.main', async (job, token, _signal) => {
      if (job.data.step === 'read') {
        order.push('read');
        await addChild({ id: job.id!, queue: job.queueQualifiedName }, chunks, sealJob());
        await between(job);
        await job.updateData({ ...job.data, step: 'commit' });
      }
      await waitForChildren(system.redis, job, token);
      order.push('commit');
      return 'committed';
    });
    return { order };
  }

  it('go on once all have ended, those that others added meanwhile included', async () => {
    const queue = system.queue('backups.main');
    const { order } = backups();
    const puts = system.queue('puts.local.main');
    system.worker('chunks', async (job, _token, _signal) => {
      // By another process, as far as Redis can tell, while the parent waits for its children.
      const other = connectRedis({ url: system.server.url });
      const queueOfOther = openQueue(other, 'puts.local.main');
      const id = job.parent!.id!;
      await system.whenIn(queue, id, 'waiting-children');
      const parent = { id, queue: qualifiedQueue(other, 'backups.main') };
      await addChild(parent, queueOfOther, putJob(job.data.chunk));
      await queueOfOther.close();
      await other.close();
      order.push('sealed');
    });
    const { id } = await queue.add('backup', backupJob());
    await system.whenIn(puts, (await firstWaiting(puts)).id!, 'waiting');
    expect(await (await queue.getJob(id!))!.getState()).toBe('waiting-children');
    system.worker('puts.local.main', (_job, _token, _signal) => {
      order.push('put');
      return Promise.resolve();
    });
    const done = await system.whenIn(queue, id!, 'completed');
    expect(done.returnvalue).toBe('committed');
    expect(order).toEqual(['read', 'sealed', 'put', 'commit']);

    await forgetChildren(system.redis, done);
    expect(await done.getChildrenValues()).toEqual({});
  });

  async function firstWaiting(queue: { getWaiting(): Promise<Job[]> }): Promise<Job> {
    for (;;) {
      const [job] = await queue.getWaiting();
      if (job !== undefined) return job;
    }
  }

  it('fail together when a child fails while its parent waits', async () => {
    const queue = system.queue('backups.main');
    const { order } = backups();
    const { id } = await queue.add('backup', backupJob());
    await system.whenIn(queue, id!, 'waiting-children');
    system.worker('chunks', (_job, _token, _signal) => Promise.reject(BAD));
    const failed = await system.whenIn(queue, id!, 'failed');
    expect(await failureOf(system.redis, failed)).toEqual(FAILURE);
    expect(order).toEqual(['read']);
  });

  it('fail together when a child fails while its parent still runs', async () => {
    const queue = system.queue('backups.main');
    const chunks = system.queue('chunks');
    system.worker('chunks', (_job, _token, _signal) => Promise.reject(BAD));
    const { order } = backups(async () => {
      while ((await chunks.getFailedCount()) === 0);
    });
    const { id } = await queue.add('backup', backupJob());
    const failed = await system.whenIn(queue, id!, 'failed');
    expect(await failureOf(system.redis, failed)).toEqual(FAILURE);
    expect(order).toEqual(['read']);
  });

  it('fail together though the failed child is not kept', async () => {
    const queue = system.queue('backups.main');
    const chunks = system.queue('chunks');
    const { order } = backups(async (job) => {
      const parent = { id: job.id!, queue: job.queueQualifiedName };
      await chunks.add('seal', sealJob(), { parent, failParentOnFailure: true, removeOnFail: true });
    });
    let runs = 0;
    const { id } = await queue.add('backup', backupJob());
    await system.whenIn(queue, id!, 'waiting-children');
    system.worker(
      'chunks',
      (_job, _token, _signal) => (runs++ === 0 ? Promise.resolve() : Promise.reject(BAD)),
      {
        concurrency: 1,
      },
    );
    const failed = await system.whenIn(queue, id!, 'failed');
    expect(await failureOf(system.redis, failed)).toMatchObject({ code: 'job.child-failed' });
    expect(order).toEqual(['read']);
  });

  it('are added once, however often, while their id is known', async () => {
    const queue = system.queue('backups.main');
    const chunks = system.queue('chunks');
    const parent = await queue.add('backup', backupJob());
    const ref = { id: parent.id!, queue: parent.queueQualifiedName };
    const data = sealJob();
    for (let at = 0; at < 2; at++)
      await addChild(ref, chunks, data, { jobId: `seal-${data.chunk.attempt}-0` });
    expect(await chunks.getWaitingCount()).toBe(1);
    expect(await parent.getDependenciesCount()).toMatchObject({ unprocessed: 1 });
  });

  it('are refused when their parent does not exist', async () => {
    const chunks = system.queue('chunks');
    const parent = { id: 'nobody', queue: qualifiedQueue(system.redis, 'backups.main') };
    await expect(addChild(parent, chunks, sealJob())).rejects.toThrow(/parent/);
    expect(await chunks.getWaitingCount()).toBe(0);
  });
});
