import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type RawRequest } from './raw-request.ts';

export const MIB = 1024 * 1024;
const JSON_TYPE = { 'Content-Type': 'application/json' } as const;
export const CHUNKED = { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' } as const;
const CLUSTER = { name: 'new', store: 'main', endpoints: ['http://127.0.0.1:1'] } as const;
export const cursor = (position: unknown): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/** What it is, where it goes, how it is asked, and what must come of it: a status and the code of a problem. */
export type Case = readonly [string, string, RawRequest, number, string];

export const post = (text: string | Uint8Array, headers: RawRequest['headers'] = {}): RawRequest => ({
  method: 'POST',
  body: text,
  headers: { ...JSON_TYPE, 'Content-Length': Buffer.byteLength(text), ...headers },
});
const flood = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`X-${at}`, '1']));

export const HEADERS: readonly Case[] = [
  ['more headers than anybody needs', '/v1/version', { headers: flood(150) }, 431, 'http.headers-too-large'],
  ['a long header', '/v1/version', { headers: { X: 'x'.repeat(20_000) } }, 431, 'http.headers-too-large'],
  ['a key without end', '/v1/version', { key: 'x'.repeat(15_000) }, 401, 'auth.unauthenticated'],
  ['a key with a control character', '/v1/version', { key: 'ek_\u0001' }, 400, 'http.malformed'],
  ['two lengths', '/v1/clusters', post('{}', { 'Content-length': 3 }), 400, 'http.malformed'],
  ['a length below nothing', '/v1/clusters', post('', { 'Content-Length': -1 }), 400, 'http.malformed'],
  ['a length and chunks', '/v1/clusters', post('0\r\n\r\n', CHUNKED), 400, 'http.malformed'],
  ['an Idempotency-Key that is empty', backups(), key(''), 400, 'http.bad-parameter'],
  ['an Idempotency-Key that is long', backups(), key('x'.repeat(201)), 400, 'http.bad-parameter'],
  ['an Idempotency-Key that is no ASCII', backups(), key('é'), 400, 'http.bad-parameter'],
  ['two Idempotency-Keys', backups(), key('a', { 'idempotency-key': 'b' }), 400, 'http.bad-parameter'],
  ['a Last-Event-ID that is a word', '/v1/events', lastEvent('abc'), 400, 'http.bad-parameter'],
  ['a Last-Event-ID that is empty', '/v1/events', lastEvent(''), 400, 'http.bad-parameter'],
  [
    'a Last-Event-ID beyond all numbers',
    '/v1/events',
    lastEvent('99999999999999999999-99999999999999999999'),
    400,
    'http.bad-parameter',
  ],
  ['an If-Match that is weak', '/v1/clusters/x', ifMatch('W/"1"'), 400, 'http.bad-parameter'],
  [
    'an If-Match beyond all numbers',
    '/v1/clusters/x',
    ifMatch(`"${'9'.repeat(20)}"`),
    400,
    'http.bad-parameter',
  ],
];

export const ADDRESSES: readonly Case[] = [
  ...['/v1/clusters/NAME', '/v1/clusters/NAME/backups'].flatMap((path): Case[] => [
    ['a way up the tree', path.replace('NAME', '..%2f..%2fetc%2fpasswd'), {}, 404, 'cluster.unknown'],
    ['a NUL', path.replace('NAME', 'a%00b'), {}, 404, 'cluster.unknown'],
    ['a line break', path.replace('NAME', 'a%0d%0aSet-Cookie:%20x'), {}, 404, 'cluster.unknown'],
    ['more than UTF-8', path.replace('NAME', '%c0%ae%c0%ae'), {}, 400, 'http.malformed'],
    ['half a character', path.replace('NAME', '%ed%a0%80'), {}, 400, 'http.malformed'],
    [
      'letters that look alike',
      path.replace('NAME', 'ﬁxed-1'.normalize('NFKC') + '%E2%80%8B'),
      {},
      404,
      'cluster.unknown',
    ],
    ['no end', path.replace('NAME', 'x'.repeat(10_000)), {}, 400, 'http.bad-parameter'],
  ]),
  ...['jobs/ID', 'snapshots/ID', 'snapshots/ID/keys', 'snapshots/ID/download', 'stores/ID'].flatMap((path) =>
    ['..%2f..%2fx', 'a%00b', '*', '%7b%7d', '__proto__'].map((id): Case => [
      id,
      `/v1/${path.replace('ID', id)}`,
      {},
      400,
      'http.bad-parameter',
    ]),
  ),
  // Keys that the queue has beside its jobs.
  ...['a%00b', '..%2fx', 'a:b', 'failed', 'events', 'id', 'meta', 'wait'].map((id): Case => [
    id,
    `/v1/webhooks/dead-letters/${id}/retry`,
    { method: 'POST' },
    404,
    'webhook.no-dead-letter',
  ]),
  ['steps', '/v1/clusters/../version', {}, 404, 'http.no-such-route'],
  ['two slashes', '//v1/version', {}, 404, 'http.no-such-route'],
  ['bytes that are no ASCII', '/v1/clusters/ü', {}, 400, 'http.malformed'],
  ['a space', '/v1/clusters/a b', {}, 400, 'http.malformed'],
  ['no slash', 'v1/version', {}, 400, 'http.malformed'],
  ['a limit beyond all numbers', `/v1/jobs?limit=${'9'.repeat(30)}`, {}, 400, 'http.bad-parameter'],
  ['a limit in another notation', '/v1/jobs?limit=1e2', {}, 400, 'http.bad-parameter'],
  ['a limit as a list', '/v1/jobs?limit[]=1', {}, 400, 'http.bad-parameter'],
  ['a prototype', '/v1/clusters?__proto__=1', {}, 400, 'http.bad-parameter'],
  ['a cursor without end', `/v1/jobs?cursor=${'A'.repeat(2000)}`, {}, 400, 'http.bad-parameter'],
  ['a cursor of another list', `/v1/jobs?cursor=${cursor(1)}`, {}, 400, 'http.bad-parameter'],
  ['a cursor below nothing', `/v1/webhooks/dead-letters?cursor=${cursor(-1)}`, {}, 400, 'http.bad-parameter'],
  ['a thousand labels', `/v1/clusters?${'label=a=b&'.repeat(1000)}`, {}, 400, 'http.bad-parameter'],
  ['a method that nobody knows', '/v1/version', { method: 'PROPFIND' }, 405, 'http.wrong-method'],
  ['a method that echoes', '/v1/version', { method: 'TRACE' }, 405, 'http.wrong-method'],
];

