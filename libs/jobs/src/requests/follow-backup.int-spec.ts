import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { type BackupResult } from '../backup/backup-job.ts';
import { JobsError } from '../errors.ts';
import { type CloudEvent } from '../events/event-types.ts';
import { isFinished } from '../queues/job-state.ts';
import { openQueue } from '../queues/open-queue.ts';
import { openWorker } from '../queues/open-worker.ts';
import { drainWorker } from '../queues/drain-worker.ts';
import { backupsQueue, REQUESTS_QUEUE } from '../queues/queue-names.ts';
import { connectRedis, type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { RESULT } from '../spec-support/sample-events.ts';
import { SmallService, type SmallServiceOptions } from '../spec-support/small-service.ts';
import { followBackup, type FollowBackupOptions } from './follow-backup.ts';
import { requestBackup } from './request-backup.ts';
import { readRequestState } from './request-state.ts';
import { waitForBackup } from './wait-for-backup.ts';

await describeWith(requireRedis(), 'a backup that was requested on the queue', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let service: SmallService | undefined;
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
  });
  beforeEach(() => redis.client.flushall());
  afterEach(async () => {
    await service?.close();
    service = undefined;
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });

  function serve(options: SmallServiceOptions = {}): void {
    service = new SmallService(redis, options);
  }
  async function follow(request: string, options: FollowBackupOptions = {}): Promise<CloudEvent[]> {
    const events: CloudEvent[] = [];
    for await (const event of followBackup(redis, request, options)) events.push(event);
    return events;
  }
  const typesOf = (events: readonly CloudEvent[]): string[] => events.map(({ type }) => type);
  const ask = (cluster: string) => requestBackup(redis, { cluster });
  const failing = (): never => {
    throw new JobsError('etcd.unreachable' as 'job.invalid', 'No member answers.', {
      advice: 'Look at them.',
    });
  };
  async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(5);
  }
  async function untilFinished(backup: string): Promise<void> {
    const queue = openQueue(redis, backupsQueue('main'));
    await until(async () => isFinished(await queue.getJobState(backup)));
    await queue.close();
  }
  /** As if it had ended long ago. */
  async function age(backup: string): Promise<void> {
    await redis.client.hset(`${redis.prefix}:backups.main:${backup}`, 'finishedOn', Date.now() - 3_600_000);
  }

  it('is followed from its request to its end', async () => {
    serve();
    const { request } = await ask('prod');
    const events = await follow(request, { progress: true });
    expect(typesOf(events)).toEqual([
      'backup.requested',
      'backup.started',
      'backup.progress',
      'backup.committed',
    ]);
    expect(events.at(-1)).toMatchObject({
      subject: 'prod',
      data: { backup: request, result: { cluster: 'prod' } },
    });
    expect(await readRequestState(redis, request)).toMatchObject({
      state: 'accepted',
      backup: request,
      joined: false,
    });
  });

  it('is followed as well by whoever comes when all is over, without its progress unless wanted', async () => {
    serve();
    const { request } = await ask('prod');
    const first = await follow(request, { progress: true });
    const later = await follow(request);
    expect(later).toEqual(first.filter(({ type }) => type !== 'backup.progress'));
    expect(await waitForBackup(redis, request)).toEqual({ ...RESULT, cluster: 'prod' });
  });

  it('is waited for before anybody is there to make it', async () => {
    const { request } = await ask('prod');
    const result = waitForBackup(redis, request);
    await sleep(20);
    serve();
    expect(await result).toMatchObject({ cluster: 'prod', proof: 'proven' });
  });

  it('that joins another one is followed there', async () => {
    const gate = Promise.withResolvers<undefined>();
    serve({
      backup: async (cluster) => {
        await gate.promise;
        return { ...RESULT, cluster };
      },
    });
    const first = await ask('prod');
    await until(async () => (await readRequestState(redis, first.request)) !== undefined);
    const second = await ask('prod');
    await until(async () => (await readRequestState(redis, second.request)) !== undefined);
    const [one, two] = [follow(first.request), follow(second.request)];
    gate.resolve(undefined);
    const events = await two;
    expect(events.find(({ type }) => type === 'backup.requested')).toMatchObject({
      data: { request: second.request, backup: first.request, joined: true },
    });
    expect(events.at(-1)).toEqual((await one).at(-1));
    expect(events.at(-1)).toMatchObject({ type: 'backup.committed', data: { backup: first.request } });
  });

  it.each(['unproven', 'mismatch'] as const)('is a result when it is %s, and says so', async (proof) => {
    serve({ backup: (cluster): BackupResult => ({ ...RESULT, cluster, proof, proofReason: 'because' }) });
    const { request } = await ask('prod');
    expect(typesOf(await follow(request)).slice(-2)).toEqual(['backup.committed', `backup.${proof}`]);
    expect(await waitForBackup(redis, request)).toMatchObject({ proof, proofReason: 'because' });
  });

  it('that fails is an error with the code of its failure', async () => {
    serve({ backup: failing });
    const { request } = await ask('prod');
    expect((await follow(request)).at(-1)).toMatchObject({
      type: 'backup.failed',
      data: { backup: request },
    });
    await expect(waitForBackup(redis, request)).rejects.toMatchObject({
      name: 'JobsError',
      code: 'etcd.unreachable',
      message: 'No member answers.',
      advice: 'Look at them.',
    });
  });

  it('of a cluster that nobody knows is refused', async () => {
    serve();
    const { request } = await ask('no-such-cluster');
    expect(typesOf(await follow(request))).toEqual(['request.refused']);
    await expect(waitForBackup(redis, request)).rejects.toMatchObject({ code: 'cluster.unknown' });
  });

  it.each([
    ['committed', undefined, ['backup.committed']],
    [
      'mismatch',
      (): BackupResult => ({ ...RESULT, proof: 'mismatch' }),
      ['backup.committed', 'backup.mismatch'],
    ],
    ['failed', failing, ['backup.failed']],
  ])('whose events are gone ends with what its job says: %s', async (_what, backup, types) => {
    serve({ backup, tells: false });
    const { request } = await ask('prod');
    await untilFinished(request);
    await age(request);
    const events = await follow(request);
    expect(typesOf(events)).toEqual(types);
    expect(events[0]).toMatchObject({
      id: `${request}/${types[0]!.slice('backup.'.length)}`,
      time: new Date(
        Number(await redis.client.hget(`${redis.prefix}:backups.main:${request}`, 'finishedOn')),
      ).toISOString(),
    });
  });

  it('that was refused is known from its state when the event is gone', async () => {
    serve({ tells: false });
    const { request } = await ask('no-such-cluster');
    await until(async () => (await readRequestState(redis, request)) !== undefined);
    expect(typesOf(await follow(request))).toEqual(['request.refused']);
  });

  it('is followed although thousands of other events came between', async () => {
    serve();
    const { request } = await ask('prod');
    await waitForBackup(redis, request);
    const noise = redis.client.pipeline();
    for (let at = 0; at < 2000; at++)
      noise.xadd(keys.events(redis.prefix), '*', 'type', 'store.reachable', 'event', '{}');
    await noise.exec();
    expect((await follow(request)).at(-1)!.type).toBe('backup.committed');
  });

  it('is not known when nobody asked for it, or it was too long ago', async () => {
    for (const request of [randomUUID(), 'no uuid']) {
      await expect(follow(request)).rejects.toMatchObject({ code: 'request.unknown' });
      await expect(waitForBackup(redis, request)).rejects.toMatchObject({ code: 'request.unknown' });
    }
    serve({ tells: false });
    const { request } = await ask('prod');
    await untilFinished(request);
    await redis.client.del(`${redis.prefix}:backups.main:${request}`);
    await expect(waitForBackup(redis, request)).rejects.toMatchObject({ code: 'request.unknown' });
  });

  it('that nobody manages to look at ends with why', async () => {
    const worker = openWorker(redis, REQUESTS_QUEUE, () => {
      throw new JobsError('job.invalid', 'It cannot be read.');
    });
    try {
      const { request } = await ask('prod');
      await expect(waitForBackup(redis, request)).rejects.toMatchObject({ code: 'job.invalid' });
    } finally {
      await drainWorker(worker, 100);
    }
  });

  it('is followed until the signal says no, then waiting throws its reason', async () => {
    const { request } = await ask('prod');
    const controller = new AbortController();
    const waiting = waitForBackup(redis, request, { signal: controller.signal });
    const following = follow(request, { signal: controller.signal });
    controller.abort(new Error('we go home'));
    await expect(waiting).rejects.toThrow('we go home');
    expect(await following).toEqual([]);
  });

  it('is followed over a restart of Redis', async () => {
    const [begun, gate] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    serve({
      backup: async (cluster) => {
        begun.resolve(undefined);
        await gate.promise;
        return { ...RESULT, cluster };
      },
    });
    const { request } = await ask('prod');
    const result = waitForBackup(redis, request);
    await begun.promise;
    await server.kill();
    await server.restart();
    gate.resolve(undefined);
    expect(await result).toMatchObject({ proof: 'proven' });
  });
});
