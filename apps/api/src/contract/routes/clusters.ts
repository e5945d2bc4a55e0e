import { z } from 'zod';
import { defineRoute } from '../route.ts';
import {
  clusterChangeSchema,
  clusterPage,
  clusterSchema,
  newClusterSchema,
  probeSchema,
} from '../schemas/cluster.ts';
import { pageQuery } from '../schemas/page.ts';
import { labelFilter } from '../schemas/query.ts';
import { store } from '../schemas/values.ts';
import { etag, ifMatch, ifNoneMatch, inCluster, location } from './common.ts';

const example = {
  store: 'main',
  endpoints: ['https://etcd-0.prod-1.example.net:2379', 'https://etcd-1.prod-1.example.net:2379'],
  tls: { caFile: 'prod-1/ca.pem', certFile: 'prod-1/client.pem', keyFile: 'prod-1/client.key' },
  schedule: { cron: '17 * * * *', timeZone: 'Europe/Berlin', jitterSeconds: 600 },
  objectiveSeconds: 7200,
  labels: { team: 'payments' },
};
const tag = 'Clusters';

export const listClusters = defineRoute({
  operationId: 'listClusters',
  method: 'get',
  path: '/v1/clusters',
  tag,
  summary: 'The clusters, by name',
  role: 'viewer',
  query: z.strictObject({ ...pageQuery, store: store.optional(), label: labelFilter.optional() }),
  answers: { 200: { description: 'One page of clusters.', schema: clusterPage } },
  problems: ['redis.unreachable'],
});

export const createCluster = defineRoute({
  operationId: 'createCluster',
  method: 'post',
  path: '/v1/clusters',
  tag,
  summary: 'Register a cluster',
  description:
    'Its definition is sealed and written to its store before the answer. Files are named below the folder of secrets. A key that is limited to some clusters can register those that it would see.',
  role: 'admin',
  body: { schema: newClusterSchema, example: { name: 'prod-1', ...example } },
  answers: {
    201: { description: 'It is registered.', schema: clusterSchema, headers: { ...location, ...etag } },
  },
  problems: ['cluster.exists', 'cluster.invalid', 'auth.limited', 'redis.unreachable', 'storage.unreachable'],
});

export const readCluster = defineRoute({
  operationId: 'readCluster',
  method: 'get',
  path: '/v1/clusters/{cluster}',
  tag,
  summary: 'A cluster, and how well it is backed up',
  role: 'viewer',
  params: inCluster,
  answers: { 200: { description: 'The cluster.', schema: clusterSchema, headers: etag } },
  problems: ['cluster.unknown', 'redis.unreachable'],
});

export const putCluster = defineRoute({
  operationId: 'putCluster',
  method: 'put',
  path: '/v1/clusters/{cluster}',
  tag,
  summary: 'Register a cluster, or replace its definition',
  role: 'admin',
  params: inCluster,
  headers: z.object({ 'if-match': ifMatch, 'if-none-match': ifNoneMatch }),
  body: { schema: clusterChangeSchema, example },
  answers: {
    200: { description: 'It is replaced.', schema: clusterSchema, headers: etag },
    201: { description: 'It is registered.', schema: clusterSchema, headers: { ...location, ...etag } },
  },
  problems: [
    'cluster.unknown',
    'cluster.in-configuration',
    'cluster.other-store',
    'cluster.exists',
    'cluster.invalid',
    'cluster.conflict',
    'http.precondition-failed',
    'auth.limited',
    'redis.unreachable',
    'storage.unreachable',
  ],
});

export const deleteCluster = defineRoute({
  operationId: 'deleteCluster',
  method: 'delete',
  path: '/v1/clusters/{cluster}',
  tag,
  summary: 'Forget a cluster',
  description: 'Its backups stay in the store, and can be listed and restored.',
  role: 'admin',
  params: inCluster,
  headers: z.object({ 'if-match': ifMatch }),
  answers: { 204: { description: 'It is forgotten.' } },
  problems: [
    'cluster.unknown',
    'cluster.in-configuration',
    'cluster.conflict',
    'redis.unreachable',
    'storage.unreachable',
  ],
});

export const probeCluster = defineRoute({
  operationId: 'probeCluster',
  method: 'post',
  path: '/v1/clusters/{cluster}/probe',
  tag,
  summary: 'Ask the cluster’s members how they are',
  description: 'A cluster that cannot be reached is an answer too: `reachable` is false, `error` says why.',
  role: 'operator',
  params: inCluster,
  answers: { 200: { description: 'What its members say.', schema: probeSchema } },
  problems: ['cluster.unknown', 'redis.unreachable'],
});
