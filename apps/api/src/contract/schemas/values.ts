import { clusterName, storeName } from '@etcd-kloset/jobs';
import { z } from 'zod';

/** RFC 3339. */
export const time = z.iso.datetime({ offset: true }).meta({
  // Its pattern takes a screen, and says no more than the format.
  override: ({ jsonSchema }) => delete jsonSchema.pattern,
  examples: ['2026-11-24T19:31:45.123Z'],
});
export const count = z.number().int().nonnegative();
export const bytes = z.number().int().nonnegative();
export const revision = z.number().int().nonnegative();
export const proof = z.enum(['proven', 'mismatch', 'unproven']);

export const cluster = clusterName.meta({ description: 'The name of a cluster.', examples: ['prod-1'] });
export const store = storeName.meta({
  description: 'The name of a store in the configuration.',
  examples: ['main'],
});
export const jobId = z
  .uuid()
  .meta({ description: 'The id of a backup.', examples: ['6f1f2f6e-4f2a-4f43-9c8e-3a3d2a9f4b10'] });
export const snapshotId = z
  .string()
  .regex(
    /^[0-9]{8}t[0-9]{9}z-[0-9a-f]{8}$/,
    'is not the id of a snapshot, such as 20261124t193145123z-9f86d081',
  )
  .meta({ description: 'The id of a snapshot.', examples: ['20261124t193145123z-9f86d081'] });
/** Stands for the newest snapshot of a cluster. */
export const LATEST = 'latest';
export const snapshotReference = z
  .string()
  .regex(
    /^(?:latest|[0-9]{8}t[0-9]{9}z-[0-9a-f]{8})$/,
    'is neither the id of a snapshot, such as 20261124t193145123z-9f86d081, nor the word latest',
  )
  .meta({
    description: 'The id of a snapshot; or `latest`, with `cluster`.',
    examples: ['20261124t193145123z-9f86d081'],
  });

export const labels = z
  .record(z.string().min(1).max(100), z.string().max(500))
  .meta({ examples: [{ team: 'payments' }] });

/** Of an error: what programs are written against, and what people read. */
export const failure = z
  .object({
    code: z.string().meta({ description: 'Stable, such as `etcd.unreachable`.' }),
    message: z.string(),
    advice: z.string().optional(),
  })
  .meta({ id: 'Failure' });
