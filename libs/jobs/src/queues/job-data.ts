import { type z } from 'zod';
import { type BackupJob, backupJobSchema, type RequestJob, requestJobSchema } from '../backup/backup-job.ts';
import { type PutJob, putJobSchema, type SealJob, sealJobSchema } from '../backup/chunk-job.ts';
import { JobsError } from '../errors.ts';
import { type WebhookJob, webhookJobSchema } from '../webhooks/webhook-job.ts';
import { type QueueKind } from './queue-names.ts';

/** What jobs of each kind of queue say. */
export interface JobData {
  readonly requests: RequestJob;
  readonly backups: BackupJob;
  readonly chunks: SealJob;
  readonly puts: PutJob;
  readonly webhooks: WebhookJob;
}

/** The one name that jobs of each kind have. */
export const JOB_NAMES = {
  requests: 'request',
  backups: 'backup',
  chunks: 'seal',
  puts: 'put',
  webhooks: 'deliver',
} as const satisfies Record<QueueKind, string>;

/** Of a job's data as JSON, in bytes: jobs carry references, what is large lies in staging. */
export const MAX_JOB_BYTES = 64 * 1024;

const SCHEMAS: { readonly [Kind in QueueKind]: z.ZodType<JobData[Kind]> } = {
  requests: requestJobSchema,
  backups: backupJobSchema,
  chunks: sealJobSchema,
  puts: putJobSchema,
  webhooks: webhookJobSchema,
};

/** Checks a job's data by its schema and its size; throws `job.invalid` or `job.too-large`, which name no value. */
export function checkJobData<Kind extends QueueKind>(kind: Kind, data: unknown): JobData[Kind] {
  const bytes = Buffer.byteLength(JSON.stringify(data ?? null));
  if (bytes > MAX_JOB_BYTES) {
    throw new JobsError('job.too-large', `A job of ${bytes} bytes is too large for the queue ${kind}.`, {
      advice: `Keep it below ${MAX_JOB_BYTES} bytes: fewer or shorter labels.`,
      context: { bytes },
    });
  }
  const checked = SCHEMAS[kind].safeParse(data);
  if (checked.success) return checked.data;
  const issues = checked.error.issues.slice(0, 5).map(({ path, message }) => {
    return path.length === 0 ? message : `${path.join('.')}: ${message}`;
  });
  throw new JobsError('job.invalid', `A job of the queue ${kind} is not valid: ${issues.join('; ')}.`, {
    advice: 'Use the functions of @etcd-kloset/jobs, of the same version as the services.',
  });
}
