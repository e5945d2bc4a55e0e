import { type Document, type Parameter, servedDocument } from './document.ts';
import { type FuzzSystem } from './fuzz-system.ts';

/** What no request that is as the document says is answered with. */
const MALFORMED = ['http.malformed', 'http.bad-parameter', 'http.bad-body', 'http.wrong-type'];

/** Names that are in everybody's way. */
const CLUSTERS = ['prod-1', 'a b/ü', '...', '%2e%2e', 'クラスター', 'a?b#c', "'; --"];

/** Of every cluster that was backed up once. */
const PAST_EVENTS = ['backup.requested', 'backup.committed'];

/**
 * The served document with values that do something: what is random in its form alone never gets past "there is no
 * such thing". Clusters are those of this machine: requests made of this document reach nothing else.
 *
 * @param key whose jobs, snapshots and so on are asked for
 */
export async function livelyDocument(
  fuzzed: Pick<FuzzSystem, 'url' | 'keys' | 'endpoints'>,
  key: keyof FuzzSystem['keys'] = 'admin',
): Promise<Document> {
  const document = await servedDocument(fuzzed, (code) => !MALFORMED.includes(code));
  for (const name of ['NewCluster', 'ClusterChange']) makeClusterLively(document, name, fuzzed.endpoints);
  const known = await valuesFor(fuzzed, key);
  for (const [path, operations] of Object.entries(document.paths)) {
    const { next } = path.includes('{') ? {} : await pageOf(fuzzed, key, `${path}?limit=1`);
    for (const operation of Object.values(operations)) {
      for (const content of Object.values(operation.requestBody?.content ?? {})) delete content.example;
      // A list of one page has no cursor that could be given.
      const cursors: Values = next === undefined ? {} : { 'query cursor': [next] };
      makeLively(operation.parameters ?? [], { ...known, ...cursors });
    }
  }
  return document;
}

function makeClusterLively({ components }: Document, name: string, endpoints: readonly string[]): void {
  const { properties } = components.schemas[name]!;
  Object.assign(properties!, {
    ...(name === 'NewCluster' ? { name: { enum: CLUSTERS } } : {}),
    store: { enum: ['main'] },
    labels: { enum: [{ team: 'red' }, { team: 'blue', 'example.net/tier': '1' }, {}] },
    endpoints: { type: 'array', minItems: 1, maxItems: 2, items: { enum: endpoints } },
  });
  const { schedule } = properties!;
  Object.assign(schedule!.properties!, {
    cron: { enum: ['0 3 29 2 *', '15 4 1 1 *'] },
    timeZone: { enum: ['UTC', 'Europe/Berlin', 'Asia/Kathmandu'] },
  });
}

/** By place and name of a parameter. */
type Values = Readonly<Record<string, readonly unknown[]>>;

async function valuesFor(
  fuzzed: Pick<FuzzSystem, 'url' | 'keys'>,
  key: keyof FuzzSystem['keys'],
): Promise<Values> {
  const all = async (list: string, field: string, as = key): Promise<unknown[]> =>
    (await pageOf(fuzzed, as, `/v1/${list}`)).items!.map((item) => item[field]);
  const clusters = await all('snapshots', 'cluster');
  return {
    'path snapshot': await all('snapshots', 'id'),
    'path job': await all('jobs', 'id'),
    'path letter': await all('webhooks/dead-letters', 'id', 'admin'),
    'path store': ['main'],
    'query store': ['main'],
    'path cluster': [...CLUSTERS, ...clusters],
    'query cluster': clusters,
    // What has happened already: the stream has something to say at once.
    'query last-event-id': ['0-0'],
    'header last-event-id': ['0-0'],
  };
}

/** Texts of the API's own making: with any others hardly anything would be done. */
const LEFT_AWAY = ['query cursor', 'header if-match', 'header if-none-match'];

function makeLively(parameters: Parameter[], values: Values): void {
  for (const parameter of [...parameters]) {
    const at = `${parameter.in} ${parameter.name}`;
    const known = values[at];
    if (known !== undefined) {
      parameter.schema = { enum: known };
      delete parameter.examples;
    } else if (LEFT_AWAY.includes(at)) parameters.splice(parameters.indexOf(parameter), 1);
    if (at === 'query last-event-id') parameter.required = true;
    if (at === 'query type') parameter.schema = { type: 'array', items: { enum: PAST_EVENTS }, maxItems: 2 };
  }
}

interface ListPage {
  readonly items?: readonly Record<string, unknown>[];
  readonly next?: string;
}

async function pageOf(
  { url, keys }: Pick<FuzzSystem, 'url' | 'keys'>,
  key: keyof FuzzSystem['keys'],
  path: string,
): Promise<ListPage> {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${keys[key]}` } });
  const isPage = answer.headers.get('content-type')?.startsWith('application/json') === true;
  return isPage ? ((await answer.json()) as ListPage) : {};
}
