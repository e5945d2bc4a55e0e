import { FIXED_CLUSTERS, type FuzzSystem } from './fuzz-system.ts';

/** As much of an OpenAPI document as is looked at here. */
export interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

interface Operation {
  readonly operationId: string;
  readonly description?: string;
  /** Empty for what needs no key. */
  readonly security?: unknown[];
  readonly parameters?: Parameter[];
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>;
  readonly requestBody?: { readonly content: Record<string, { example?: unknown }> };
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  required?: boolean;
  schema: Schema;
  examples?: unknown;
}

type Schema = Record<string, unknown> & { properties?: Record<string, Schema> };

/** The document that the API serves; what it says of codes and of events in sentences is in schemas too. */
export async function servedDocument(
  { url }: Pick<FuzzSystem, 'url'>,
  mayAnswer: (code: string) => boolean = () => true,
): Promise<Document> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  for (const operation of operationsOf(document)) {
    for (const { description, content = {} } of Object.values(operation.responses)) {
      const problem = content['application/problem+json'];
      const events = content['text/event-stream'];
      if (problem !== undefined) {
        const codes = Array.from(description.matchAll(/`([a-z-]+\.[a-z-]+)`/g), ([, code]) => code!);
        const code = { enum: codes.filter(mayAnswer) };
        problem.schema = { allOf: [problem.schema, { properties: { code } }] };
      }
      if (events !== undefined) events.schema = eventSchema(document);
    }
  }
  return document;
}

/** Of one event of a stream, as it is taken apart: OpenAPI 3.1 has no words for it. */
function eventSchema({ components }: Document): Schema {
  const { type } = components.schemas['CloudEvent']!.properties!;
  const texts = {
    id: { type: 'string', pattern: '^[0-9]+-[0-9]+$' },
    data: { type: 'string', minLength: 2 },
  };
  const event = { anyOf: [type, { const: 'gap' }] };
  return { type: 'object', required: ['event', 'data'], properties: { ...texts, event } };
}

/** What no request that is as the document says is answered with. */
const MALFORMED = ['http.malformed', 'http.bad-parameter', 'http.bad-body', 'http.wrong-type'];

/**
 * The same, with values that do something: what is random in its form alone never gets past "there is no such thing".
 * Clusters are those of this machine: requests made of this document reach nothing else.
 */
export async function livelyDocument(
  fuzzed: Pick<FuzzSystem, 'url' | 'keys' | 'endpoints'>,
): Promise<Document> {
  const document = await servedDocument(fuzzed, (code) => !MALFORMED.includes(code));
  for (const name of ['NewCluster', 'ClusterChange']) makeClusterLively(document, name, fuzzed.endpoints);
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations)) {
      for (const content of Object.values(operation.requestBody?.content ?? {})) delete content.example;
      await makeParametersLively(fuzzed, path, operation.parameters ?? []);
    }
  }
  return document;
}

function makeClusterLively({ components }: Document, name: string, endpoints: readonly string[]): void {
  const { properties } = components.schemas[name]!;
  Object.assign(properties!, {
    ...(name === 'NewCluster' ? { name: { enum: CLUSTERS } } : {}),
    store: { enum: ['main'] },
    endpoints: { type: 'array', minItems: 1, maxItems: 2, items: { enum: endpoints } },
  });
  const { schedule } = properties!;
  Object.assign(schedule!.properties!, {
    cron: { enum: ['0 3 29 2 *', '15 4 1 1 *'] },
    timeZone: { enum: ['UTC', 'Europe/Berlin', 'Asia/Kathmandu'] },
  });
}

const PAST_EVENTS = ['backup.requested', 'backup.committed'];

/** Names that are in everybody's way. */
const CLUSTERS = ['prod-1', 'a b/ü', '...', '%2e%2e', 'クラスター', 'a?b#c', "'; --"];

async function makeParametersLively(
  fuzzed: Pick<FuzzSystem, 'url' | 'keys'>,
  path: string,
  parameters: Parameter[],
): Promise<void> {
  const all = async (list: string, field: string): Promise<unknown> =>
    (await pageOf(fuzzed, `/v1/${list}`)).items.map((item) => item[field]);
  for (const parameter of [...parameters]) {
    const at = `${parameter.in} ${parameter.name}`;
    const set = (values: unknown): void => {
      parameter.schema = { enum: values };
      delete parameter.examples;
    };
    if (at === 'path snapshot') set(await all('snapshots', 'id'));
    // What has happened already: the stream has something to say at once.
    if (parameter.name === 'last-event-id') {
      set(['0-0']);
      parameter.required = parameter.in === 'query';
    }
    if (at === 'query type') parameter.schema = { type: 'array', items: { enum: PAST_EVENTS }, maxItems: 2 };
    if (at === 'path job') set(await all('jobs', 'id'));
    if (at === 'path letter') set(await all('webhooks/dead-letters', 'id'));
    if (parameter.name === 'store') set(['main']);
    if (at === 'query cluster') set(FIXED_CLUSTERS);
    if (at === 'path cluster') set([...CLUSTERS, 'fixed-1']);
    if (at === 'header if-match') set(['"1"', '"2"', '"999999"']);
    if (at === 'query cursor') {
      const { next } = path.includes('{') ? {} : await pageOf(fuzzed, `${path}?limit=1`);
      if (next === undefined) parameters.splice(parameters.indexOf(parameter), 1);
      else set([next]);
    }
  }
}

interface ListPage {
  readonly items: Record<string, unknown>[];
  readonly next?: string;
}

async function pageOf({ url, keys }: Pick<FuzzSystem, 'url' | 'keys'>, path: string): Promise<ListPage> {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${keys.admin}` } });
  return (await answer.json()) as ListPage;
}

export function operationsOf({ paths }: Document): Operation[] {
  return Object.values(paths).flatMap((operations) => Object.values(operations));
}

/** As reports name them: `GET /v1/jobs`. */
export function labelsOf({ paths }: Document, wanted: (operation: Operation) => boolean): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) =>
      wanted(operation) ? [`${method.toUpperCase()} ${path}`] : [],
    ),
  );
}
