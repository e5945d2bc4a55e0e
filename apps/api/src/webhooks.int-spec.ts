import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { emitEvent, SIGNATURE_HEADER, verifyWebhook } from '@etcd-kloset/jobs';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { call, until } from './spec-support/call.ts';
import { startTestApi, type TestApi } from './spec-support/test-api.ts';
import { makeTestStore, type TestStore } from './spec-support/test-store.ts';

interface Received {
  readonly path: string;
  readonly body: string;
  readonly signature: string;
}

await describeWith(requireRedis(), 'webhooks', (program) => {
  let redis: RedisServer;
  let store: TestStore;
  let folder: string;
  let server: Server;
  let api: TestApi;
  let refusing = true;
  const received: Received[] = [];
  const secret = randomBytes(32).toString('hex');

  beforeAll(async () => {
    [redis, store] = await Promise.all([RedisServer.start(program), makeTestStore()]);
    folder = mkdtempSync(path.join(tmpdir(), 'kloset-webhooks-'));
    writeFileSync(path.join(folder, 'secret'), `${secret}\n`, { mode: 0o600 });
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const signature = request.headers[SIGNATURE_HEADER.toLowerCase()] as string;
        received.push({ path: request.url!, body, signature });
        response.writeHead(request.url === '/refuses' && refusing ? 400 : 204).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const hook = { secretFile: path.join(folder, 'secret'), allowPrivate: true };
    const at = { store: 'main', endpoints: ['127.0.0.1:1'] };
    api = await startTestApi({
      redisUrl: redis.url,
      stores: { main: store },
      config: {
        clusters: {
          red: { ...at, labels: { team: 'red' } },
          blue: { ...at, labels: { team: 'blue' } },
        },
        webhooks: [
          {
            name: 'reds',
            url: `${url}/reds`,
            ...hook,
            clusters: { team: 'red' },
            events: ['cluster.changed'],
          },
          { name: 'refuses', url: `${url}/refuses`, ...hook, events: ['cluster.changed'] },
          {
            name: 'private',
            url: `${url}/private`,
            ...hook,
            allowPrivate: false,
            events: ['cluster.changed'],
          },
        ],
      },
    });
    // Who may see which cluster is known, and the group of consumers is there.
    await call(api, 'listClusters', 200);
    await until(
      async () => api.boot.redis.client.xinfo('GROUPS', `${api.boot.redis.prefix}:events`).catch(() => []),
      (groups) => JSON.stringify(groups).includes('webhooks'),
    );
  });
  afterAll(async () => {
    await api.close();
    await redis.stop();
    server.close();
    store.remove();
    rmSync(folder, { recursive: true });
  });

  const deadLetters = async () => (await call(api, 'listDeadLetters', 200)).body.items;

  it('get the events of their clusters, signed', async () => {
    await emitEvent(api.boot.redis, 'cluster.changed', { cluster: 'blue', store: 'main' });
    const { event } = await emitEvent(api.boot.redis, 'cluster.changed', { cluster: 'red', store: 'main' });
    await until(
      () => received.filter((each) => each.path === '/reds'),
      (all) => all.length > 0,
    );
    const [{ body, signature }, ...others] = received.filter((each) => each.path === '/reds') as [Received];
    expect(others).toEqual([]);
    expect(JSON.parse(body)).toEqual(event);
    expect(verifyWebhook({ secret, header: signature, body })).toBe(true);
    expect(verifyWebhook({ secret: randomBytes(32).toString('hex'), header: signature, body })).toBe(false);
  });

  it('that do not take an event have dead letters, which are told, and can be sent again', async () => {
    const letters = await until(
      deadLetters,
      (all) => all.filter(({ webhook }) => webhook === 'refuses').length === 2,
    );
    const [letter] = letters.filter(({ webhook }) => webhook === 'refuses');
    expect(letter).toMatchObject({
      error: { code: 'webhook.refused' },
      attempts: 1,
      event: { type: 'cluster.changed' },
    });
    refusing = false;
    const before = received.length;
    await call(api, 'retryDeadLetter', 202, { params: { letter: letter!.id } });
    await until(deadLetters, (all) => all.every(({ id }) => id !== letter!.id));
    await until(
      () => Promise.resolve(received.slice(before)),
      (all) => all.some((each) => each.path === '/refuses'),
    );
    expect((await call(api, 'retryDeadLetter', 404, { params: { letter: letter!.id } })).body.code).toBe(
      'webhook.no-dead-letter',
    );
  });

  it('never reach what is not of the public internet, unless that is allowed', async () => {
    const letters = await until(deadLetters, (all) => all.some(({ webhook }) => webhook === 'private'));
    expect(letters.find(({ webhook }) => webhook === 'private')!.error.code).toBe(
      'webhook.forbidden-address',
    );
    expect(received.map((each) => each.path)).not.toContain('/private');
  });

  it('come in pages, and tell of dead letters in an event', async () => {
    const all = await deadLetters();
    const first = (await call(api, 'listDeadLetters', 200, { query: { limit: 1 } })).body;
    const second = (await call(api, 'listDeadLetters', 200, { query: { limit: 1, cursor: first.next! } }))
      .body;
    expect([...first.items, ...second.items]).toEqual(all.slice(0, 2));
    await until(
      async () =>
        (await api.boot.redis.client.xrange(`${api.boot.redis.prefix}:events`, '-', '+')).map(
          ([, fields]) => fields[1],
        ),
      (types) => types.includes('webhook.dead'),
    );
  });
});
