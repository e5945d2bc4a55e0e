import { requestBackup } from '@etcd-kloset/jobs';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { takeBackups, resultOf } from './spec-support/backup-worker.ts';
import { call, until } from './spec-support/call.ts';
import { openEvents } from './spec-support/read-events.ts';
import { startTestApi, type TestApi } from './spec-support/test-api.ts';
import { makeTestStore, type TestStore } from './spec-support/test-store.ts';

await describeWith(requireRedis(), 'while Redis is away', (program) => {
  let redis: RedisServer;
  let store: TestStore;
  let api: TestApi;
  const params = { cluster: 'prod' };
  beforeAll(async () => {
    [redis, store] = await Promise.all([RedisServer.start(program), makeTestStore()]);
    api = await startTestApi({
      redisUrl: redis.url,
      stores: { main: store },
      config: { clusters: { prod: { store: 'main', endpoints: ['127.0.0.1:1'], labels: { team: 'red' } } } },
    });
    await call(api, 'listClusters', 200);
    await until(
      () => call(api, 'readStore', 200, { params: { store: 'main' } }),
      ({ body }) => body.state === 'reachable',
    );
  });
  afterAll(async () => {
    await api.close();
    await redis.stop();
    store.remove();
  });

  async function expectAway(): Promise<void> {
    for (const refused of [
      await call(api, 'requestBackup', 503, { params }),
      await call(api, 'listJobs', 503),
      await call(api, 'readJob', 503, { params: { job: crypto.randomUUID() } }),
      await call(api, 'putCluster', 503, {
        params: { cluster: 'new' },
        body: { store: 'main', endpoints: ['x:1'] },
      }),
      await call(api, 'probeCluster', 503, { params }),
      await call(api, 'pauseSchedule', 503, { params }),
      await call(api, 'listDeadLetters', 503),
      await call(api, 'streamEvents', 503),
    ]) {
      expect(refused.body.code).toBe('redis.unreachable');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    // What is known from the stores, or was known, is told all the same.
    expect((await call(api, 'listClusters', 200, { key: 'red-viewer' })).body.items).toHaveLength(1);
    expect((await call(api, 'readCluster', 200, { params })).body.status.objective).toBe('none');
    expect((await call(api, 'listSnapshots', 200, { key: 'red-viewer' })).body.items).toEqual([]);
    expect((await call(api, 'listStores', 200)).body.items).toHaveLength(1);
    expect((await call(api, 'listSchedules', 200)).body.items).toEqual([]);
    // Keys and limits work as ever.
    expect((await fetch(`${api.url}/v1/version`)).status).toBe(401);
    await call(api, 'readVersion', 200);
    await call(api, 'readLive', 200);
    const board = await fetch(`${api.url}/queues/`, {
      headers: { authorization: `Bearer ${api.tokens.admin}` },
    });
    expect(board.status).toBe(503);
    expect(
      (await fetch(`${api.url}/metrics`, { headers: { authorization: `Bearer ${api.tokens.admin}` } }))
        .status,
    ).toBe(200);
  }

  /** Requests, events and the worker of requests: all go on by themselves. */
  async function expectBack(): Promise<void> {
    await until(
      () => fetch(`${api.url}/v1/jobs`, { headers: { authorization: `Bearer ${api.tokens.viewer}` } }),
      ({ status }) => status === 200,
    );
    const stream = await openEvents(`${api.url}/v1/events?type=backup.committed`, {
      authorization: `Bearer ${api.tokens.viewer}`,
    });
    const worker = takeBackups(api.boot, 'main', () =>
      Promise.resolve(resultOf('prod', '20261124t193145123z-9f86d081')),
    );
    try {
      await requestBackup(api.boot.redis, { cluster: 'prod' });
      expect(await stream.next()).toMatchObject({ event: 'backup.committed', data: { subject: 'prod' } });
    } finally {
      stream.close();
      await worker.stop();
    }
    await until(
      () => call(api, 'readCluster', 200, { params }),
      ({ body }) => body.status.running === undefined,
    );
  }

  it('what needs it is refused at once, and all the rest goes on', async () => {
    await redis.kill();
    await until(
      () => api.boot.fastRedis.client.status,
      (status) => status !== 'ready',
    );
    await expectAway();
    await redis.restart();
    await expectBack();
  });

  it('though connected, because it stands still, it is the same', async () => {
    redis.pause();
    await until(
      () => fetch(`${api.url}/v1/jobs`, { headers: { authorization: `Bearer ${api.tokens.viewer}` } }),
      ({ status }) => status === 503,
    );
    await expectAway();
    redis.resume();
    await expectBack();
  });
});
