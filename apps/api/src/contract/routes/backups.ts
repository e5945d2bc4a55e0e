import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { acceptedBackupSchema, backupRequestSchema, JOB_STATES, jobPage, jobSchema } from '../schemas/job.ts';
import { pageQuery } from '../schemas/page.ts';
import { queryList } from '../schemas/query.ts';
import { cluster } from '../schemas/values.ts';
import { inCluster, location, ofJob } from './common.ts';

const state = queryList(z.enum(JOB_STATES), JOB_STATES.length)
  .optional()
  .meta({ description: 'Only in this state; may be given several times.' });

export const requestBackup = defineRoute({
  operationId: 'requestBackup',
  method: 'post',
  path: '/v1/clusters/{cluster}/backups',
  tag: 'Backups',
  summary: 'Back a cluster up',
  description:
    'While a backup of the cluster is under way, the request joins it: `joined` is true. With an `Idempotency-Key` the same request, sent again within 24 hours, gets the first one’s answer.',
  role: 'operator',
  params: inCluster,
  headers: z.object({
    'idempotency-key': z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/)
      .optional()
      .meta({ description: 'Any text of your own, such as a UUID.' }),
  }),
  body: { schema: backupRequestSchema, optional: true, example: { labels: { reason: 'before-upgrade' } } },
  answers: {
    202: { description: 'It is queued, or was joined.', schema: acceptedBackupSchema, headers: location },
  },
  problems: [
    'cluster.unknown',
    'job.too-large',
    'idempotency.other-request',
    'idempotency.under-way',
    'job.lost',
    'redis.unreachable',
    'redis.full',
  ],
});

export const listBackups = defineRoute({
  operationId: 'listBackups',
  method: 'get',
  path: '/v1/clusters/{cluster}/backups',
  tag: 'Backups',
  summary: 'The jobs of a cluster’s backups',
  description:
    'What is under way first, then what is finished, newest first. Redis remembers them for a while; what is in the store is listed by snapshots.',
  role: 'viewer',
  params: inCluster,
  query: z.strictObject({ ...pageQuery, state }),
  answers: { 200: { description: 'One page of jobs.', schema: jobPage } },
  problems: ['cluster.unknown', 'redis.unreachable'],
});

export const listJobs = defineRoute({
  operationId: 'listJobs',
  method: 'get',
  path: '/v1/jobs',
  tag: 'Backups',
  summary: 'The jobs of all backups',
  description: 'What is under way first, then what is finished, newest first.',
  role: 'viewer',
  query: z.strictObject({ ...pageQuery, state, cluster: cluster.optional() }),
  answers: { 200: { description: 'One page of jobs.', schema: jobPage } },
  problems: ['redis.unreachable'],
});

export const readJob = defineRoute({
  operationId: 'readJob',
  method: 'get',
  path: '/v1/jobs/{job}',
  tag: 'Backups',
  summary: 'One backup: how far it is, what came of it',
  description: 'By the id of the backup, or of a request that joined it.',
  role: 'viewer',
  params: ofJob,
  answers: { 200: { description: 'The job.', schema: jobSchema } },
  problems: ['job.not-found', 'redis.unreachable'],
});

export const cancelJob = defineRoute({
  operationId: 'cancelJob',
  method: 'post',
  path: '/v1/jobs/{job}/cancel',
  tag: 'Backups',
  summary: 'Cancel a backup',
  description: 'Its workers stop within seconds; then the job’s state is `cancelled`.',
  role: 'operator',
  params: ofJob,
  answers: { 202: { description: 'It is being cancelled.', schema: jobSchema } },
  problems: ['job.not-found', 'job.finished', 'redis.unreachable', 'redis.full'],
});

export const retryJob = defineRoute({
  operationId: 'retryJob',
  method: 'post',
  path: '/v1/jobs/{job}/retry',
  tag: 'Backups',
  summary: 'Repeat a backup that failed or was cancelled',
  description: 'A new backup, whose `retryOf` is this one.',
  role: 'operator',
  params: ofJob,
  answers: {
    202: { description: 'It is queued, or was joined.', schema: acceptedBackupSchema, headers: location },
  },
  problems: [
    'job.not-found',
    'job.not-failed',
    'job.lost',
    'cluster.unknown',
    'redis.unreachable',
    'redis.full',
  ],
});
