import {
  type BackupJob,
  backupProgressSchema,
  backupResultSchema,
  failureOf,
  isCancelled,
  isFinished,
  type RedisHandle,
} from '@etcd-kloset/jobs';
import { type Job, type JobState } from 'bullmq';
import { type JobView } from '../contract/schemas/job.ts';

/** As BullMQ has it: fields that its types do not call optional are null while there is nothing to say. */
type BackupsJob = Job<BackupJob, unknown>;

/** A backup's job as callers see it. */
export async function viewOfJob(
  redis: RedisHandle,
  job: BackupsJob,
  known?: JobState,
): Promise<JobView | undefined> {
  const state = known ?? (await job.getState());
  // Evicted between two looks.
  if (state === 'unknown') return undefined;
  const error = await failureOf(redis, job);
  const { backup, cluster, store, step, trigger, labels, requestedBy, retryOf, requestedAt } = job.data;
  const progress = backupProgressSchema.safeParse(job.progress);
  const result = backupResultSchema.safeParse(job.returnvalue);
  return {
    id: backup,
    cluster,
    store,
    state: stateOf(state, step, error?.code),
    step,
    trigger,
    labels: labels ?? {},
    requestedBy,
    retryOf,
    attempts: { made: job.attemptsMade, most: job.opts.attempts ?? 1 },
    progress: progress.success ? progress.data : undefined,
    result: result.success ? result.data : undefined,
    error,
    cancelRequested: !isFinished(state) && (await isCancelled(redis, backup)),
    requestedAt,
    startedAt: timeOf(job.processedOn),
    finishedAt: timeOf(job.finishedOn),
  };
}

function stateOf(state: JobState, step: BackupJob['step'], code: string | undefined): JobView['state'] {
  switch (state) {
    case 'completed':
      return 'committed';
    case 'failed':
      return code === 'backup.cancelled' ? 'cancelled' : 'failed';
    case 'delayed':
      return 'delayed';
    case 'active':
    case 'waiting-children':
      return 'running';
    case 'waiting':
    case 'prioritized':
      // Between its two steps it waits for a worker, and is no less under way.
      return step === 'commit' ? 'running' : 'queued';
  }
}

function timeOf(ms: number | null | undefined): string | undefined {
  return typeof ms !== 'number' ? undefined : new Date(ms).toISOString();
}
