import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { problemSchema, PROBLEMS } from './contract/problems.ts';
import { ROUTES } from './contract/route-table.ts';
import { call, until } from './spec-support/call.ts';
import { checkAnswer } from './spec-support/contract-check.ts';
import { startTestApi, type TestApi } from './spec-support/test-api.ts';
import { makeTestStore, type TestStore } from './spec-support/test-store.ts';

const definition = { store: 'main', endpoints: ['http://127.0.0.1:1'] };

await describeWith(requireRedis(), 'HTTP', (program) => {
  let redis: RedisServer;
  let store: TestStore;
  let api: TestApi;
  beforeAll(async () => {
    [redis, store] = await Promise.all([RedisServer.start(program), makeTestStore()]);
    api = await startTestApi({
      redisUrl: redis.url,
      stores: { main: store },
      config: { clusters: { prod: definition }, api: { bodyLimit: '16KiB' } },
    });
  });
  afterAll(async () => {
    await api.close();
    await redis.stop();
    store.remove();
  });

  it('is not served where somebody else listens, which is said in a sentence', async () => {
    const port = Number(new URL(api.url).port);
    const second = startTestApi({
      redisUrl: redis.url,
      stores: { main: store },
      config: { api: { listen: { host: '127.0.0.1', port } } },
    });
    await expect(second).rejects.toMatchObject({ code: 'api.cannot-listen' });
    await expect(second).rejects.toThrow(`The API cannot be served on 127.0.0.1:${port}.`);
  });

  interface Asked {
    readonly status: number;
    readonly code: string | undefined;
    readonly answer: Response;
    readonly body: Record<string, unknown>;
  }

  /** Whatever goes wrong is a problem of RFC 9457, with the status that the table has for its code. */
  async function ask(path: string, init: RequestInit = {}, key = api.tokens.admin): Promise<Asked> {
    const answer = await fetch(`${api.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) },
    });
    const body = (await answer.json()) as Record<string, unknown>;
    if (answer.status >= 400) {
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      const problem = problemSchema.strict().parse(body);
      expect(problem.status).toBe(answer.status);
      expect(PROBLEMS[problem.code as keyof typeof PROBLEMS]).toBe(answer.status);
      expect(problem.instance).toBe(`urn:uuid:${answer.headers.get('x-request-id')!}`);
    }
    return { status: answer.status, code: body.code as string | undefined, answer, body };
  }
  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): RequestInit => ({
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });

  /** Bytes over a socket, for what no client sends. */
  async function raw(bytes: string): Promise<string> {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(bytes);
    return text(socket);
  }

  describe('a body', () => {
    it.each([
      ['that is no JSON', '{"name":', 400, 'http.malformed'],
      ['that is empty', '', 400, 'http.malformed'],
      ['that is no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, 'http.malformed'],
      ['that is nested too deep', `{"labels":${'['.repeat(5000)}${']'.repeat(5000)}}`, 400, 'http.malformed'],
      ['that is too large', JSON.stringify({ name: 'x'.repeat(20_000) }), 413, 'http.too-large'],
      ['that is something else', '[]', 422, 'http.bad-body'],
      ['that lacks something', '{"name":"x"}', 422, 'http.bad-body'],
      ['that has too much', JSON.stringify({ ...definition, name: 'x', surprise: 1 }), 422, 'http.bad-body'],
      ['with a prototype', '{"__proto__":{"role":"admin"},"name":"x"}', 422, 'http.bad-body'],
    ])('%s is refused', async (_, body, status, code) => {
      expect(await ask('/v1/clusters', post(body))).toMatchObject({ status, code });
    });

    it('of another type is refused', async () => {
      for (const type of [
        'text/plain',
        'application/xml',
        'application/json-patch+json',
        'application/json; charset=latin1',
      ]) {
        const { status, code } = await ask('/v1/clusters', post('{}', { 'content-type': type }));
        expect([type, status, code]).toEqual([type, 415, 'http.wrong-type']);
      }
      expect(await ask('/v1/clusters', post('{}', { 'content-encoding': 'gzip' }))).toMatchObject({
        status: 415,
      });
    });

    it('that grows too large while it comes is cut off', async () => {
      const part = `5000\r\n${'x'.repeat(0x5000)}\r\n`;
      const answer = await raw(
        `POST /v1/clusters HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.tokens.admin}\r\n` +
          `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${part}${part}`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 413 [^]*Connection: close[^]*"code":"http.too-large"/);
    });

    it('is not read before the caller is known', async () => {
      expect(await ask('/v1/clusters', post('{"name":'), 'wrong')).toMatchObject({ status: 401 });
      expect(await ask('/v1/clusters', post('x'.repeat(20_000)), api.tokens.viewer)).toMatchObject({
        status: 403,
      });
    });

    it('says where it is wrong, and never what stands there', async () => {
      const password = 'hunter2-secret';
      const body = {
        name: 'x',
        store: 'main',
        endpoints: [`https://root:${password}@host:1`],
        auth: { password },
      };
      const { body: problem } = await ask('/v1/clusters', post(JSON.stringify(body)));
      const places = (problem.errors as { at: string }[]).map(({ at }) => at);
      expect(places).toEqual(expect.arrayContaining(['body.endpoints[0]', 'body.auth.user', 'body.auth']));
      expect(JSON.stringify(problem)).not.toContain(password);
      expect(api.lines.join('')).not.toContain(password);
    });
  });

  describe('an address', () => {
    it.each([
      ['with broken percent-encoding', '/v1/clusters/%E0%A4%A', 400, 'http.malformed'],
      ['with a percent sign', '/v1/clusters/100%', 400, 'http.malformed'],
      ['with broken percent-encoding in its query', '/v1/clusters?store=%ff', 400, 'http.malformed'],
      ['that is not served', '/v1/nothing', 404, 'http.no-such-route'],
      ['that is served with other capitals', '/v1/Clusters', 404, 'http.no-such-route'],
      ['that is served without a slash at the end', '/v1/clusters/', 404, 'http.no-such-route'],
      ['of nothing that ever was', `/v1/jobs/${crypto.randomUUID()}`, 404, 'job.not-found'],
      ['with something that is no id', '/v1/jobs/1', 400, 'http.bad-parameter'],
      ['with a name that is too long', `/v1/clusters/${'x'.repeat(201)}`, 400, 'http.bad-parameter'],
      ['with a parameter that is no number', '/v1/clusters?limit=ten', 400, 'http.bad-parameter'],
      ['with a parameter beyond its bounds', '/v1/clusters?limit=201', 400, 'http.bad-parameter'],
      ['with a parameter twice', '/v1/clusters?limit=1&limit=2', 400, 'http.bad-parameter'],
      ['with a parameter that it does not know', '/v1/clusters?colour=red', 400, 'http.bad-parameter'],
      ['with a parameter where none is', '/v1/version?x=1', 400, 'http.bad-parameter'],
      ['with a cursor of its own making', '/v1/clusters?cursor=MTIz', 400, 'http.bad-parameter'],
      ['with a cursor that is no text', '/v1/jobs?cursor=%00', 400, 'http.bad-parameter'],
      ['with a label that is none', '/v1/clusters?label=red', 400, 'http.bad-parameter'],
      ['with a time that is none', '/v1/snapshots?since=yesterday', 400, 'http.bad-parameter'],
      ['with a list that is too long', `/v1/clusters?${'label=a=b&'.repeat(21)}`, 400, 'http.bad-parameter'],
    ])('%s is refused', async (_, path, status, code) => {
      expect(await ask(path)).toMatchObject({ status, code });
    });

    it('says which methods it serves', async () => {
      for (const [path, method, allow] of [
        ['/v1/clusters', 'DELETE', 'POST, GET, HEAD'],
        ['/v1/clusters', 'OPTIONS', 'POST, GET, HEAD'],
        ['/v1/clusters/prod', 'POST', 'DELETE, PUT, GET, HEAD'],
        ['/v1/jobs', 'PATCH', 'GET, HEAD'],
        ['/openapi.json', 'PUT', 'GET, HEAD'],
        [`/v1/clusters/prod/backups`, 'DELETE', 'GET, HEAD, POST'],
      ] as const) {
        const { status, code, answer } = await ask(path, { method });
        expect([status, code]).toEqual([405, 'http.wrong-method']);
        expect(answer.headers.get('allow')!.split(', ').sort()).toEqual(allow.split(', ').sort());
      }
    });

    it('answers HEAD as GET, without a body', async () => {
      for (const { path } of ROUTES.filter(({ method, path }) => method === 'get' && !path.includes('{'))) {
        const answer = await fetch(`${api.url}${path}`, {
          method: 'HEAD',
          headers: { authorization: `Bearer ${api.tokens.admin}` },
        });
        expect([path, answer.status, await answer.text()]).toEqual([path, 200, '']);
      }
      expect((await fetch(`${api.url}/v1/clusters`, { method: 'HEAD' })).status).toBe(401);
    });
  });

  it('that is none is told so', async () => {
    expect(await raw('what?\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [^]*"code":"http.malformed"/);
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 [^]*"code":"http.headers-too-large"/,
    );
  });

  it('answers with the headers of security, and with nothing that caches keep', async () => {
    const { headers } = (await ask('/v1/version')).answer;
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toMatch(/max-age/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('shows no stack trace of what nobody foresaw, and an id that is in the log', async () => {
    // Something else lies where a job should be.
    const id = crypto.randomUUID();
    await api.boot.redis.client.set(`${api.boot.redis.prefix}:request:${id}`, 'not JSON');
    const { status, code, body } = await ask(`/v1/jobs/${id}`);
    expect([status, code]).toEqual([500, 'service.failed']);
    expect(JSON.stringify(body)).not.toMatch(/JSON|Error|at .*:\d+/);
    const line = api.lines.find((each) => each.includes((body.instance as string).slice('urn:uuid:'.length)));
    expect(JSON.parse(line!)).toMatchObject({
      msg: 'A request failed.',
      error: { message: expect.stringContaining('not valid JSON') as string },
    });
  });

  it('serves the document that it keeps', async () => {
    const answer = await fetch(`${api.url}/openapi.json`);
    const document = (await checkAnswer(
      ROUTES.find(({ path }) => path === '/openapi.json')!,
      answer,
    )) as { openapi: string; paths: object };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual([...new Set(ROUTES.map(({ path }) => path))]);
  });

  it('serves Swagger UI, all of it from here', async () => {
    const page = await fetch(`${api.url}/docs`);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(html).not.toMatch(/https?:|<script>|style=|onload=/);
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name!);
    expect(assets.length).toBeGreaterThan(3);
    for (const name of assets) {
      const asset = await fetch(new URL(name, page.url));
      expect([name, asset.status]).toEqual([name, 200]);
    }
    expect((await fetch(`${api.url}/docs/package.json`)).status).toBe(404);
    expect((await fetch(`${api.url}/docs/`)).status).toBe(404);
  });

  it('tells its health to anybody, and metrics to those who may see all', async () => {
    await call(api, 'readLive', 200);
    const { body } = await call(api, 'readReady', 200);
    expect(body.checks.redis).toEqual({ status: 'ok', critical: true });
    const metrics = await fetch(`${api.url}/metrics`, {
      headers: { authorization: `Bearer ${api.tokens.viewer}` },
    });
    expect(await metrics.text()).toMatch(/kloset_api_request_seconds_count\{method="GET",route="\/readyz"/);
  });
});

await describeWith(requireRedis(), 'limits of requests', (program) => {
  let redis: RedisServer;
  let store: TestStore;
  const apis: TestApi[] = [];
  beforeAll(async () => {
    [redis, store] = await Promise.all([RedisServer.start(program), makeTestStore()]);
    for (let count = 0; count < 2; count++) {
      const api = await startTestApi({
        redisUrl: redis.url,
        stores: { main: store },
        config: {
          api: { rateLimit: { requestsPerMinute: 10, unauthenticatedPerMinute: 5 }, trustedProxies: 1 },
        },
      });
      apis.push(api);
      // Until Redis is there, each counts for itself.
      await until(
        () => api.boot.fastRedis.client.status,
        (status) => status === 'ready',
      );
    }
  });
  afterAll(async () => {
    for (const api of apis) await api.close();
    await redis.stop();
    store.remove();
  });

  it('count for all replicas together, for each key', async () => {
    const [one, other] = apis as [TestApi, TestApi];
    const statuses = async (api: TestApi, token: string): Promise<number[]> => {
      const answers = await Promise.all(
        Array.from({ length: 6 }, () =>
          fetch(`${api.url}/v1/version`, { headers: { authorization: `Bearer ${token}` } }),
        ),
      );
      return answers.map(({ status }) => status);
    };
    // Both know the same keys only by chance: the limit is the name's.
    const first = await statuses(one, one.tokens.viewer);
    const second = await statuses(other, other.tokens.viewer);
    expect([...first, ...second].filter((status) => status === 200)).toHaveLength(10);
    expect(second).toContain(429);
    expect(await statuses(one, one.tokens.admin)).toEqual(Array<number>(6).fill(200));
    const late = await call(one, 'readVersion', 429, { key: 'viewer' });
    expect(late.body.code).toBe('http.too-many');
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('count strangers by their address, and hold up nobody who has a key', async () => {
    const [api] = apis as [TestApi];
    const from = (address: string, token?: string): Promise<Response> =>
      fetch(`${api.url}/v1/version`, {
        headers: {
          'x-forwarded-for': address,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      });
    const guesses = await Promise.all(Array.from({ length: 8 }, () => from('192.0.2.1', 'ek_guess')));
    expect(guesses.map(({ status }) => status).sort()).toEqual([
      ...Array<number>(5).fill(401),
      ...Array<number>(3).fill(429),
    ]);
    expect((await from('192.0.2.2')).status).toBe(401);
    expect((await from('192.0.2.1', api.tokens.operator)).status).toBe(200);
  });
});
