import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describeWith, requireRedis } from '@etcd-kloset/testing';
import {
  ADDRESSES,
  BODIES,
  CHUNKED,
  cursor,
  HEADERS,
  MIB,
  post,
  ZEROS,
} from '../support/fuzz/hostile-cases.ts';
import {
  openRaw,
  parseAnswer,
  type RawAnswer,
  type RawRequest,
  requestText,
  sendRaw,
} from '../support/fuzz/raw-request.ts';
import { type ServiceProcess } from '../support/services/service-process.ts';
import { TestSystem } from '../support/services/test-system.ts';

await describeWith(requireRedis(), 'hostile requests', (redisServer) => {
  let system: TestSystem;
  let api: ServiceProcess;

  beforeAll(async () => {
    system = await TestSystem.start({
      redisServer,
      stores: ['main'],
      configuration: {
        clusters: { 'fixed-1': { store: 'main', endpoints: ['http://127.0.0.1:1'] } },
        api: { rateLimit: { requestsPerMinute: 100_000, unauthenticatedPerMinute: 100_000 } },
      },
    });
    api = await system.run('api');
  });
  afterAll(() => system.stop());
  afterEach(() => {
    expect(api.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  const ask = async (target: string, request: RawRequest): Promise<RawAnswer> =>
    parseAnswer(await sendRaw(system.apiUrl, requestText(target, { key: system.apiKey, ...request })));
  const alive = async (): Promise<void> => {
    expect(await ask('/v1/version', {})).toMatchObject({ status: 200 });
  };
  /** The most memory that the service took for it, beyond what it has when it idles. */
  const takes = async (work: () => Promise<unknown>): Promise<number> => {
    const before = api.rss();
    let most = before;
    const done = work().finally(() => (most = Math.max(most, api.rss())));
    while (!(await Promise.race([done.then(() => true), sleep(20, false)]))) {
      most = Math.max(most, api.rss());
    }
    return most - before;
  };

  it.each([...HEADERS, ...ADDRESSES, ...BODIES])(
    'are refused with a problem: %s (%#)',
    async (_what, target, request, status, code) => {
      expect(await ask(target, request)).toEqual({ status, type: 'application/problem+json', code });
    },
  );

  it('that say nothing of HTTP are told so', async () => {
    for (const bytes of [
      'what?\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.padEnd(200, 'x'),
      `GET /v1/version HTTP/1.1\r\nAuthorization: Bearer ${system.apiKey}\r\nConnection: close\r\n\r\n`,
    ]) {
      expect(parseAnswer(await sendRaw(system.apiUrl, bytes))).toEqual({
        status: 400,
        type: 'application/problem+json',
        code: 'http.malformed',
      });
    }
    // What a proxy would be asked.
    await sendRaw(system.apiUrl, requestText('127.0.0.1:1', { method: 'CONNECT', key: system.apiKey }));
    await alive();
  });

  it('with cursors of nobody’s making get a page or a problem', async () => {
    for (const target of [
      ...[1e308, -1e308, 1.5].map((at) => `/v1/jobs?cursor=${cursor({ part: 'ended', at, id: '[(' })}`),
      `/v1/jobs?cursor=${cursor({ part: 'open', at: 0, id: 'x'.repeat(500) })}`,
      `/v1/webhooks/dead-letters?cursor=${cursor(Number.MAX_SAFE_INTEGER)}`,
      `/v1/clusters?cursor=${cursor('\0'.repeat(100))}`,
    ]) {
      expect([target, (await ask(target, {})).status]).toEqual([target, 200]);
    }
  });

  it('to the board of queues fail as the mistakes they are, and tell of nothing inside', async () => {
    const add = '/queues/api/queues/requests/add';
    const bomb = gzipSync(ZEROS);
    for (const [target, request] of [
      [add, post('{"name":"x","data":{"a":1},"options":{}}')],
      [add, post('{"name":')],
      [add, post(bomb, { 'Content-Encoding': 'gzip' })],
      [add, post('['.repeat(90_000))],
    ] as const) {
      const answer = await sendRaw(system.apiUrl, requestText(target, { key: system.apiKey, ...request }));
      expect(parseAnswer(answer)).toMatchObject({ status: 400, type: 'application/json' });
      expect(answer).not.toMatch(/node_modules|\bat .*:\d+/);
    }
    expect(await ask('/queues/static/..%2f..%2f..%2fpackage.json', {})).toMatchObject({ status: 404 });
  });

  it('of many megabytes, many at a time, take no memory', async () => {
    const megabyte = `100000\r\n${'x'.repeat(MIB)}\r\n`;
    const body = megabyte.repeat(8);
    for (const [key, code] of [
      [system.apiKey, 'http.too-large'],
      [`${system.apiKey}x`, 'auth.unauthenticated'],
    ] as const) {
      const answers: RawAnswer[] = [];
      const taken = await takes(async () => {
        await Promise.all(
          Array.from({ length: 50 }, async () => {
            answers.push(await ask('/v1/clusters', { method: 'POST', key, headers: CHUNKED, body }));
          }),
        );
      });
      // Some are reset before they have read it.
      const told = answers.filter((answer) => !Number.isNaN(answer.status));
      expect(told.length).toBeGreaterThan(0);
      expect(new Set(told.map((answer) => answer.code))).toEqual(new Set([code]));
      expect(taken).toBeLessThan(100 * MIB);
    }
    await alive();
  });

  it('that do not end hold up nobody, and take no memory', async () => {
    const begun = [
      'GET /v1/version HTTP/1.1\r\nHost: x\r\nX: ',
      requestText('/v1/clusters', { method: 'POST', key: system.apiKey, headers: CHUNKED, body: '10\r\n{' }),
      requestText('/v1/clusters', post('{', { 'Content-Length': 1000 })),
      '',
    ];
    const sockets = Array.from({ length: 400 }, (_, at) =>
      openRaw(system.apiUrl, begun[at % begun.length]!).on('error', () => undefined),
    );
    const taken = await takes(async () => {
      for (let asked = 0; asked < 20; asked++) await alive();
    });
    for (const socket of sockets) socket.destroy();
    expect(taken).toBeLessThan(60 * MIB);
  });

  it('for events, more than there are places, are refused until there are some again', async () => {
    const stream = (): Promise<Response> =>
      fetch(`${system.apiUrl}/v1/events`, { headers: { authorization: `Bearer ${system.apiKey}` } });
    const open = await Promise.all(Array.from({ length: 210 }, stream));
    const refused = open.filter(({ status }) => status !== 200);
    expect(refused.map(({ status }) => status)).toEqual(Array(10).fill(429));
    expect(await refused[0]!.json()).toMatchObject({ code: 'events.too-many' });
    await alive();
    await Promise.all(open.map(({ body }) => body!.cancel().catch(() => undefined)));
    for (;;) {
      const again = await stream();
      await again.body!.cancel();
      if (again.status === 200) break;
    }
  });

  it('of all kinds leave a service that took little memory, and knows nothing new', async () => {
    expect(api.peakRss()).toBeLessThan(400 * MIB);
    expect(api.hasEnded).toBe(false);
    const text = await sendRaw(system.apiUrl, requestText('/v1/clusters', { key: system.apiKey }));
    expect(Array.from(text.matchAll(/"name":"([^"]*)"/g), ([, name]) => name)).toEqual(['fixed-1']);
    expect(await ask(`/v1/jobs/${randomUUID()}`, {})).toMatchObject({ status: 404, code: 'job.not-found' });
  });
});
