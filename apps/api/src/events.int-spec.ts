import { once } from 'node:events';
import { get } from 'node:http';
import { type IncomingMessage } from 'node:http';
import { emitEvent, type EventType, keys } from '@etcd-kloset/jobs';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { cloudEventSchema } from './contract/schemas/event.ts';
import { MOST_BEHIND } from './events/event-feed.ts';
import { call, until } from './spec-support/call.ts';
import { type EventStream, openEvents } from './spec-support/read-events.ts';
import { type KeyName, startTestApi, type TestApi } from './spec-support/test-api.ts';
import { makeTestStore, type TestStore } from './spec-support/test-store.ts';

const at = { store: 'main', endpoints: ['127.0.0.1:1'] };

await describeWith(requireRedis(), 'events over the API', (program) => {
  let redis: RedisServer;
  let store: TestStore;
  let api: TestApi;
  const streams: EventStream[] = [];
  beforeAll(async () => {
    [redis, store] = await Promise.all([RedisServer.start(program), makeTestStore()]);
    api = await startTestApi({
      redisUrl: redis.url,
      stores: { main: store },
      config: {
        clusters: {
          red: { ...at, labels: { team: 'red' } },
          blue: { ...at, labels: { team: 'blue' } },
        },
      },
    });
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.close();
  });
  afterAll(async () => {
    await api.close();
    await redis.stop();
    store.remove();
  });

  const listen = async (query = '', headers: Record<string, string> = {}, key: KeyName = 'viewer') => {
    const stream = await openEvents(`${api.url}/v1/events${query}`, {
      authorization: `Bearer ${api.tokens[key]}`,
      ...headers,
    });
    streams.push(stream);
    return stream;
  };
  const changed = (cluster: string) =>
    emitEvent(api.boot.redis, 'cluster.changed', { cluster, store: 'main' });
  const unreachable = (cluster: string) =>
    emitEvent(api.boot.redis, 'cluster.unreachable', {
      cluster,
      store: 'main',
      error: { code: 'etcd.unreachable', message: 'Nobody answers.' },
    });

  it('come as they happen, as CloudEvents', async () => {
    const stream = await listen();
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const { id } = await changed('red');
    const event = (await stream.next())!;
    expect(event).toMatchObject({ id, event: 'cluster.changed' });
    expect(cloudEventSchema.parse(event.data)).toMatchObject({ subject: 'red', data: { cluster: 'red' } });
  });

  it('go on where a reader has left off, each once, none left out', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) ids.push((await changed('red')).id);
    const after = { 'last-event-id': ids[1]! };
    for (const stream of [await listen('', after), await listen(`?last-event-id=${ids[1]!}`)]) {
      for (const id of ids.slice(2)) expect((await stream.next())!.id).toBe(id);
    }
    const stream = await listen('', after);
    const emitting = (async () => {
      for (let count = 0; count < 50; count++) ids.push((await changed('blue')).id);
    })();
    const got: string[] = [];
    while (got.length < 53) got.push((await stream.next())!.id!);
    await emitting;
    expect(got).toEqual(ids.slice(2));
  });

  it('are those that were asked for', async () => {
    const types = await listen('?type=cluster.unreachable&type=cluster.removed');
    const blue = await listen('?cluster=blue');
    await changed('red');
    await unreachable('red');
    const { id } = await changed('blue');
    expect((await types.next())!.event).toBe('cluster.unreachable');
    expect((await blue.next())!.id).toBe(id);
  });

  it('are those of clusters that the key may see, of removed ones too', async () => {
    const params = { cluster: 'red-gone' };
    const since = (await changed('blue')).id;
    await call(api, 'putCluster', 201, { params, body: { ...at, labels: { team: 'red' } } });
    await call(api, 'deleteCluster', 204, { params });
    await emitEvent(api.boot.redis, 'store.reachable', { store: 'main' });
    await changed('blue');
    await changed('red');
    const expected: [EventType, string][] = [
      ['cluster.registered', 'red-gone'],
      ['cluster.removed', 'red-gone'],
      ['cluster.changed', 'red'],
    ];
    const stream = await listen('', { 'last-event-id': since }, 'red-viewer');
    for (const [type, subject] of expected) {
      expect(await stream.next()).toMatchObject({ event: type, data: { subject } });
    }
    const all = await listen('', { 'last-event-id': since }, 'viewer');
    const seen: string[] = [];
    while (seen.length < 5) seen.push((await all.next())!.event);
    expect(seen).toContain('store.reachable');
  });

  it('say when some are missing', async () => {
    const old = (await changed('red')).id;
    await changed('red');
    await api.boot.redis.client.xtrim(keys.events(api.boot.redis.prefix), 'MAXLEN', 0);
    const { id } = await changed('red');
    const stream = await listen('', { 'last-event-id': old });
    expect(await stream.next()).toEqual({ id: undefined, event: 'gap', data: { after: old, next: id } });
    expect((await stream.next())!.id).toBe(id);
  });

  it('are not kept for a reader who does not take them', async () => {
    const slow = await new Promise<IncomingMessage>((resolve) => {
      get(`${api.url}/v1/events`, { headers: { authorization: `Bearer ${api.tokens.viewer}` } }, resolve);
    });
    slow.pause();
    const ended = once(slow, 'close').catch(() => undefined);
    slow.on('error', () => undefined);
    // More than sockets hold, and then more than is kept.
    const error = { code: 'x.y', message: 'x'.repeat(20_000) };
    const isCut = (): boolean => api.lines.some((line) => line.includes('too slowly'));
    for (let count = 0; !isCut() && count < 20 * MOST_BEHIND; count += 100) {
      await Promise.all(
        Array.from({ length: 100 }, () =>
          emitEvent(api.boot.redis, 'cluster.unreachable', { cluster: 'red', store: 'main', error }),
        ),
      );
    }
    await until(isCut, (cut) => cut);
    slow.resume();
    await ended;
    expect(slow.complete).toBe(false);
  });

  it('refuse a place that is none', async () => {
    const headers = { 'last-event-id': 'yesterday' };
    const { body } = await call(api, 'streamEvents', 400, { headers });
    expect(body.code).toBe('http.bad-parameter');
    expect(body.detail).toContain('leave it out to begin now');
  });

  it('end when the service ends', async () => {
    const other = await startTestApi({ redisUrl: redis.url, stores: { main: store } });
    const stream = await openEvents(`${other.url}/v1/events`, {
      authorization: `Bearer ${other.tokens.viewer}`,
    });
    await other.close();
    expect(await stream.next()).toBeUndefined();
  });
});
