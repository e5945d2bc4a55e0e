import { KlosetError } from '@etcd-kloset/errors';
import { describeWith, freePorts, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { Queue } from 'bullmq';
import { connectRedis } from '../redis/connect-redis.ts';
import { orRedisError } from '../redis/redis-errors.ts';
import { backupJob, putJob, sealJob } from '../spec-support/job-data.ts';
import { JobSystem } from '../spec-support/job-system.ts';
import { until } from '../spec-support/until.ts';
import { drainWorker } from './drain-worker.ts';
import { jobErrorOf } from './job-failure.ts';
import { isUnderWay } from './job-state.ts';
import { openQueue } from './open-queue.ts';
import { queueDepths } from './queue-depths.ts';
import { QUEUE_POLICIES } from './queue-policies.ts';

const SHORT_LOCK = { lockDurationMs: 400, stalledIntervalMs: 200 };

await describeWith(requireRedis(), 'a worker of a queue', (program) => {
  let system: JobSystem;
  beforeEach(async () => {
    system = await JobSystem.start(program);
  });
  afterEach(() => system.stop());

  it('does jobs and keeps what they return', async () => {
    const queue = system.queue('chunks');
    const data = sealJob();
    system.worker('chunks', (job, _token, _signal) => Promise.resolve({ sequence: job.data.chunk.sequence }));
    const job = await queue.add('seal', data);
    const { id } = job;
    expect((await system.whenIn(queue, id!, 'completed')).returnvalue).toEqual({ sequence: 0 });
    expect(await isUnderWay(job)).toBe(false);
    expect(await isUnderWay(undefined)).toBe(false);
    expect(await isUnderWay(await queue.add('seal', data, { delay: 60_000 }))).toBe(true);
  });

  it('fails a job at once for an error that no other try can mend, and says code and advice', async () => {
    const queue = system.queue('backups.main');
    system.worker('backups.main', (_job, _token, _signal) =>
      Promise.reject(
        new KlosetError('etcd.denied', 'The cluster refuses us.', { advice: 'Give us a role.' }),
      ),
    );
    const { id } = await queue.add('backup', backupJob());
    const job = await system.whenIn(queue, id!, 'failed');
    expect(job.attemptsMade).toBe(1);
    expect(jobErrorOf(job)).toEqual({
      code: 'etcd.denied',
      message: 'The cluster refuses us.',
      advice: 'Give us a role.',
    });
  });

  it('tries again what another try may mend, and what nobody expected', async () => {
    const queue = system.queue('chunks');
    const errors = [
      new KlosetError('etcd.unreachable', 'Away.', { retryable: true }),
      new TypeError('x is not a function'),
    ];
    system.worker('chunks', (_job, _token, _signal) => {
      const error = errors.shift();
      return error === undefined ? Promise.resolve('done') : Promise.reject(error);
    });
    const { id } = await queue.add('seal', sealJob());
    const job = await system.whenIn(queue, id!, 'completed');
    expect(job.attemptsMade).toBe(3);
    expect(jobErrorOf(job)).toEqual({ code: 'job.unexpected', message: 'x is not a function' });
  });

  it('ends after the tries of its policy', async () => {
    const queue = system.queue('chunks');
    system.worker('chunks', (_job, _token, _signal) => Promise.reject(new Error('again')));
    const { id } = await queue.add('seal', sealJob());
    expect((await system.whenIn(queue, id!, 'failed')).attemptsMade).toBe(QUEUE_POLICIES.chunks.attempts);
  });

  it('pauses the whole queue when its store is asked for too much', async () => {
    const queue = system.queue('puts.s3.main');
    const busy = new KlosetError('storage.busy', 'Slow down.', { retryable: true });
    let tries = 0;
    system.worker(
      'puts.s3.main',
      (_job, _token, _signal) => (tries++ === 0 ? Promise.reject(busy) : Promise.resolve(1)),
      {
        concurrency: 1,
      },
    );
    const first = await queue.add('put', putJob());
    await system.whenIn(queue, first.id!, 'delayed');
    expect(await queue.getRateLimitTtl(1_000_000)).toBeGreaterThan(0);
    const second = await queue.add('put', putJob());
    await system.whenIn(queue, second.id!, 'completed');
    await system.whenIn(queue, first.id!, 'completed');
    expect(await queue.getRateLimitTtl(1_000_000)).toBeLessThanOrEqual(0);
  });

  it('refuses jobs that are not valid, where they are added and where they are done', async () => {
    const queue = system.queue('chunks');
    await expect(queue.add('seal', { ...sealJob(), level: 99 })).rejects.toMatchObject({
      code: 'job.invalid',
    });
    await expect(queue.addBulk([{ name: 'seal', data: {} as never }])).rejects.toMatchObject({
      code: 'job.invalid',
    });
    const labels = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`l${at}`, 'x'.repeat(400)]));
    await expect(system.queue('backups.main').add('backup', backupJob({ labels }))).rejects.toMatchObject({
      code: 'job.too-large',
    });

    let ran = false;
    system.worker('chunks', (_job, _token, _signal) => Promise.resolve((ran = true)));
    const raw = new Queue('chunks', { connection: system.redis.client, prefix: system.redis.prefix });
    const { id } = await raw.add('seal', { ...sealJob(), password: 'secret-value' }, { attempts: 5 });
    const failed = await system.whenIn(queue, id!, 'failed');
    expect(jobErrorOf(failed)).toMatchObject({ code: 'job.invalid' });
    expect(failed.failedReason).not.toContain('secret-value');
    expect(ran).toBe(false);
    await raw.close();
  });

  it('does a job again whose worker has vanished', async () => {
    const queue = system.queue('chunks');
    const stuck = system.worker(
      'chunks',
      (_job, _token, _signal) => new Promise(() => undefined),
      SHORT_LOCK,
    );
    const { id } = await queue.add('seal', sealJob());
    await system.whenIn(queue, id!, 'active');
    await stuck.close(true);
    system.worker('chunks', (_job, _token, _signal) => Promise.resolve('by another'), SHORT_LOCK);
    const job = await system.whenIn(queue, id!, 'completed');
    expect(job.returnvalue).toBe('by another');
    expect(job.stalledCounter).toBe(1);
  });

  it('tells its job when its lock is lost, and renews it otherwise', async () => {
    const queue = system.queue('chunks');
    const reasons: unknown[] = [];
    let runs = 0;
    const worker = system.worker(
      'chunks',
      async (_job, _token, signal) => {
        if (++runs > 1) return 'second';
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push((signal.reason as KlosetError).code);
        throw signal.reason;
      },
      SHORT_LOCK,
    );
    const renewed = new Promise((resolve) => worker.once('locksRenewed', resolve));
    const { id } = await queue.add('seal', sealJob());
    await renewed;
    await system.redis.client.del(`${system.redis.prefix}:chunks:${id}:lock`);
    expect((await system.whenIn(queue, id!, 'completed')).returnvalue).toBe('second');
    expect(reasons).toEqual(['job.lock-lost']);
  });

  it('goes on after Redis was killed and came back', async () => {
    const queue = system.queue('chunks');
    let go: (value: string) => void = () => undefined;
    const released = new Promise<string>((resolve) => (go = resolve));
    system.worker('chunks', (_job, _token, _signal) => released, { concurrency: 1 });
    const first = await queue.add('seal', sealJob());
    await system.whenIn(queue, first.id!, 'active');
    await system.server.kill();
    go('done');
    await system.server.restart();
    expect((await system.whenIn(queue, first.id!, 'completed')).returnvalue).toBe('done');
    const second = await queue.add('seal', sealJob());
    await system.whenIn(queue, second.id!, 'completed');
  });

  describe('that is shut down', () => {
    it('lets its jobs end and takes no more', async () => {
      const queue = system.queue('chunks');
      let go: (value: string) => void = () => undefined;
      const released = new Promise<string>((resolve) => (go = resolve));
      const worker = system.worker('chunks', (_job, _token, _signal) => released, { concurrency: 1 });
      const first = await queue.add('seal', sealJob());
      await system.whenIn(queue, first.id!, 'active');
      const drained = drainWorker(worker, 60_000);
      const second = await queue.add('seal', sealJob());
      go('done');
      await drained;
      expect(await (await queue.getJob(first.id!))!.getState()).toBe('completed');
      expect(await (await queue.getJob(second.id!))!.getState()).toBe('waiting');
    });

    it('hands back what does not end in time, which is no try', async () => {
      const queue = system.queue('chunks');
      const reasons: unknown[] = [];
      const worker = system.worker('chunks', async (_job, _token, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push((signal.reason as KlosetError).code);
        throw new KlosetError('chunk.odd', 'Any error counts for an interruption now.');
      });
      const { id } = await queue.add('seal', sealJob());
      await system.whenIn(queue, id!, 'active');
      await drainWorker(worker, 0);
      expect(reasons).toEqual(['job.interrupted']);
      expect(await (await queue.getJob(id!))!.getState()).toBe('waiting');
      system.worker('chunks', (_job, _token, _signal) => Promise.resolve('by another'));
      const job = await system.whenIn(queue, id!, 'completed');
      expect([job.returnvalue, job.attemptsMade]).toEqual(['by another', 1]);
    });

    it('does not wait for a job that listens to nobody', async () => {
      const queue = system.queue('chunks');
      const began = Promise.withResolvers<undefined>();
      const worker = system.worker('chunks', (_job, _token, _signal) => {
        began.resolve(undefined);
        return new Promise(() => undefined);
      });
      const { id } = await queue.add('seal', sealJob());
      // One that is active in Redis, and not yet here, is handed back.
      await began.promise;
      await drainWorker(worker, 0);
      expect(await (await queue.getJob(id!))!.getState()).toBe('active');
    });

    it('does not wait for a Redis that is away', async () => {
      const queue = system.queue('chunks');
      let go: (value: string) => void = () => undefined;
      const released = new Promise<string>((resolve) => (go = resolve));
      const worker = system.worker('chunks', (_job, _token, _signal) => released);
      const { id } = await queue.add('seal', sealJob());
      await system.whenIn(queue, id!, 'active');
      system.server.pause();
      go('done');
      await drainWorker(worker, 0);
      system.server.resume();
    });
  });

  it('shows how full its queue is', async () => {
    const queue = system.queue('chunks');
    const empty = {
      ...{ queue: 'chunks', waiting: 0, active: 0, delayed: 0, waitingChildren: 0 },
      ...{ failed: 0, completed: 0, oldestWaitMs: 0 },
    };
    expect(await queueDepths(system.redis, ['chunks', 'backups.main'])).toEqual([
      empty,
      { ...empty, queue: 'backups.main' },
    ]);
    await queue.add('seal', sealJob(), { timestamp: Date.now() - 60_000 });
    await queue.add('seal', sealJob());
    await queue.add('seal', sealJob(), { delay: 60_000 });
    const [depth] = await queueDepths(system.redis, ['chunks']);
    expect(depth).toMatchObject({ waiting: 2, delayed: 1 });
    expect(depth!.oldestWaitMs).toBeGreaterThanOrEqual(60_000);

    // In one that somebody has paused they wait all the same: the alert for a queue that nobody serves counts on it.
    await queue.pause();
    expect(await queueDepths(system.redis, ['chunks'])).toMatchObject([{ waiting: 2 }]);

    // One that had to wait for its time, and whose time has come, has waited from then on.
    const hour = 3_600_000;
    const times = { timestamp: Date.now() - hour, delay: hour - 60_000 };
    const late = await system.queue('backups.main').add('backup', backupJob(), times);
    await late.promote();
    const [ofBackups] = await queueDepths(system.redis, ['backups.main']);
    expect(ofBackups).toMatchObject({ waiting: 1, delayed: 0 });
    expect(ofBackups!.oldestWaitMs).toBeGreaterThanOrEqual(60_000);
    expect(ofBackups!.oldestWaitMs).toBeLessThan(1_800_000);
  });
});

await describeWith(requireRedis(), 'a queue that fails fast', (program) => {
  it('says that Redis is away, at boot and later, and works once it is there', async () => {
    const [port] = await freePorts(1);
    const redis = connectRedis({ url: `redis://127.0.0.1:${port}`, failFast: true });
    const queue = openQueue(redis, 'chunks');
    const add = (): Promise<unknown> => orRedisError(queue.add('seal', sealJob()));
    await expect(add()).rejects.toMatchObject({ code: 'redis.unreachable' });
    const server = await RedisServer.start(program, { port });
    await until(() =>
      add()
        .then(() => true)
        .catch(() => false),
    );
    await server.kill();
    await expect(add()).rejects.toMatchObject({ code: 'redis.unreachable' });
    await server.restart();
    await until(() =>
      add()
        .then(() => true)
        .catch(() => false),
    );
    expect(await queue.getWaitingCount()).toBe(2);
    expect(await isUnderWay(await queue.getJob('1'))).toBe(true);
    await queue.close();
    await redis.close();
    await server.stop();
  });
});
