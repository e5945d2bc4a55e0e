import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { pageQuery } from '../schemas/page.ts';
import { labelFilter } from '../schemas/query.ts';
import { keysPage, snapshotDetailSchema, snapshotPage } from '../schemas/snapshot.ts';
import { cluster, proof, store, time } from '../schemas/values.ts';
import { ofSnapshot } from './common.ts';

const tag = 'Snapshots';
/** What may ail a store that was not reached since the start, most often. */
const STORE_AWAY = ['storage.unreachable', 'storage.missing', 'store.not-a-store', 'store.hangs'] as const;
const which = { cluster: cluster.optional() };

export const listSnapshots = defineRoute({
  operationId: 'listSnapshots',
  method: 'get',
  path: '/v1/snapshots',
  tag,
  summary: 'What is in the stores, newest first',
  description:
    'Whoever put it there: workers, the command line, a CronJob in a cluster. Seen within a minute or so. A store that could not be looked through since the start is named in `unreachable`; when what is asked for may be in it alone, the answer is 503 with its error.',
  role: 'viewer',
  query: z.strictObject({
    ...pageQuery,
    cluster: cluster.optional(),
    store: store.optional(),
    proof: proof.optional(),
    since: time.optional().meta({ description: 'Taken then or later.' }),
    until: time.optional().meta({ description: 'Taken before.' }),
    label: labelFilter.optional(),
  }),
  answers: { 200: { description: 'One page of snapshots.', schema: snapshotPage } },
  problems: ['redis.unreachable', ...STORE_AWAY],
});

export const readSnapshot = defineRoute({
  operationId: 'readSnapshot',
  method: 'get',
  path: '/v1/snapshots/{snapshot}',
  tag,
  summary: 'All that the record of a snapshot says',
  role: 'viewer',
  params: ofSnapshot,
  query: z.strictObject(which),
  answers: { 200: { description: 'The snapshot.', schema: snapshotDetailSchema } },
  problems: ['snapshot.not-found', 'redis.unreachable', ...STORE_AWAY],
});

const contentDisposition = {
  description: 'The name of the file.',
  schema: z.string(),
};

export const downloadSnapshot = defineRoute({
  operationId: 'downloadSnapshot',
  method: 'get',
  path: '/v1/snapshots/{snapshot}/download',
  tag,
  summary: 'The snapshot as a file for `etcdutl snapshot restore`',
  description:
    'The file ends with the SHA-256 of all before it, as etcd’s own do: `etcdutl` compares it. It is sent last, and only when everything before was found equal to what was backed up; otherwise the connection breaks, and the file is shorter than `Content-Length`. Needs the owner’s key of the store in the service.',
  role: 'operator',
  params: ofSnapshot,
  query: z.strictObject(which),
  answers: {
    200: {
      description: 'The file.',
      type: 'application/octet-stream',
      headers: {
        'Content-Length': { description: 'Bytes of the file.', schema: z.string() },
        'Content-Disposition': contentDisposition,
        'X-Kloset-Status-Hash': {
          description: 'What `etcdutl snapshot status` must print for it, in hex.',
          schema: z.string().regex(/^[0-9a-f]{1,8}$/),
        },
      },
    },
  },
  problems: [
    'snapshot.not-found',
    'key.needs-owner',
    'download.too-many',
    'redis.unreachable',
    ...STORE_AWAY,
  ],
});

export const countSnapshotKeys = defineRoute({
  operationId: 'countSnapshotKeys',
  method: 'get',
  path: '/v1/snapshots/{snapshot}/keys',
  tag,
  summary: 'Keys, rows and bytes of a snapshot by prefix',
  description: 'Needs the owner’s key of the store in the service. No value is decrypted.',
  role: 'operator',
  params: ofSnapshot,
  query: z.strictObject({ ...pageQuery, ...which }),
  answers: { 200: { description: 'One page of prefixes.', schema: keysPage } },
  problems: [
    'snapshot.not-found',
    'key.needs-owner',
    'download.too-many',
    'redis.unreachable',
    ...STORE_AWAY,
  ],
});
