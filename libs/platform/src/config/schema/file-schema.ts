import { z } from 'zod';
import { apiSchema, webhooksSchema } from './api-schema.ts';
import { clustersSchema } from './clusters-schema.ts';
import {
  limitsSchema,
  logSchema,
  opsSchema,
  redisSchema,
  secretsSchema,
  workersSchema,
} from './services-schema.ts';
import { storesSchema } from './stores-schema.ts';

/** The sections of the configuration file. Every key has a description: docs/configuration.md is made of them. */
export const sections = {
  redis: redisSchema,
  stores: storesSchema,
  clusters: clustersSchema,
  limits: limitsSchema,
  workers: workersSchema,
  api: apiSchema,
  webhooks: webhooksSchema,
  secrets: secretsSchema,
  ops: opsSchema,
  log: logSchema,
} as const;

/** The file as it is written. A section that is left out is an empty one. */
export const fileSchema = z.strictObject({
  redis: sections.redis.prefault({}),
  stores: sections.stores.prefault({}),
  clusters: sections.clusters.prefault({}),
  limits: sections.limits.prefault({}),
  workers: sections.workers.prefault({}),
  api: sections.api.prefault({}),
  webhooks: sections.webhooks.prefault([]),
  secrets: sections.secrets.prefault({}),
  ops: sections.ops.prefault({}),
  log: sections.log.prefault({}),
});

export type ConfigurationInput = z.input<typeof fileSchema>;
export type FileConfiguration = z.output<typeof fileSchema>;
