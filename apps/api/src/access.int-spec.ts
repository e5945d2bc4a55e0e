import { describeWith, EtcdCluster, RedisServer, requireEtcd, requireRedis } from '@etcd-kloset/testing';
import { ROLES } from '@etcd-kloset/platform';
import { ROUTES } from './contract/route-table.ts';
import { type Route } from './contract/route.ts';
import { call, type CallOptions, until } from './spec-support/call.ts';
import { checkAnswer } from './spec-support/contract-check.ts';
import { type KeyName, startTestApi, type TestApi } from './spec-support/test-api.ts';
import { makeTestStore, type TestStore } from './spec-support/test-store.ts';

const tools = Promise.all([requireRedis(), requireEtcd('3.5')]);

await describeWith(tools, 'access', ([program]) => {
  let redis: RedisServer;
  let etcd: EtcdCluster;
  let store: TestStore;
  let api: TestApi;
  /** Of the team blue: what keys of the team red must not see. */
  const blue = { cluster: 'blue-1', job: '', snapshot: '', store: 'main', letter: 'webhook.none' };

  beforeAll(async () => {
    [redis, etcd, store] = await Promise.all([
      RedisServer.start(program),
      EtcdCluster.start(),
      makeTestStore(),
    ]);
    await etcd.etcdctl(['put', '/registry/pods/a', 'x']);
    blue.snapshot = await store.backUp('blue-1', etcd.endpoints);
    api = await startTestApi({
      redisUrl: redis.url,
      stores: { main: store },
      config: {
        clusters: {
          'blue-1': { store: 'main', endpoints: [...etcd.endpoints], labels: { team: 'blue' } },
          'red-1': { store: 'main', endpoints: [...etcd.endpoints], labels: { team: 'red' } },
        },
      },
    });
    const { body } = await call(api, 'requestBackup', 202, { params: blue });
    blue.job = body.job.id;
    await until(
      () => call(api, 'listSnapshots', 200),
      ({ body: page }) => page.items.length === 1,
    );
  });
  afterAll(async () => {
    await api.close();
    await redis.stop();
    await etcd.stop();
    store.remove();
  });

  async function ask(
    route: Route,
    headers: Record<string, string>,
  ): Promise<{ status: number; code: string }> {
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof blue) => blue[name]);
    const answer = await fetch(`${api.url}${path}`, {
      method: route.method.toUpperCase(),
      headers: { ...headers, ...(route.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(route.body === undefined ? {} : { body: JSON.stringify(route.body.example) }),
    });
    const body = (await checkAnswer(route, answer)) as { code: string };
    return { status: answer.status, code: body.code };
  }
  const as = (key: KeyName): Record<string, string> => ({ authorization: `Bearer ${api.tokens[key]}` });
  const guarded = ROUTES.filter(({ role }) => role !== 'public');

  it.each(guarded)('$method $path refuses who has no key, and who has a wrong one', async (route) => {
    const refused = { status: 401, code: 'auth.unauthenticated' };
    expect(await ask(route, {})).toEqual(refused);
    for (const authorization of [
      'Bearer ek_x_wrong',
      'Bearer',
      `Basic ${Buffer.from(`x:${api.tokens.admin}`).toString('base64')}`,
      `Bearer ${api.tokens.admin}x`,
    ]) {
      expect(await ask(route, { authorization })).toEqual(refused);
    }
  });

  it.each(guarded.filter(({ role }) => role !== 'viewer'))(
    '$method $path refuses every role below its own',
    async (route) => {
      for (const role of ROLES.slice(0, ROLES.indexOf(route.role as 'admin'))) {
        expect(await ask(route, as(role))).toEqual({ status: 403, code: 'auth.role-needed' });
      }
    },
  );

  it.each(guarded.filter(({ path }) => /\{(cluster|job|snapshot)\}/.test(path)))(
    '$method $path has nothing of another team’s',
    async (route) => {
      const { status, code } = await ask(route, as('red-admin'));
      // Whoever puts a cluster of its own team in the place of another's learns no more than that it may not.
      if (route.operationId === 'putCluster')
        expect({ status, code }).toEqual({ status: 403, code: 'auth.limited' });
      else
        expect({ status, code }).toEqual({
          status: 404,
          code: expect.stringMatching(/unknown|not-found/) as string,
        });
    },
  );

  it.each(guarded.filter(({ unlimited }) => unlimited === true))(
    '$method $path refuses keys that are limited to some clusters',
    async (route) => {
      expect(await ask(route, as('red-admin'))).toEqual({ status: 403, code: 'auth.limited' });
    },
  );

  it('lists nothing of another team', async () => {
    const lists = ['listJobs', 'listSnapshots', 'listSchedules'] as const;
    const names = async (operation: (typeof lists)[number], key: KeyName): Promise<string[]> => {
      const { body } = await call(api, operation, 200, { key });
      return body.items.map(({ cluster }) => cluster);
    };
    const clusters = async (key: KeyName): Promise<string[]> =>
      (await call(api, 'listClusters', 200, { key })).body.items.map(({ name }) => name);
    expect(await clusters('red-viewer')).toEqual(['red-1']);
    expect(await clusters('viewer')).toEqual(['blue-1', 'red-1']);
    for (const operation of lists) {
      expect(await names(operation, 'red-viewer')).toEqual([]);
    }
    expect(await names('listJobs', 'viewer')).toEqual(['blue-1']);
    expect(await names('listSnapshots', 'viewer')).toEqual(['blue-1']);
  });

  it('counts nothing of another team in stores', async () => {
    const all = await until(
      () => call(api, 'readStore', 200, { key: 'viewer', params: blue }),
      ({ body }) => body.sizes !== undefined,
    );
    expect(all.body).toMatchObject({ clusters: 1, snapshots: 1 });
    expect(all.body.sizes!.objects).toBeGreaterThan(0);
    const { body } = await call(api, 'readStore', 200, { key: 'red-viewer', params: blue });
    expect(body).toMatchObject({ clusters: 0, snapshots: 0, sizes: { objects: 0, kept: 0, streamed: 0 } });
  });

  it('lets a limited administrator register clusters that it sees, and no others', async () => {
    const definition = { store: 'main', endpoints: ['http://127.0.0.1:1'] };
    const create = (name: string, team?: string): CallOptions => ({
      key: 'red-admin',
      body: { ...definition, name, labels: team === undefined ? {} : { team } },
    });
    await call(api, 'createCluster', 201, create('red-2', 'red'));
    for (const other of [create('blue-2', 'blue'), create('none')]) {
      expect((await call(api, 'createCluster', 403, other)).body.code).toBe('auth.limited');
    }
    // It cannot take another team's cluster over by its name, nor see that there is one; nor give one of its own away.
    const change = (cluster: string, team: string): CallOptions => ({
      key: 'red-admin',
      params: { cluster },
      body: { ...definition, labels: { team } },
    });
    expect((await call(api, 'putCluster', 404, change('blue-1', 'red'))).body.code).toBe('cluster.unknown');
    expect((await call(api, 'putCluster', 403, change('red-2', 'blue'))).body.code).toBe('auth.limited');
    await call(api, 'deleteCluster', 204, { key: 'red-admin', params: { cluster: 'red-2' } });
  });

  it('tells who asks what its key is good for', async () => {
    expect((await call(api, 'readVersion', 200, { key: 'red-operator' })).body.key).toEqual({
      name: 'red-operator',
      role: 'operator',
      clusters: { team: 'red' },
    });
  });

  it('shows names of files to administrators only', async () => {
    const secret = {
      store: 'main',
      endpoints: ['https://127.0.0.1:1'],
      tls: { caFile: 'ca.pem', certFile: 'c.pem', keyFile: 'k.pem' },
      auth: { user: 'root', passwordFile: 'password' },
    };
    const params = { cluster: 'secretive' };
    await call(api, 'putCluster', 201, { params, body: secret });
    const shown = async (key: KeyName): Promise<string> =>
      JSON.stringify((await call(api, 'readCluster', 200, { key, params })).body);
    expect(await shown('admin')).toMatch(/ca\.pem.*k\.pem.*password/);
    expect(await shown('operator')).not.toMatch(/\.pem|"passwordFile"/);
    await call(api, 'deleteCluster', 204, { params });
  });

  it('never logs a key', () => {
    const log = api.lines.join('');
    for (const token of Object.values(api.tokens)) expect(log).not.toContain(token);
  });

  describe('to the board of queues', () => {
    const basic = (password: string): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
    });
    const open = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
      fetch(`${api.url}${path}`, { headers, method, redirect: 'manual' });

    it('is given with the key of an administrator, as bearer or as password', async () => {
      for (const headers of [as('admin'), basic(api.tokens.admin)]) {
        const page = await open('/queues/', headers);
        expect(page.status).toBe(200);
        const html = await page.text();
        const asset = /static\/js\/[^"]+\.js/.exec(html)![0];
        expect((await open(`/queues/${asset}`, headers)).status).toBe(200);
        const queues = (await (await open('/queues/api/queues', headers)).json()) as {
          queues: { name: string }[];
        };
        expect(queues.queues.map(({ name }) => name)).toEqual(
          expect.arrayContaining(['requests', 'backups.main', 'chunks', 'puts.local.main', 'webhooks']),
        );
      }
    });

    it('is refused to everybody else, on every path, assets too', async () => {
      const html = await (await open('/queues/', as('admin'))).text();
      const assets = [...html.matchAll(/(?:static|images)\/[^"]+/g)].map(([name]) => `/queues/${name}`);
      expect(assets.length).toBeGreaterThan(2);
      const paths = ['/queues', '/queues/', '/queues/x', '/queues/api/queues', '/queues//static', ...assets];
      for (const path of [...paths, '/queues/%2e%2e/queues/', '/queues/queue/requests']) {
        for (const [headers, status] of [
          [{}, 401],
          [basic('wrong'), 401],
          [as('operator'), 403],
          [basic(api.tokens.viewer), 403],
          [as('red-admin'), 403],
        ] as const) {
          const answer = await open(path, headers);
          expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
            path,
            status,
            'application/problem+json',
          ]);
        }
      }
      // Not under another spelling either.
      for (const path of ['/Queues', '/QUEUES/api/queues', '/v1/../Queues/']) {
        expect((await open(path)).status).toBe(404);
      }
    });

    it('asks browsers for a password', async () => {
      expect((await open('/queues')).headers.get('www-authenticate')).toMatch(/^Basic /);
    });

    it('does nothing that another site asks for', async () => {
      const path = '/queues/api/queues/requests/pause';
      for (const [name, site] of [
        ['sec-fetch-site', 'cross-site'],
        ['origin', 'https://evil.example'],
      ] as const) {
        expect((await open(path, { ...basic(api.tokens.admin), [name]: site }, 'PUT')).status).toBe(403);
      }
      expect(
        (await open(path, { ...basic(api.tokens.admin), 'sec-fetch-site': 'same-origin' }, 'PUT')).status,
      ).toBe(200);
      expect((await open('/queues/api/queues/requests/resume', as('admin'), 'PUT')).status).toBe(200);
    });

    it('touches no job of a backup', async () => {
      for (const action of ['pause', 'empty', 'obliterate']) {
        const answer = await open(`/queues/api/queues/backups.main/${action}`, as('admin'), 'PUT');
        expect(answer.status).toBe(405);
      }
    });
  });
});
