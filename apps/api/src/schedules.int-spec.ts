import { keys, openQueue, readRequestState } from '@etcd-kloset/jobs';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { lastDueTime } from './schedules/due-times.ts';
import { schedulerId } from './schedules/sync-schedulers.ts';
import { GRACE_MS } from './schedules/find-missed.ts';
import { requestOfDue, TICK_REQUEST } from './schedules/tick.ts';
import { call, until } from './spec-support/call.ts';
import { startTestApi, type TestApi } from './spec-support/test-api.ts';
import { makeTestStore, type TestStore } from './spec-support/test-store.ts';

const at = { store: 'main', endpoints: ['127.0.0.1:1'] };
const hourly = { cron: '17 * * * *', timeZone: 'Europe/Berlin' };

await describeWith(requireRedis(), 'schedules', (program) => {
  let redis: RedisServer;
  let store: TestStore;
  /** Two replicas, as in production. */
  let apis: TestApi[];
  let api: TestApi;
  const start = (): Promise<TestApi> =>
    startTestApi({
      redisUrl: redis.url,
      stores: { main: store },
      config: {
        clusters: {
          // With what the API would not take.
          fixed: { ...at, tls: { caFile: '/etc/etcd/ca.pem' }, schedule: { cron: '0 3 * * *' } },
        },
      },
    });
  beforeAll(async () => {
    [redis, store] = await Promise.all([RedisServer.start(program), makeTestStore()]);
    apis = await Promise.all([start(), start()]);
    [api] = apis as [TestApi];
  });
  afterAll(async () => {
    for (const each of apis) await each.close();
    await redis.stop();
    store.remove();
  });

  const schedulers = async () => {
    const queue = openQueue(api.boot.redis, 'requests');
    const found = await queue.getJobSchedulers();
    await queue.close();
    return found;
  };
  const schedulerOf = async (name: string) =>
    (await schedulers()).filter(({ key }) => key === schedulerId({ name }));
  const put = (cluster: string, schedule?: object) =>
    fetch(`${api.url}/v1/clusters/${cluster}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${api.tokens.admin}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...at, ...(schedule === undefined ? {} : { schedule }) }),
    });
  /** What the scheduler put into the queue for its next time, done now. */
  const bringForward = async (name: string): Promise<{ due: Date; request: string }> => {
    const queue = openQueue(api.boot.redis, 'requests');
    const [scheduler] = await schedulerOf(name);
    const job = (await queue.getJob(`repeat:${scheduler!.key}:${scheduler!.next!}`))!;
    await job.promote();
    await until(
      () => job.getState(),
      (state) => state === 'completed',
    );
    await queue.close();
    const due = new Date(scheduler!.next!);
    return { due, request: requestOfDue(name, due) };
  };

  const missed = async (name: string): Promise<{ cluster: string; due: string }[]> => {
    const { client, prefix } = api.boot.redis;
    return (await client.xrange(keys.events(prefix), '-', '+')).flatMap(([, fields]) => {
      if (fields[1] !== 'schedule.missed' || fields[3] !== name) return [];
      return [(JSON.parse(fields[5]!) as { data: { cluster: string; due: string } }).data];
    });
  };

  it('are kept in the queue: one each, as the cluster says, until it says no more', async () => {
    await put('kept', hourly);
    const [made] = await until(
      () => schedulerOf('kept'),
      (found) => found.length === 1,
    );
    expect(made).toMatchObject({
      pattern: hourly.cron,
      tz: hourly.timeZone,
      template: { data: { cluster: 'kept' } },
    });
    await put('kept', { ...hourly, cron: '18 * * * *' });
    await until(
      () => schedulerOf('kept'),
      ([found]) => found?.pattern === '18 * * * *',
    );
    await call(api, 'pauseSchedule', 200, { key: 'operator', params: { cluster: 'kept' } });
    await until(
      () => schedulerOf('kept'),
      (found) => found.length === 0,
    );
    await call(api, 'resumeSchedule', 200, { key: 'operator', params: { cluster: 'kept' } });
    await until(
      () => schedulerOf('kept'),
      (found) => found.length === 1,
    );
    await call(api, 'deleteCluster', 204, { params: { cluster: 'kept' } });
    await until(
      () => schedulerOf('kept'),
      (found) => found.length === 0,
    );
    expect((await schedulerOf('fixed')).length).toBe(1);
  });

  it('are shown with their next times, jitter included', async () => {
    await put('shown', { ...hourly, jitterSeconds: 600 });
    const { items } = (await call(api, 'listSchedules', 200, { key: 'viewer' })).body;
    const shown = items.find(({ cluster }) => cluster === 'shown')!;
    expect(shown).toMatchObject({ ...hourly, paused: false, jitterSeconds: 600 });
    expect(shown.delayMs).toBeGreaterThan(0);
    expect(shown.delayMs).toBeLessThan(600_000);
    expect(shown.nextRuns).toHaveLength(5);
    for (const run of shown.nextRuns) {
      expect(new Date(Date.parse(run) - shown.delayMs).getUTCMinutes()).toBe(17);
    }
    const paused = await call(api, 'pauseSchedule', 200, { params: { cluster: 'shown' } });
    expect(paused.body).toMatchObject({ paused: true, nextRuns: [] });
    expect((await call(api, 'readCluster', 200, { params: { cluster: 'shown' } })).body).toMatchObject({
      version: 2,
      schedule: { ...hourly, jitterSeconds: 600, paused: true },
    });
  });

  it('of the configuration file, or of nothing, are not paused', async () => {
    await put('plain');
    expect((await call(api, 'pauseSchedule', 409, { params: { cluster: 'plain' } })).body.code).toBe(
      'schedule.none',
    );
    expect((await call(api, 'pauseSchedule', 409, { params: { cluster: 'fixed' } })).body.code).toBe(
      'cluster.in-configuration',
    );
  });

  it('back up when their time comes, once, after their jitter; who asks does not wait for that', async () => {
    await put('ticking', { ...hourly, jitterSeconds: 86_400 });
    await until(
      () => schedulerOf('ticking'),
      (found) => found.length === 1,
    );
    const { request } = await bringForward('ticking');
    const waiting = (await call(api, 'readJob', 200, { params: { job: request } })).body;
    expect(waiting).toMatchObject({ cluster: 'ticking', state: 'delayed', trigger: 'schedule' });
    // The next time is in the queue already.
    expect((await schedulerOf('ticking'))[0]!.next).toBeGreaterThan(Date.now());
    const asked = await call(api, 'requestBackup', 202, { params: { cluster: 'ticking' } });
    expect(asked.body).toMatchObject({ joined: true, job: { id: request, state: 'queued' } });
  });

  it('whose time was taken late are told, and begin without jitter', async () => {
    await put('late', { ...hourly, jitterSeconds: 86_400 });
    const due = new Date(Date.now() - 2 * GRACE_MS);
    const queue = openQueue(api.boot.redis, 'requests');
    const data = { version: 1, request: TICK_REQUEST, cluster: 'late', trigger: 'schedule' } as const;
    // As the scheduler put it there before everybody went away.
    await queue.add('request', data, { prevMillis: due.getTime() });
    const request = requestOfDue('late', due);
    await until(
      () => readRequestState(api.boot.redis, request),
      (state) => state?.state === 'accepted',
    );
    const job = (await call(api, 'readJob', 200, { params: { job: request } })).body;
    expect(job).toMatchObject({ cluster: 'late', state: 'queued', trigger: 'catch-up' });
    expect(await missed('late')).toMatchObject([{ due: due.toISOString() }]);
    await queue.close();
  });

  it('that were missed are told, and made up for once, whoever notices', async () => {
    await put('missed', { cron: '* * * * *', timeZone: 'UTC' });
    const { client, prefix } = api.boot.redis;
    const since = keys.schedule(prefix, 'since/missed');
    await until(
      () => client.hexists(since, 'since'),
      (exists) => exists === 1,
    );
    // As if it had been there for a day, and nobody to start it.
    await client.hset(since, 'since', new Date(Date.now() - 86_400_000).toISOString());
    const due = lastDueTime({ cron: '* * * * *', timeZone: 'UTC' }, new Date(Date.now() - GRACE_MS));
    // Another cluster's change has both replicas look again.
    await put('other');
    const [data, ...others] = await until(
      () => missed('missed'),
      (all) => all.length > 0,
    );
    expect(others).toEqual([]);
    expect(Date.parse(data!.due)).toBeGreaterThanOrEqual(due.getTime());
    const request = requestOfDue('missed', new Date(data!.due));
    await until(
      () => readRequestState(api.boot.redis, request),
      (state) => state?.state === 'accepted',
    );
    const job = (await call(api, 'readJob', 200, { params: { job: request } })).body;
    expect(job).toMatchObject({ cluster: 'missed', trigger: 'catch-up' });
  });
});
