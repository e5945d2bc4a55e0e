import { randomUUID } from 'node:crypto';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { openQueue } from '../queues/open-queue.ts';
import { REQUESTS_QUEUE } from '../queues/queue-names.ts';
import { connectRedis, type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { requestBackup, type RequestsQueue } from './request-backup.ts';
import { readRequestState, type RequestState, writeRequestState } from './request-state.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

await describeWith(requireRedis(), 'a request for a backup', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let queue: RequestsQueue;
  beforeAll(async () => {
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
    queue = openQueue(redis, REQUESTS_QUEUE);
  });
  beforeEach(() => redis.client.flushall());
  afterAll(async () => {
    await queue.close();
    await redis.close();
    await server.stop();
  });

  it('is one job, whose id is that of the request', async () => {
    const wish = { cluster: 'prod', labels: { why: 'upgrade' }, requestedBy: 'payments' };
    const { request } = await requestBackup(redis, wish);
    const job = await queue.getJob(request);
    expect(job).toMatchObject({ name: 'request', data: { version: 1, request, trigger: 'queue', ...wish } });
  });

  it('that is made twice is one, with a handle or with a queue', async () => {
    const request = randomUUID();
    await requestBackup(redis, { cluster: 'prod', request });
    await requestBackup(queue, { cluster: 'prod', request });
    expect(await queue.getWaitingCount()).toBe(1);
  });

  it.each([
    ['no cluster', { cluster: '' }],
    ['a request that is no UUID', { cluster: 'prod', request: '1' }],
    ['labels that are no texts', { cluster: 'prod', labels: { a: 1 } as unknown as Record<string, string> }],
    ['too long a name', { cluster: 'prod', requestedBy: 'x'.repeat(101) }],
  ])('with %s does not get into the queue', async (_what, wish) => {
    await expect(requestBackup(redis, wish)).rejects.toMatchObject({ code: 'job.invalid', retryable: false });
    expect(await queue.count()).toBe(0);
  });

  it.each([true, false])(
    'fails soon while Redis is away (failFast: %s), and may be made again',
    async (failFast) => {
      const away = connectRedis({ url: 'redis://127.0.0.1:1', failFast });
      const request = randomUUID();
      await expect(requestBackup(away, { cluster: 'prod', request })).rejects.toMatchObject({
        code: 'redis.unreachable',
        retryable: true,
        context: { request },
        advice: expect.stringContaining('same request id') as string,
      });
      await away.close();
    },
  );

  it('fails soon when Redis hangs, and arrives once although it is made again', async () => {
    const request = randomUUID();
    server.pause();
    await expect(requestBackup(redis, { cluster: 'prod', request })).rejects.toMatchObject({
      code: 'redis.unreachable',
      retryable: true,
    });
    server.resume();
    await requestBackup(redis, { cluster: 'prod', request });
    expect(await queue.count()).toBe(1);
  });

  it('is remembered for a week: what became of it', async () => {
    const of = { request: randomUUID(), cluster: 'prod', at: '2026-01-01T00:00:00Z' };
    const states: RequestState[] = [
      { ...of, state: 'accepted', backup: randomUUID(), store: 'main', joined: true },
      { ...of, state: 'refused', error: { code: 'cluster.unknown', message: 'Nobody knows it.' } },
    ];
    expect(await readRequestState(redis, of.request)).toBeUndefined();
    for (const state of states) {
      await writeRequestState(redis, state);
      expect(await readRequestState(redis, of.request)).toEqual(state);
    }
    const life = await redis.client.pttl(keys.request(redis.prefix, of.request));
    expect(life).toBeGreaterThan(6.9 * DAY_MS);
    expect(life).toBeLessThanOrEqual(7 * DAY_MS);
  });
});
