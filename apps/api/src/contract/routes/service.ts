import { ROLES } from '@etcd-kloset/platform';
import { z } from 'zod';
import { defineRoute } from '../route.ts';

const tag = 'Service';

const checkSchema = z.object({
  status: z
    .enum(['ok', 'failed', 'unknown'])
    .meta({ description: '`unknown` until it was first looked at, a moment after the start.' }),
  critical: z.boolean(),
  code: z.string().optional(),
});
const healthSchema = z
  .object({ status: z.enum(['ok', 'failed']), checks: z.record(z.string(), checkSchema) })
  .meta({ id: 'Health' });
const health = {
  200: { description: 'All is well.', schema: healthSchema },
  503: { description: 'It is not.', schema: healthSchema },
};

export const readVersion = defineRoute({
  operationId: 'readVersion',
  method: 'get',
  path: '/v1/version',
  tag,
  summary: 'The version of the service, and who you are to it',
  role: 'viewer',
  answers: {
    200: {
      description: 'The version.',
      schema: z
        .object({
          service: z.literal('etcd-kloset'),
          version: z.string(),
          key: z.object({
            name: z.string(),
            role: z.enum(ROLES),
            clusters: z
              .record(z.string(), z.string())
              .optional()
              .meta({ description: 'The labels of the clusters that it is limited to.' }),
          }),
        })
        .meta({ id: 'Version' }),
    },
  },
  problems: [],
});

export const readLive = defineRoute({
  operationId: 'readLive',
  method: 'get',
  path: '/healthz',
  tag,
  summary: 'Whether the process runs',
  role: 'public',
  answers: health,
  problems: [],
});

export const readReady = defineRoute({
  operationId: 'readReady',
  method: 'get',
  path: '/readyz',
  tag,
  summary: 'Whether Redis is there, and as it must be; how the stores are',
  role: 'public',
  answers: health,
  problems: [],
});

export const readMetrics = defineRoute({
  operationId: 'readMetrics',
  method: 'get',
  path: '/metrics',
  tag,
  summary: 'Metrics, as Prometheus reads them',
  role: 'viewer',
  unlimited: true,
  answers: { 200: { description: 'Metrics.', type: 'text/plain' } },
  problems: [],
});

export const readOpenApi = defineRoute({
  operationId: 'readOpenApi',
  method: 'get',
  path: '/openapi.json',
  tag,
  summary: 'This document',
  role: 'public',
  answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) } },
  problems: [],
});
