import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { newApiKey } from '@etcd-kloset/platform';
import { describeWith, freePorts, requireRedis } from '@etcd-kloset/testing';
import { type Document, servedDocument } from '../support/fuzz/document.ts';
import { TestSystem } from '../support/services/test-system.ts';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace', 'propfind'] as const;
const KEYS = {
  admin: { role: 'admin' },
  operator: { role: 'operator' },
  viewer: { role: 'viewer' },
  red: { role: 'admin', clusters: { team: 'red' } },
} as const;
type Who = keyof typeof KEYS | 'nobody' | 'somebody';

/** Of another team than the key `red`, where it is of anybody. */
const VALUES: Readonly<Record<string, string>> = {
  cluster: 'blue-1',
  job: randomUUID(),
  snapshot: '20261124t193145123z-9f86d081',
  store: 'main',
  letter: `hook.${'0'.repeat(32)}`,
};

interface Answer {
  readonly status: number;
  readonly allow: string[] | undefined;
  readonly type: string | undefined;
  readonly authenticate: string | undefined;
  readonly body: string;
}

await describeWith(requireRedis(), 'every address of the API', (redisServer) => {
  const agent = new Agent({ keepAlive: true });
  const tokens: Record<string, string> = { somebody: 'ek_somebody_wrong' };
  let system: TestSystem;
  let url: string;
  let document: Document;
  /** Whether the document has it; where HEAD is, GET is. */
  const roleOf = (path: string, method: string): string | undefined => {
    const operation = document.paths[path]?.[method === 'head' ? 'get' : method];
    if (operation === undefined) return undefined;
    if (operation.security?.length === 0) return 'public';
    return /Needs the role `(\w+)`/.exec(operation.description ?? '')?.[1] ?? 'viewer';
  };

  beforeAll(async () => {
    const [port] = await freePorts(1);
    const keys = Object.entries(KEYS).map(([name, key]) => {
      const { token, hash } = newApiKey(name);
      tokens[name] = token;
      return { name, ...key, hash };
    });
    system = await TestSystem.start({
      redisServer,
      stores: ['main'],
      configuration: {
        clusters: {
          'blue-1': { store: 'main', endpoints: ['http://127.0.0.1:1'], labels: { team: 'blue' } },
        },
        api: {
          listen: { host: '127.0.0.1', port: port! },
          rateLimit: { requestsPerMinute: 1_000_000, unauthenticatedPerMinute: 1_000_000 },
          keys,
        },
      },
    });
    url = `http://127.0.0.1:${port!}`;
    await system.run('api');
    document = await servedDocument({ url });
  });
  afterAll(async () => {
    agent.destroy();
    await system.stop();
  });

  function ask(method: string, path: string, who: Who): Promise<Answer> {
    // Not as a URL, which would take steps out of it.
    const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => VALUES[name]!);
    const token = tokens[who];
    return new Promise((resolve, reject) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const { hostname, port } = new URL(url);
      const options = { hostname, port, path: target, method: method.toUpperCase(), headers, agent };
      const asked = httpRequest(options);
      asked.on('error', reject);
      asked.on('response', (response) => {
        const { 'content-type': type, 'www-authenticate': authenticate, allow } = response.headers;
        const common = { status: response.statusCode!, allow: allow?.split(', ').sort() };
        const rest = { type: type?.split(';')[0], authenticate };
        // A stream of events that somebody may have does not end by itself.
        if (type?.startsWith('text/event-stream') === true && method !== 'head') {
          response.destroy();
          resolve({ ...common, ...rest, body: '' });
        } else text(response).then((body) => resolve({ ...common, ...rest, body }), reject);
      });
      asked.end();
    });
  }

  async function each(
    methods: readonly string[],
    check: (path: string, method: string) => Promise<unknown>,
  ): Promise<void> {
    for (const path of Object.keys(document.paths)) {
      for (const method of methods) await check(path, method);
    }
  }

  it.each(['nobody', 'somebody'] as const)('gives %s nothing that needs a key', async (who) => {
    let refused = 0;
    await each(METHODS, async (path, method) => {
      const role = roleOf(path, method);
      if (role === undefined || role === 'public') return;
      const { status, type, authenticate, body } = await ask(method, path, who);
      const where = `${method} ${path}`;
      expect([where, status, type, authenticate]).toEqual([
        where,
        401,
        'application/problem+json',
        expect.stringContaining('Bearer'),
      ]);
      expect(body).toMatch(method === 'head' ? /^$/ : /"code":"auth.unauthenticated"/);
      refused++;
    });
    expect(refused).toBeGreaterThan(30);
  });

  it.each(['viewer', 'operator'] as const)('gives %s nothing that needs another role', async (who) => {
    let refused = 0;
    await each(METHODS, async (path, method) => {
      const role = roleOf(path, method);
      const above = who === 'viewer' ? ['operator', 'admin'] : ['admin'];
      if (role === undefined || !above.includes(role)) return;
      const { status, body } = await ask(method, path, who);
      const where = `${method} ${path}`;
      expect([where, status]).toEqual([where, 403]);
      expect(body).toMatch(method === 'head' ? /^$/ : /"code":"auth.role-needed"/);
      refused++;
    });
    expect(refused).toBeGreaterThan(5);
  });

  it('gives a team nothing of another one', async () => {
    let asked = 0;
    await each(METHODS, async (path, method) => {
      if (roleOf(path, method) === undefined || !/\{(cluster|job|snapshot|letter)\}/.test(path)) return;
      const { status } = await ask(method, path, 'red');
      const where = `${method} ${path}`;
      // 400: there is no body, which is looked at before anything else is.
      expect([where, [400, 403, 404].includes(status)]).toEqual([where, true]);
      asked++;
    });
    expect(asked).toBeGreaterThan(15);
    for (const list of [
      'clusters',
      'jobs',
      'snapshots',
      'schedules',
      'jobs?cluster=blue-1',
      'snapshots?cluster=blue-1',
    ]) {
      const { status, body } = await ask('get', `/v1/${list}`, 'red');
      expect([list, status, JSON.parse(body)]).toEqual([list, 200, { items: [] }]);
    }
    expect((await ask('get', '/metrics', 'red')).status).toBe(403);
  });

  it.each(['nobody', 'admin'] as const)('serves %s no method that it does not name', async (who) => {
    await each(METHODS, async (path, method) => {
      if (roleOf(path, method) !== undefined) return;
      const { status, type, allow, body } = await ask(method, path, who);
      const where = `${method} ${path}`;
      const served = METHODS.filter((each) => roleOf(path, each) !== undefined);
      expect([where, status, type, allow]).toEqual([
        where,
        405,
        'application/problem+json',
        served.map((name) => name.toUpperCase()).sort(),
      ]);
      expect(body).toMatch(method === 'head' ? /^$/ : /"code":"http.wrong-method"/);
    });
  });

  it('of the board of queues is for administrators without limits, by every method', async () => {
    const paths = [
      '/queues',
      '/queues/',
      '/queues/api/queues',
      '/queues/api/queues/requests/pause',
      '/queues/x',
    ];
    for (const path of [...paths, '/queues/static/js/none.js', '/queues/%2e%2e/v1/clusters']) {
      for (const method of METHODS) {
        for (const [who, status] of [
          ...(['nobody', 'somebody'] as const).map((each) => [each, 401] as const),
          ...(['viewer', 'operator', 'red'] as const).map((each) => [each, 403] as const),
        ]) {
          const answer = await ask(method, path, who);
          expect([method, path, who, answer.status, answer.type]).toEqual([
            ...[method, path, who],
            ...[status, 'application/problem+json'],
          ]);
        }
      }
    }
  });

  it('of the documentation is for anybody, tells of nobody, and is only read', async () => {
    for (const path of ['/docs', '/docs/start.js', '/docs/swagger-ui.css', '/openapi.json']) {
      const { status, body } = await ask('get', path, 'nobody');
      expect([path, status]).toEqual([path, 200]);
      expect(body).not.toMatch(/blue-1|127\.0\.0\.1/);
      for (const method of ['post', 'put', 'delete', 'patch']) {
        expect([404, 405]).toContain((await ask(method, path, 'nobody')).status);
      }
    }
  });
});
