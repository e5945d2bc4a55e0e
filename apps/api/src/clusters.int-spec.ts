import { openQueue } from '@etcd-kloset/jobs';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { schedulerId } from './schedules/sync-schedulers.ts';
import { call, until } from './spec-support/call.ts';
import { startTestApi, type TestApi } from './spec-support/test-api.ts';
import { makeTestStore, type TestStore } from './spec-support/test-store.ts';

const definition = { store: 'main', endpoints: ['http://127.0.0.1:1'] };

await describeWith(requireRedis(), 'clusters over the API', (program) => {
  let redis: RedisServer;
  let store: TestStore;
  let api: TestApi;
  const start = (): Promise<TestApi> =>
    startTestApi({
      redisUrl: redis.url,
      stores: { main: store },
      config: { clusters: { fixed: { ...definition, attach: ['/etc/hosts'] } } },
    });
  beforeAll(async () => {
    [redis, store] = await Promise.all([RedisServer.start(program), makeTestStore()]);
    api = await start();
  });
  afterAll(async () => {
    await api.close();
    await redis.stop();
    store.remove();
  });

  it('are registered, read, changed and forgotten, whatever their name', async () => {
    const params = { cluster: 'a b/ü?#' };
    const made = await call(api, 'createCluster', 201, { body: { name: params.cluster, ...definition } });
    expect(made.body).toMatchObject({ name: params.cluster, version: 1, origin: 'store', proof: 'all' });
    expect(made.headers.get('location')).toBe(`/v1/clusters/${encodeURIComponent(params.cluster)}`);
    expect(made.headers.get('etag')).toBe('"1"');
    const changed = await call(api, 'putCluster', 200, {
      params,
      body: { ...definition, objectiveSeconds: 60 },
    });
    expect(changed.body).toMatchObject({ version: 2, objectiveSeconds: 60 });
    expect((await call(api, 'readCluster', 200, { params })).body).toEqual(changed.body);
    await call(api, 'deleteCluster', 204, { params });
    expect((await call(api, 'readCluster', 404, { params })).body.code).toBe('cluster.unknown');
    expect((await call(api, 'deleteCluster', 404, { params })).body.code).toBe('cluster.unknown');
  });

  it('are made once', async () => {
    const body = { name: 'once', ...definition };
    await call(api, 'createCluster', 201, { body });
    expect((await call(api, 'createCluster', 409, { body })).body.code).toBe('cluster.exists');
    const params = { cluster: 'once' };
    const headers = { 'if-none-match': '*' };
    expect((await call(api, 'putCluster', 409, { params, headers, body: definition })).body.code).toBe(
      'cluster.exists',
    );
    await call(api, 'deleteCluster', 204, { params });
    await call(api, 'putCluster', 201, { params, headers, body: definition });
  });

  it('are not changed by who has seen an older version', async () => {
    const params = { cluster: 'raced' };
    const put = { params, body: definition };
    await call(api, 'putCluster', 201, put);
    const first = { 'if-match': '"1"' };
    await call(api, 'putCluster', 200, { ...put, headers: first });
    expect((await call(api, 'putCluster', 412, { ...put, headers: first })).body.code).toBe(
      'cluster.conflict',
    );
    expect((await call(api, 'deleteCluster', 412, { params, headers: first })).body.code).toBe(
      'cluster.conflict',
    );
    await call(api, 'deleteCluster', 204, { params, headers: { 'if-match': '"2"' } });
    expect((await call(api, 'putCluster', 412, { ...put, headers: first })).body.code).toBe(
      'http.precondition-failed',
    );
  });

  it('of the configuration file are changed there', async () => {
    const params = { cluster: 'fixed' };
    expect((await call(api, 'readCluster', 200, { params })).body).toMatchObject({ origin: 'configuration' });
    for (const refused of [
      await call(api, 'putCluster', 409, { params, body: definition }),
      await call(api, 'deleteCluster', 409, { params }),
    ]) {
      expect(refused.body.code).toBe('cluster.in-configuration');
    }
  });

  it('have a definition that makes sense', async () => {
    const refusals: [object, string][] = [
      [{ name: '..' }, 'body.name'],
      [{ store: 'nowhere' }, 'body.store'],
      [{ tls: { caFile: '/etc/passwd' } }, 'body.tls.caFile'],
      [{ tls: { caFile: '../ca.pem' } }, 'body.tls.caFile'],
      [{ auth: { user: 'root', passwordFile: '/etc/shadow' } }, 'body.auth.passwordFile'],
      [{ auth: { user: 'root', passwordEnv: 'HOME' } }, 'body.auth.passwordFile'],
      [{ schedule: { cron: '* * *' } }, 'body.schedule.cron'],
      [{ schedule: { cron: '0 0 * * *', timeZone: 'Mars/Olympus' } }, 'body.schedule.timeZone'],
      [{ attach: ['/etc/shadow'] }, 'body'],
    ];
    for (const [part, at] of refusals) {
      const { body } = await call(api, 'createCluster', 422, { body: { name: 'x', ...definition, ...part } });
      expect(body.errors!.map((each) => each.at)).toContain(at);
    }
  });

  it('come in pages, filtered by label and store', async () => {
    for (let number = 10; number < 17; number++) {
      const body = { ...definition, labels: { page: 'yes', parity: number % 2 === 0 ? 'even' : 'odd' } };
      await call(api, 'putCluster', 201, { params: { cluster: `page-${number}` }, body });
    }
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await call(api, 'listClusters', 200, {
        query: { limit: 3, label: 'page=yes', store: 'main', ...(cursor === undefined ? {} : { cursor }) },
      });
      names.push(...body.items.map(({ name }) => name));
      cursor = body.next;
      // What goes meanwhile takes nothing else along.
      if (names.length === 3) await call(api, 'deleteCluster', 204, { params: { cluster: names[1]! } });
    } while (cursor !== undefined);
    expect(names).toEqual([10, 11, 12, 13, 14, 15, 16].map((number) => `page-${number}`));
    const { body } = await call(api, 'listClusters', 200, { query: 'label=page%3Dyes&label=parity%3Dodd' });
    expect(body.items.map(({ name }) => name)).toEqual(['page-13', 'page-15']);
  });

  it('tell of themselves in events', async () => {
    const params = { cluster: 'told' };
    await call(api, 'putCluster', 201, { params, body: definition });
    await call(api, 'putCluster', 200, { params, body: definition });
    await call(api, 'deleteCluster', 204, { params });
    const { client, prefix } = api.boot.redis;
    const entries = await client.xrange(`${prefix}:events`, '-', '+');
    const types = entries.filter(([, fields]) => fields[3] === 'told').map(([, fields]) => fields[1]);
    expect(types).toEqual(['cluster.registered', 'cluster.changed', 'cluster.removed']);
  });

  it('that cannot be reached are probed with that answer', async () => {
    const { body } = await call(api, 'probeCluster', 200, { params: { cluster: 'fixed' } });
    expect(body).toMatchObject({ reachable: false, error: { code: 'etcd.unreachable' }, members: [] });
  });

  it('outlive Redis, with their schedules: the store has them', async () => {
    const schedule = { cron: '17 4 * * *', timeZone: 'Europe/Berlin', jitterSeconds: 60, paused: false };
    await call(api, 'putCluster', 201, {
      params: { cluster: 'lasting' },
      body: { ...definition, objectiveSeconds: 77, schedule },
    });
    await api.boot.redis.client.flushall();
    const again = await start();
    await again.boot.registry.rebuild();
    const { body } = await call(again, 'readCluster', 200, { params: { cluster: 'lasting' } });
    expect(body).toMatchObject({ objectiveSeconds: 77, schedule });
    const requests = openQueue(again.boot.redis, 'requests');
    const kept = await until(
      () => requests.getJobSchedulers(),
      (schedulers) => schedulers.length > 0,
    );
    expect(kept).toMatchObject([{ key: schedulerId({ name: 'lasting' }), pattern: schedule.cron }]);
    await requests.close();
    await again.close();
  });
});
