import { Ajv2020 } from 'ajv/dist/2020.js';
import { openApiDocument } from './openapi.ts';
import { PROBLEMS, statusOf, TITLES } from './problems.ts';
import { problemsOf } from './route.ts';
import { OPERATIONS, ROUTES } from './route-table.ts';

/** As it travels. */
const document = JSON.parse(JSON.stringify(openApiDocument('1.2.3'))) as {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: object };
};

interface Operation {
  operationId: string;
  summary: string;
  security?: unknown[];
  parameters?: { in: string; name: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: object; example: unknown }> };
  responses: Record<
    string,
    { description: string; headers?: object; content?: Record<string, { schema: object }> }
  >;
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(document, 'openapi.json');

describe('the route table', () => {
  it('names each operation once, by its key', () => {
    for (const [name, { operationId }] of Object.entries(OPERATIONS)) expect(operationId).toBe(name);
    const addresses = ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it.each(ROUTES)('$operationId has a schema for each parameter of its address', ({ path, params }) => {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(params?.shape ?? {})).toEqual(named);
  });

  it('guards everything but what tells nothing', () => {
    const open = ROUTES.filter(({ role }) => role === 'public').map(({ path }) => path);
    expect(open.sort()).toEqual(['/healthz', '/openapi.json', '/readyz']);
    for (const { method, role, path } of ROUTES) {
      if (method !== 'get') expect([path, role]).not.toEqual([path, 'viewer']);
    }
  });

  it('pages every list, by at most 200', () => {
    for (const { operationId, query } of ROUTES) {
      if (operationId.startsWith('list'))
        expect(Object.keys(query!.shape)).toEqual(expect.arrayContaining(['limit', 'cursor']));
    }
    const limits = JSON.stringify(document.paths['/v1/clusters']!.get!.parameters);
    expect(limits).toContain('"type":"integer","minimum":1,"maximum":200,"default":50');
  });
});

describe('problems', () => {
  it('have a status that has a title', () => {
    for (const status of Object.values(PROBLEMS)) expect(TITLES[status]).toBeDefined();
    expect(statusOf('cluster.unknown')).toBe(404);
    expect(statusOf('nobody.foresaw')).toBe(500);
    expect(statusOf('toString')).toBe(500);
  });

  it('follow from what a route is', () => {
    expect(problemsOf(OPERATIONS.createCluster)).toEqual(
      expect.arrayContaining([
        'auth.unauthenticated',
        'auth.role-needed',
        'http.too-large',
        'http.wrong-type',
        'http.bad-body',
      ]),
    );
    expect(problemsOf(OPERATIONS.readLive)).not.toContain('auth.unauthenticated');
  });
});

describe('the OpenAPI document', () => {
  it('is of version 3.1 and wants a bearer key', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    expect(document.components.securitySchemes).toMatchObject({ apiKey: { type: 'http', scheme: 'bearer' } });
  });

  const operations = ROUTES.map((route) => ({
    ...route,
    operation: document.paths[route.path]![route.method]!,
  }));

  it.each(operations)('has every answer of $operationId', ({ operation, answers, role, ...route }) => {
    for (const status of Object.keys(answers)) expect(operation.responses).toHaveProperty([status]);
    for (const code of problemsOf({ answers, role, ...route })) {
      const response = operation.responses[PROBLEMS[code]]!;
      expect(response.description).toContain(`\`${code}\``);
      expect(Object.keys(response.content!)).toContain('application/problem+json');
    }
    expect(operation.security).toEqual(role === 'public' ? [] : undefined);
    if (role !== 'public') expect(operation.responses['401']!.headers).toHaveProperty('WWW-Authenticate');
  });

  it('has schemas that can be used, each with nothing but what it names', () => {
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `openapi.json#/components/schemas/${name}` })).not.toThrow();
    }
    const validate = ajv.compile({ $ref: 'openapi.json#/components/schemas/Schedule' });
    const schedule = {
      cluster: 'a',
      store: 'b',
      cron: '',
      timeZone: '',
      paused: false,
      jitterSeconds: 0,
      delayMs: 0,
      nextRuns: [],
    };
    expect(validate(schedule)).toBe(true);
    expect(validate({ ...schedule, surprise: 1 })).toBe(false);
  });

  it.each(operations.filter(({ body }) => body !== undefined))(
    'has an example of $operationId that its schema takes, here and in the code',
    ({ operation, body }) => {
      const { schema, example } = operation.requestBody!.content['application/json']!;
      const validate = ajv.compile({
        ...schema,
        $id: undefined,
        $ref: `openapi.json${(schema as { $ref: string }).$ref}`,
      });
      expect(validate(example)).toBe(true);
      expect(body!.schema.safeParse(example).success).toBe(true);
    },
  );
});
