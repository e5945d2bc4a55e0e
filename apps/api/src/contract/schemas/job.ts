import { backupProgressSchema, backupResultSchema, TRIGGERS } from '@etcd-kloset/jobs';
import { labelsSchema } from '@etcd-kloset/platform';
import { z } from 'zod';
import { cluster, count, failure, jobId, labels, store, time } from './values.ts';
import { pageOf } from './page.ts';

export const JOB_STATES = ['delayed', 'queued', 'running', 'committed', 'failed', 'cancelled'] as const;

export const jobSchema = z
  .object({
    id: jobId,
    cluster,
    store,
    state: z.enum(JOB_STATES).meta({
      description:
        '`delayed` until its turn in the schedule’s jitter, or until a further try; `committed`: in the store, everything it needs seen to be there.',
    }),
    step: z.enum(['read', 'commit']).meta({
      description: 'Where it goes on: `read` from the beginning, `commit` once all chunks are stored.',
    }),
    trigger: z.enum(TRIGGERS),
    labels,
    requestedBy: z.string().optional(),
    retryOf: jobId.optional().meta({ description: 'The failed backup that this one repeats.' }),
    attempts: z.object({ made: count, most: count }).meta({
      description:
        '`made`: how often it was tried, with the try that is under way and those that were cut off with their worker; the latter do not count for `most`.',
    }),
    progress: backupProgressSchema.optional(),
    result: backupResultSchema.optional(),
    error: failure.optional().meta({ description: 'Why it failed, or why its last try did.' }),
    cancelRequested: z.boolean(),
    requestedAt: time,
    startedAt: time.optional().meta({ description: 'When its first try began.' }),
    finishedAt: time.optional(),
  })
  .meta({ id: 'Job' });
export type JobView = z.infer<typeof jobSchema>;

export const jobPage = pageOf('JobPage', jobSchema);

export const backupRequestSchema = z
  .strictObject({ labels: labelsSchema.optional().meta({ description: 'Kept in the snapshot.' }) })
  .meta({ id: 'BackupRequest' });

export const acceptedBackupSchema = z
  .object({
    job: jobSchema,
    joined: z
      .boolean()
      .meta({ description: 'True when a backup of the cluster was under way: `job` is that one.' }),
  })
  .meta({ id: 'AcceptedBackup' });
