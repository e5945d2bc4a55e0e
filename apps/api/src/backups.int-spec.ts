import { randomUUID } from 'node:crypto';
import {
  assertNotCancelled,
  emitEvent,
  followBackup,
  JobsError,
  keys,
  requestBackup,
} from '@etcd-kloset/jobs';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { resultOf, takeBackups } from './spec-support/backup-worker.ts';
import { call, type CallOptions, until } from './spec-support/call.ts';
import { startTestApi, type TestApi } from './spec-support/test-api.ts';
import { makeTestStore, type TestStore } from './spec-support/test-store.ts';

const SNAPSHOT = '20261124t193145123z-9f86d081';

await describeWith(requireRedis(), 'backups over the API', (program) => {
  let redis: RedisServer;
  let store: TestStore;
  let api: TestApi;
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  beforeAll(async () => {
    [redis, store] = await Promise.all([RedisServer.start(program), makeTestStore()]);
    api = await startTestApi({
      redisUrl: redis.url,
      stores: { main: store },
      config: {
        clusters: Object.fromEntries(
          names.map((name) => [name, { store: 'main', endpoints: ['127.0.0.1:1'], labels: { name } }]),
        ),
      },
    });
  });
  const workers: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.stop();
  });
  afterAll(async () => {
    await api.close();
    await redis.stop();
    store.remove();
  });

  const work = (processor: Parameters<typeof takeBackups>[2]) => {
    const worker = takeBackups(api.boot, 'main', processor);
    workers.push(worker);
    return worker;
  };
  const backUp = async (cluster: string, options: CallOptions = {}) =>
    call(api, 'requestBackup', 202, { key: 'operator', params: { cluster }, ...options });
  const read = async (job: string) => (await call(api, 'readJob', 200, { params: { job } })).body;
  const ended = (job: string) =>
    until(
      () => read(job),
      ({ finishedAt }) => finishedAt !== undefined,
    );
  /** Until the watcher has told its end, so that the next backup of the cluster is a new one. */
  const settled = (cluster: string) =>
    until(
      () => api.boot.redis.client.exists(keys.running(api.boot.redis.prefix, 'main', cluster)),
      (count) => count === 0,
    );
  const eventsOf = async (backup: string): Promise<string[]> => {
    const entries = await api.boot.redis.client.xrange(keys.events(api.boot.redis.prefix), '-', '+');
    // A worker may be quicker than whoever tells that there is a job.
    return entries.flatMap(([, fields]) => (fields[5]!.includes(backup) ? [fields[1]!] : [])).sort();
  };

  it('are queued, shown while they run, and shown when they are committed', async () => {
    const { headers, body } = await backUp('a', { body: { labels: { reason: 'test' } } });
    const { id } = body.job;
    expect(headers.get('location')).toBe(`/v1/jobs/${id}`);
    expect(body).toMatchObject({
      joined: false,
      job: {
        cluster: 'a',
        state: 'queued',
        trigger: 'api',
        requestedBy: 'operator',
        labels: { reason: 'test' },
      },
    });
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<undefined>();
    const progress = {
      stage: 'stream',
      streamBytes: 5,
      expectedBytes: 10,
      chunks: { cut: 1, stored: 0 },
      storedBytes: 0,
    } as const;
    const worker = work(async (job) => {
      await job.updateProgress(progress);
      await mayEnd;
      return resultOf('a', SNAPSHOT);
    });
    const running = await until(
      () => read(id),
      (job) => job.progress !== undefined,
    );
    expect(running).toMatchObject({ state: 'running', progress });
    expect((await call(api, 'readCluster', 200, { params: { cluster: 'a' } })).body.status.running?.id).toBe(
      id,
    );
    end(undefined);
    expect(await ended(id)).toMatchObject({ state: 'committed', result: { snapshot: SNAPSHOT } });
    await settled('a');
    expect(await eventsOf(id)).toEqual(['backup.committed', 'backup.requested']);
    expect(
      (await call(api, 'readCluster', 200, { params: { cluster: 'a' } })).body.status.running,
    ).toBeUndefined();
    await worker.stop();
  });

  it('are joined by whoever asks while one is under way, and found by that request too', async () => {
    const first = await backUp('b');
    const second = await backUp('b');
    expect([first.body.joined, second.body.joined]).toEqual([false, true]);
    expect(second.body.job.id).toBe(first.body.job.id);
    const { request } = await requestBackup(api.boot.redis, { cluster: 'b', requestedBy: 'another team' });
    const joined = await until(
      () => fetchJob(request),
      (found) => found !== undefined,
    );
    expect(joined).toBe(first.body.job.id);
    const many = await Promise.all(Array.from({ length: 10 }, () => backUp('b')));
    expect(new Set(many.map(({ body }) => body.job.id))).toEqual(new Set([first.body.job.id]));
  });

  async function fetchJob(id: string): Promise<string | undefined> {
    const answer = await fetch(`${api.url}/v1/jobs/${id}`, {
      headers: { authorization: `Bearer ${api.tokens.viewer}` },
    });
    return answer.status === 200 ? ((await answer.json()) as { id: string }).id : undefined;
  }

  it('are asked for once with an Idempotency-Key', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { labels: { try: 'first' } };
    const answers = [];
    for (let count = 0; count < 3; count++) answers.push(await backUp('c', { headers, body }));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(answers[2]!.body.joined).toBe(false);

    const other = {
      key: 'operator',
      headers,
      params: { cluster: 'c' },
      body: { labels: { try: 'second' } },
    } as const;
    expect((await call(api, 'requestBackup', 422, other)).body.code).toBe('idempotency.other-request');
    // The same text is another key when another caller sends it.
    expect(
      (await backUp('c', { key: 'admin', headers, body: { labels: { try: 'second' } } })).body.joined,
    ).toBe(true);
    // One who died while it answered is waited for a minute, not forever.
    const { client, prefix } = api.boot.redis;
    for (const name of await client.keys(`${prefix}:idempotency:*`)) {
      const { request } = JSON.parse((await client.get(name))!) as { request: string };
      await client.set(name, JSON.stringify({ request }));
    }
    expect(
      (await call(api, 'requestBackup', 409, { key: 'operator', headers, params: { cluster: 'c' }, body }))
        .body.code,
    ).toBe('idempotency.under-way');
  });

  it('are cancelled, those too that have not begun', async () => {
    const { body } = await backUp('d');
    const { id } = body.job;
    const worker = work(async (job, _token, signal) => {
      while (!signal.aborted) {
        await assertNotCancelled(api.boot.redis, job.data.backup);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new JobsError('job.interrupted', 'The test ends.', { retryable: true });
    });
    expect((await call(api, 'cancelJob', 202, { key: 'operator', params: { job: id } })).body.id).toBe(id);
    expect(await ended(id)).toMatchObject({ state: 'cancelled', error: { code: 'backup.cancelled' } });
    expect((await call(api, 'cancelJob', 409, { params: { job: id } })).body.code).toBe('job.finished');
    await settled('d');
    expect(await eventsOf(id)).toEqual(['backup.failed', 'backup.requested']);
    await worker.stop();

    const later = (await backUp('e')).body.job.id;
    const cancelled = await call(api, 'cancelJob', 202, { params: { job: later } });
    expect(cancelled.body).toMatchObject({ cancelRequested: true, state: 'queued' });
  });

  it('that failed say why, and are repeated as new ones', async () => {
    const worker = work(() => {
      throw new JobsError('staging.too-large', 'It is too large.', { advice: 'Make it smaller.' });
    });
    const { id } = (await backUp('f', { body: { labels: { keep: 'this' } } })).body.job;
    const error = { code: 'staging.too-large', message: 'It is too large.', advice: 'Make it smaller.' };
    expect(await ended(id)).toMatchObject({ state: 'failed', error, attempts: { made: 1 } });
    await settled('f');
    await worker.stop();
    const again = await call(api, 'retryJob', 202, { key: 'operator', params: { job: id } });
    expect(again.body).toMatchObject({
      joined: false,
      job: { retryOf: id, trigger: 'retry', labels: { keep: 'this' } },
    });
    expect((await call(api, 'retryJob', 409, { params: { job: again.body.job.id } })).body.code).toBe(
      'job.not-failed',
    );
  });

  it('of clusters that nobody knows are refused, over the queue too', async () => {
    expect((await call(api, 'requestBackup', 404, { params: { cluster: 'nobody' } })).body.code).toBe(
      'cluster.unknown',
    );
    const { request } = await requestBackup(api.boot.redis, { cluster: 'nobody' });
    const events = [];
    for await (const event of followBackup(api.boot.redis, request)) events.push(event);
    expect(events).toMatchObject([{ type: 'request.refused', data: { error: { code: 'cluster.unknown' } } }]);
  });

  it('whose worker told nobody are told by the watcher, once', async () => {
    // The event of a worker that got that far, before the API looks.
    const worker = work(async (job) => {
      const { backup, cluster } = job.data;
      const result = resultOf(cluster, SNAPSHOT, 'unproven');
      await emitEvent(api.boot.redis, 'backup.started', {
        backup,
        cluster,
        store: 'main',
        attempt: randomUUID(),
      });
      return result;
    });
    const { id } = (await backUp('g')).body.job;
    await ended(id);
    await settled('g');
    await until(
      () => eventsOf(id),
      (types) => types.includes('backup.unproven'),
    );
    expect(await eventsOf(id)).toEqual([
      'backup.committed',
      'backup.requested',
      'backup.started',
      'backup.unproven',
    ]);
    await worker.stop();
    const metrics = await api.boot.telemetry.metricsText();
    expect(metrics).toMatch(/kloset_backups_total\{store="main",outcome="committed",proof="unproven"\} \d/);
    expect(metrics).toMatch(/kloset_backups_total\{store="main",outcome="cancelled",proof="none"\} 1/);
    expect(metrics).toMatch(/kloset_backup_failures_total\{code="staging.too-large"\} \d/);
    expect(metrics).toMatch(/kloset_queue_jobs\{queue="backups.main",state="waiting"\} \d/);
  });

  it('come in pages: what is under way, then what has ended, each newest first', async () => {
    for (const name of ['b', 'c', 'h']) await backUp(name);
    const all = (await call(api, 'listJobs', 200, { query: { limit: 200 } })).body.items;
    const under = all.filter(({ finishedAt }) => finishedAt === undefined);
    const done = all.filter(({ finishedAt }) => finishedAt !== undefined);
    expect([under.length, done.length]).toEqual([expect.any(Number), expect.any(Number)]);
    expect(all).toEqual([...under, ...done]);
    const times = done.map(({ finishedAt }) => finishedAt!);
    expect(times).toEqual(times.toSorted().reverse());
    expect(done.length).toBeGreaterThan(3);
    expect(under.length).toBeGreaterThan(2);

    const paged: typeof all = [];
    let cursor: string | undefined;
    do {
      const query = { limit: 2, ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await call(api, 'listJobs', 200, { query });
      paged.push(...body.items);
      cursor = body.next;
    } while (cursor !== undefined);
    expect(paged.map(({ id }) => id)).toEqual(all.map(({ id }) => id));

    const { items } = (await call(api, 'listJobs', 200, { query: 'state=failed&state=cancelled' })).body;
    const wanted = all.filter(({ state }) => state === 'failed' || state === 'cancelled');
    expect(wanted.map(({ cluster }) => cluster)).toEqual(expect.arrayContaining(['d', 'f']));
    expect(items).toEqual(wanted);
    const ofA = (await call(api, 'listBackups', 200, { params: { cluster: 'a' } })).body.items;
    expect(ofA.map(({ cluster, state }) => [cluster, state])).toEqual([['a', 'committed']]);
    expect((await call(api, 'listJobs', 200, { query: { cluster: 'a' } })).body.items).toEqual(ofA);
  });
});
