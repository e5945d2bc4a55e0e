import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { pageQuery } from '../schemas/page.ts';
import { schedulePage, scheduleSchema } from '../schemas/schedule.ts';
import { inCluster } from './common.ts';

export const listSchedules = defineRoute({
  operationId: 'listSchedules',
  method: 'get',
  path: '/v1/schedules',
  tag: 'Schedules',
  summary: 'When which cluster is backed up',
  role: 'viewer',
  query: z.strictObject(pageQuery),
  answers: { 200: { description: 'One page of schedules, by cluster.', schema: schedulePage } },
  problems: ['redis.unreachable'],
});

const change = {
  method: 'post',
  tag: 'Schedules',
  role: 'operator',
  params: inCluster,
  answers: { 200: { description: 'The schedule.', schema: scheduleSchema } },
  problems: [
    'cluster.unknown',
    'cluster.in-configuration',
    'cluster.conflict',
    'schedule.none',
    'redis.unreachable',
    'storage.unreachable',
  ],
} as const;

export const pauseSchedule = defineRoute({
  operationId: 'pauseSchedule',
  path: '/v1/clusters/{cluster}/schedule/pause',
  summary: 'Pause a cluster’s schedule',
  description: 'It is written to the definition of the cluster, and stays paused after a restart.',
  ...change,
});

export const resumeSchedule = defineRoute({
  operationId: 'resumeSchedule',
  path: '/v1/clusters/{cluster}/schedule/resume',
  summary: 'Resume a cluster’s schedule',
  ...change,
});