/** Of which compression leaves next to nothing. */
export const ZEROS = Buffer.alloc(100 * MIB);
export const BODIES: readonly Case[] = [
  ...Object.entries({ gzip: gzipSync(ZEROS), deflate: deflateSync(ZEROS), br: brotliOf(ZEROS) }).map(
    ([encoding, bomb]): Case => [
      `100 MiB of zeros, as ${encoding}`,
      '/v1/clusters',
      post(bomb, { 'Content-Encoding': encoding }),
      415,
      'http.wrong-type',
    ],
  ),
  ['200,000 brackets', '/v1/clusters', post('['.repeat(200_000)), 400, 'http.malformed'],
  ['200,000 braces', '/v1/clusters', post('{"a":'.repeat(40_000)), 400, 'http.malformed'],
  ['one key twice', '/v1/clusters', post('{"name":"a","name":"b"}'), 400, 'http.malformed'],
  [
    'one key twice, written in two ways',
    '/v1/clusters',
    post(JSON.stringify(CLUSTER).replace('}', ',"labels":{"a":"1","\\u0061":"2"}}')),
    400,
    'http.malformed',
  ],
  [
    'a length beyond its limit',
    '/v1/clusters',
    post('{}', { 'Content-Length': 10 ** 12 }),
    413,
    'http.too-large',
  ],
  ['chunks that are none', '/v1/clusters', { ...post('zz\r\n'), headers: CHUNKED }, 400, 'http.malformed'],
  [
    'more said of a chunk than is in it',
    '/v1/clusters',
    { method: 'POST', headers: CHUNKED, body: `2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n` },
    400,
    'http.malformed',
  ],
  [
    'trailers without end',
    '/v1/clusters',
    { method: 'POST', headers: CHUNKED, body: `2\r\n{}\r\n0\r\n${'X: y\r\n'.repeat(5000)}\r\n` },
    431,
    'http.headers-too-large',
  ],
  ...['a\0b', 'a\u0085b', ' a', 'a\n', '\ud800', '__proto__', ''].map((name): Case => [
    `the name ${JSON.stringify(name)}`,
    '/v1/clusters',
    post(JSON.stringify({ ...CLUSTER, name })),
    422,
    'http.bad-body',
  ]),
  ...['.', '..'].map((name): Case => [
    `the name ${name}`,
    '/v1/clusters',
    post(JSON.stringify({ ...CLUSTER, name })),
    422,
    'cluster.invalid',
  ]),
  ...Object.entries({
    'a NUL in a label': { a: '\0' },
    'half a character in a label': { a: '\ud800' },
    'a space in the key of a label': { 'a b': '' },
    'more labels than there may be': Object.fromEntries(
      Array.from({ length: 51 }, (_, at) => [`k${at}`, '']),
    ),
  }).map(([what, labels]): Case => [what, backups(), post(JSON.stringify({ labels })), 422, 'http.bad-body']),
  [
    'labels that are no job any more',
    backups(),
    post(
      JSON.stringify({
        labels: Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, 'ア'.repeat(500)])),
      }),
    ),
    413,
    'job.too-large',
  ],
  [
    'a number beyond all',
    '/v1/clusters',
    post(JSON.stringify(CLUSTER).replace('}', ',"objectiveSeconds":1e400}')),
    422,
    'http.bad-body',
  ],
];

function backups(): string {
  return '/v1/clusters/fixed-1/backups';
}

function key(value: string, more: Record<string, string> = {}): RawRequest {
  return { method: 'POST', headers: { 'Idempotency-Key': value, ...more } };
}

function lastEvent(value: string): RawRequest {
  return { headers: { 'Last-Event-ID': value } };
}

function ifMatch(value: string): RawRequest {
  return { method: 'DELETE', headers: { 'If-Match': value } };
}

function brotliOf(bytes: Uint8Array): Buffer {
  return brotliCompressSync(bytes, { params: { [0x01]: 1 } });
}
