import {
  type BackupJob,
  backupProgressSchema,
  backupResultSchema,
  failureOf,
  isCancelled,
  isFinished,
  type RedisHandle,
  storedSoFar,
} from '@etcd-kloset/jobs';
import { type JobState } from 'bullmq';
import { type JobView } from '../contract/schemas/job.ts';
import { type FoundJob } from './find-job.ts';

/** A backup's job as callers see it; undefined when it was evicted meanwhile. */
export async function viewOfJob(
  redis: RedisHandle,
  found: FoundJob,
  known?: JobState,
): Promise<JobView | undefined> {
  const state = known ?? (await found.job.getState());
  const job = await asOf(state, found);
  if (state === 'unknown' || job === undefined) return undefined;
  const error = await failureOf(redis, job);
  const { backup, cluster, store, step, trigger, labels, requestedBy, retryOf, requestedAt } = job.data;
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
    attempts: { made: triesOf(job, state, step), most: job.opts.attempts ?? 1 },
    progress: await progressOf(redis, job, state),
    result: result.success ? result.data : undefined,
    error,
    cancelRequested: !isFinished(state) && (await isCancelled(redis, backup)),
    requestedAt,
    startedAt: job.data.startedAt ?? timeOf(job.processedOn),
    finishedAt: timeOf(job.finishedOn),
  };
}

/** While chunks are on their way nobody holds the job who could tell: what is stored of them, staging knows. */
async function progressOf(
  redis: RedisHandle,
  { data: { backup, attempt, step }, progress }: FoundJob['job'],
  state: JobState,
): Promise<JobView['progress']> {
  const { data: told } = backupProgressSchema.safeParse(progress);
  if (told === undefined || attempt === undefined || step !== 'commit' || isFinished(state)) return told;
  const { chunks, bytes } = await storedSoFar(redis, { backup, attempt });
  return {
    ...told,
    chunks: { ...told.chunks, stored: Math.max(told.chunks.stored, chunks) },
    storedBytes: Math.max(told.storedBytes, bytes),
  };
}

/** It may have ended between the two looks at it: what has ended is shown with what came of it. */
async function asOf(
  state: JobState | 'unknown',
  { job, queue }: FoundJob,
): Promise<FoundJob['job'] | undefined> {
  if (state === 'unknown' || !isFinished(state) || typeof job.finishedOn === 'number') return job;
  return queue.getJob(job.data.backup);
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

/** BullMQ counts what has ended, and apart from it what was cut off with its worker; not what is under way. */
function triesOf(
  { attemptsMade, stalledCounter }: FoundJob['job'],
  state: JobState,
  step: BackupJob['step'],
): number {
  return attemptsMade + stalledCounter + (stateOf(state, step, undefined) === 'running' ? 1 : 0);
}

function timeOf(ms: number | null | undefined): string | undefined {
  return typeof ms !== 'number' ? undefined : new Date(ms).toISOString();
}
