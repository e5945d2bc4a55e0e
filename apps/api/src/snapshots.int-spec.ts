import { writeFile } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { keys } from '@etcd-kloset/jobs';
import { describeWith, EtcdCluster, RedisServer, requireEtcd, requireRedis, run } from '@etcd-kloset/testing';
import { call, until } from './spec-support/call.ts';
import { startTestApi, type TestApi } from './spec-support/test-api.ts';
import { makeTestStore, type TestStore } from './spec-support/test-store.ts';

const tools = Promise.all([requireRedis(), requireEtcd('3.5')]);

await describeWith(tools, 'snapshots over the API', ([program, etcdTools]) => {
  let redis: RedisServer;
  let etcd: EtcdCluster;
  let store: TestStore;
  let locked: TestStore;
  let api: TestApi;
  let start: (main?: TestStore) => Promise<TestApi>;
  const ids: string[] = [];
  let lockedId = '';

  beforeAll(async () => {
    [redis, etcd, store, locked] = await Promise.all([
      RedisServer.start(program),
      EtcdCluster.start({ fsync: false }),
      makeTestStore(),
      makeTestStore(),
    ]);
    for (let count = 0; count < 3; count++) {
      await etcd.etcdctl(['put', `/registry/pods/${count}`, `value ${count}`]);
      if (count < 2) ids.push(await store.backUp('prod', etcd.endpoints));
    }
    lockedId = await locked.backUp('prod', etcd.endpoints);
    const at = { endpoints: [...etcd.endpoints], objective: '1h' };
    start = (main = store) =>
      startTestApi({
        redisUrl: redis.url,
        stores: { main, locked: { ...locked, withOwner: false } },
        config: { clusters: { prod: { store: 'main', ...at }, never: { store: 'main', ...at } } },
      });
    api = await start();
    await until(
      () => call(api, 'listSnapshots', 200),
      ({ body }) => body.items.length === 3,
    );
  });
  afterAll(async () => {
    await api.close();
    await redis.stop();
    await etcd.stop();
    store.remove();
    locked.remove();
  });

  const list = async (query: '' | Record<string, string | number> = ''): Promise<string[]> =>
    (await call(api, 'listSnapshots', 200, { key: 'viewer', query })).body.items.map(({ id }) => id);

  it('are listed newest first, whoever took them, and filtered', async () => {
    expect(await list()).toEqual([lockedId, ids[1], ids[0]]);
    expect(await list({ store: 'main' })).toEqual([ids[1], ids[0]]);
    expect(await list({ cluster: 'other' })).toEqual([]);
    expect(await list({ proof: 'mismatch' })).toEqual([]);
    expect(await list({ proof: 'proven', label: 'by=test', store: 'main' })).toEqual([ids[1], ids[0]]);
    expect(await list({ label: 'by=nobody' })).toEqual([]);
    const { body } = await call(api, 'readSnapshot', 200, { params: { snapshot: ids[1]! } });
    expect(await list({ since: body.time, store: 'main' })).toEqual([ids[1]]);
    expect(await list({ until: body.time, store: 'main' })).toEqual([ids[0]]);
    const first = (await call(api, 'listSnapshots', 200, { query: { limit: 2 } })).body;
    expect(await list({ limit: 2, cursor: first.next! })).toEqual([ids[0]]);
  });

  it('say all that their record says', async () => {
    const { body } = await call(api, 'readSnapshot', 200, { key: 'viewer', params: { snapshot: ids[0]! } });
    expect(body).toMatchObject({ cluster: 'prod', store: 'main', proof: 'proven', labels: { by: 'test' } });
    expect(body.hashKV).toMatchObject([{ equal: true }]);
    const unknown = { params: { snapshot: '20200101t000000000z-00000000' } };
    expect((await call(api, 'readSnapshot', 404, unknown)).body.code).toBe('snapshot.not-found');
  });

  it('tell how well a cluster is backed up', async () => {
    const { status } = (await call(api, 'readCluster', 200, { params: { cluster: 'prod' } })).body;
    expect(status).toMatchObject({ newestProven: { id: ids[1] }, objective: 'met', snapshots: 2 });
    const never = (await call(api, 'readCluster', 200, { params: { cluster: 'never' } })).body;
    expect(never.status).toEqual({ objective: 'missed', snapshots: 0 });
    const metrics = await api.boot.telemetry.metricsText();
    expect(metrics).toMatch(/kloset_backup_age_seconds\{cluster="prod",store="main"\} \d/);
    expect(metrics).toMatch(/kloset_backup_objective_seconds\{cluster="never",store="main"\} 3600/);
    expect(metrics).not.toMatch(/kloset_backup_age_seconds\{cluster="never"/);
    expect(metrics).toMatch(/kloset_snapshot_mismatch\{cluster="prod"\} 0/);
  });

  const download = (id: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
    fetch(`${api.url}/v1/snapshots/${id}/download`, {
      method,
      headers: { authorization: `Bearer ${api.tokens.operator}`, ...headers },
    });

  it('come as files that etcdutl takes', async () => {
    const answer = await download(ids[1]!);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="prod-${ids[1]!}.db"`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(String(bytes.length)).toBe(answer.headers.get('content-length'));
    const digest = createHash('sha256').update(bytes.subarray(0, -32)).digest();
    expect(bytes.subarray(-32).equals(digest)).toBe(true);
    const file = path.join(etcd.folder, 'downloaded.db');
    await writeFile(file, bytes);
    const { stdout } = await run(etcdTools.etcdutl!, ['snapshot', 'status', file, '-w', 'json']);
    const status = JSON.parse(stdout) as { hash: number; revision: number };
    expect(status.hash.toString(16)).toBe(answer.headers.get('x-kloset-status-hash'));
    expect(status.revision).toBe(3);
    const head = await download(ids[1]!, {}, 'HEAD');
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
  });

  it('are meant by that word: the latest of a cluster', async () => {
    const params = { snapshot: 'latest' };
    const { body } = await call(api, 'readSnapshot', 200, { params, query: { cluster: 'prod' } });
    expect(body.id).toBe(lockedId);
    expect((await call(api, 'readSnapshot', 400, { params })).body.code).toBe('http.bad-parameter');
    const nope = (await call(api, 'readSnapshot', 400, { params: { snapshot: 'nope' } })).body;
    expect(nope.errors?.[0]?.message).toMatch(/^is neither the id of a snapshot/);
  });

  it('come only where the owner’s key is', async () => {
    for (const operation of ['downloadSnapshot', 'countSnapshotKeys'] as const) {
      const { body } = await call(api, operation, 403, { key: 'operator', params: { snapshot: lockedId } });
      expect(body).toMatchObject({ code: 'key.needs-owner' });
    }
    const { items } = (await call(api, 'listStores', 200, { key: 'viewer' })).body;
    expect(items.map(({ name, ownerKey, state }) => [name, ownerKey, state])).toEqual([
      ['locked', false, 'reachable'],
      ['main', true, 'reachable'],
    ]);
  });

  it('come a few at a time, and free their place when the client goes', async () => {
    // More than sockets hold.
    const client = await etcd.client();
    for (let count = 0; count < 24; count++) await client.put(`big/${count}`, randomBytes(1_000_000));
    const id = await store.backUp('big', etcd.endpoints);
    await call(api, 'readSnapshot', 200, { params: { snapshot: id }, query: { cluster: 'big' } });
    const headers = { authorization: `Bearer ${api.tokens.operator}` };
    const open = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const request = get(`${api.url}/v1/snapshots/${id}/download`, { headers }, (answer) => {
          answer.pause();
          resolve(answer);
        });
        request.on('error', reject);
      });
    const held = await Promise.all([open(), open()]);
    const refused = await call(api, 'downloadSnapshot', 429, { params: { snapshot: ids[0]! } });
    expect(refused.body.code).toBe('download.too-many');
    for (const each of held) {
      each.on('error', () => undefined);
      each.destroy();
    }
    await until(
      async () => (await download(ids[0]!)).status,
      (status) => status === 200,
    );
    await etcd.etcdctl(['del', '--prefix', 'big/']);
  });

  it('tell which keys they hold, by prefix, in pages', async () => {
    await etcd.etcdctl(['put', '/registry/services/a', 'x']);
    await etcd.etcdctl(['put', 'plain', 'x']);
    const id = await store.backUp('prod', etcd.endpoints);
    const params = { snapshot: id };
    // It is not in the list yet, and found all the same.
    const first = (
      await call(api, 'countSnapshotKeys', 200, { params, query: { limit: 1, cluster: 'prod' } })
    ).body;
    expect(first).toMatchObject({ keys: 5, items: [{ prefix: 'big', keys: 0, rows: 48 }] });
    const rest = (await call(api, 'countSnapshotKeys', 200, { params, query: { cursor: first.next! } })).body;
    expect(rest.items.map(({ prefix }) => prefix).sort()).toEqual([
      '(no prefix)',
      '/registry/pods',
      '/registry/services',
    ]);
    expect(rest.next).toBeUndefined();
  });

  it('that others put there are told, and clusters that have none', async () => {
    const { client, prefix } = api.boot.redis;
    const events = async (type: string) =>
      (await client.xrange(keys.events(prefix), '-', '+')).flatMap(([, fields]) =>
        fields[1] === type ? [(JSON.parse(fields[5]!) as { data: Record<string, unknown> }).data] : [],
      );
    const id = await store.backUp('prod', etcd.endpoints);
    const found = await until(
      () => events('snapshot.found'),
      (all) => all.some(({ snapshot }) => snapshot === id),
    );
    // What was there at the first look is no news.
    expect(found.map(({ snapshot }) => snapshot)).not.toContain(ids[0]);
    await client.hset(keys.schedule(prefix, 'first-seen'), 'never', Date.now() - 7_200_000);
    const overdue = await until(
      () => events('cluster.overdue'),
      (all) => all.length > 0,
    );
    expect(overdue).toEqual([{ cluster: 'never', store: 'main', objectiveMs: 3_600_000 }]);
  });

  it('do not count as proven when something that they need is gone', async () => {
    const whole = (
      await call(api, 'readSnapshot', 200, { params: { snapshot: 'latest' }, query: 'cluster=prod' })
    ).body;
    await etcd.etcdctl(['put', 'soon gone', 'x']);
    const id = await store.backUp('prod', etcd.endpoints);
    rmSync(newestChunk(store.url));
    const other = await start();
    const { status } = (
      await until(
        () => call(other, 'readCluster', 200, { params: { cluster: 'prod' } }),
        ({ body }) => body.status.newestProven?.id === whole.id,
      )
    ).body;
    expect(status.newest?.id).toBe(id);
    expect(other.lines.some((line) => line.includes('cannot be restored') && line.includes(id))).toBe(true);
    await other.close();
  });

  it('of a store that was never reached are not said to be none', async () => {
    const late = { ...store, url: `${store.url}-late` };
    const other = await start(late);
    const away = { code: 'storage.missing' };
    for (const query of ['cluster=prod', 'store=main', 'cluster=never', 'proof=mismatch']) {
      expect((await call(other, 'listSnapshots', 503, { query })).body).toMatchObject(away);
    }
    expect((await call(other, 'listSnapshots', 200)).body).toMatchObject({
      items: [{ id: lockedId, store: 'locked' }],
      unreachable: [{ store: 'main', ...away }],
    });
    const query = 'cluster=prod';
    for (const snapshot of ['latest', ids[0]!]) {
      expect((await call(other, 'readSnapshot', 503, { params: { snapshot }, query })).body).toMatchObject(
        away,
      );
    }
    await call(other, 'readSnapshot', 200, { params: { snapshot: lockedId } });
    const never = (await call(other, 'readCluster', 200, { params: { cluster: 'never' } })).body;
    expect(never.status).toEqual({ objective: 'unknown' });
    // Else it would be told of as one that was never backed up.
    expect(await other.boot.telemetry.metricsText()).not.toContain('kloset_backup_objective_seconds{');

    cpSync(store.url, late.url, { recursive: true });
    await until(
      () => call(other, 'readStore', 200, { params: { store: 'main' } }),
      ({ body }) => body.state === 'reachable',
    );
    const { body } = await call(other, 'listSnapshots', 200, { query });
    expect(body.items.map(({ id }) => id)).toContain(ids[0]);
    expect(body.unreachable).toBeUndefined();
    await other.close();
  });

  it('stay listed while their store is away, which is told', async () => {
    const { client, prefix } = api.boot.redis;
    const before = await list();
    rmSync(locked.url, { recursive: true });
    const { body } = await until(
      () => call(api, 'readStore', 200, { params: { store: 'locked' } }),
      (read) => read.body.state === 'unreachable',
    );
    expect(body.error?.code).toMatch(/^(storage|store)\./);
    expect(await list()).toEqual(before);
    await until(
      async () => (await client.xrange(keys.events(prefix), '-', '+')).map(([, fields]) => fields[1]),
      (types) => types.includes('store.unreachable'),
    );
    expect(readdirSync(store.url)).toContain('kloset.json');
  });

  it('are of clusters that tell how they are', async () => {
    const { body } = await call(api, 'probeCluster', 200, { key: 'operator', params: { cluster: 'prod' } });
    expect(body).toMatchObject({
      reachable: true,
      quorum: true,
      members: [{ status: { leads: true } }],
      errors: [],
    });
  });
});

/** What the last backup has put into a store. */
function newestChunk(folder: string): string {
  const chunks = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('/chunks/'))
    .map((name) => path.join(folder, name));
  return chunks.reduce((newest, each) => (statSync(each).mtimeMs > statSync(newest).mtimeMs ? each : newest));
}
