import { type Job } from 'bullmq';
import { type BackupJob, backupResultSchema } from '../backup/backup-job.ts';
import { JobsError } from '../errors.ts';
import { outcomeEvents } from '../events/backup-outcome.ts';
import { makeEvent } from '../events/cloud-event.ts';
import { type CloudEvent } from '../events/event-types.ts';
import { failureOf } from '../queues/children.ts';
import { type JobFailure } from '../queues/job-failure.ts';
import { isFinished } from '../queues/job-state.ts';
import { type JobQueue, openQueue } from '../queues/open-queue.ts';
import { backupsQueue, type QueueName, REQUESTS_QUEUE } from '../queues/queue-names.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { orRedisError } from '../redis/redis-errors.ts';
import { readRequestState, type RequestState } from './request-state.ts';

/** What is known of a request besides the stream of events. */
export type RequestOutcome =
  /** Nothing (any more). */
  | { readonly is: 'unknown' }
  /** In the queue of requests; not looked at yet, or being tried again. */
  | { readonly is: 'waiting'; readonly at: number }
  /** Looked at in vain for too often. */
  | { readonly is: 'stuck'; readonly failure: JobFailure }
  | { readonly is: 'accepted'; readonly at: number; readonly backup: string; readonly store: string }
  | { readonly is: 'refused'; readonly at: number; readonly events: CloudEvent[] };

export async function lookUpRequest(redis: RedisHandle, request: string): Promise<RequestOutcome> {
  const state = await readRequestState(redis, request);
  if (state !== undefined) return outcomeOf(state);
  return await withQueue(redis, REQUESTS_QUEUE, async (queue) => {
    // The state first: a job that was read before it failed has no reason.
    const failed = (await queue.getJobState(request)) === 'failed';
    const job = await queue.getJob(request);
    if (job === undefined) return { is: 'unknown' };
    if (!failed) return { is: 'waiting', at: job.timestamp };
    return { is: 'stuck', failure: (await failureOf(redis, job)) ?? NO_REASON };
  });
}

function outcomeOf(state: RequestState): RequestOutcome {
  const at = Date.parse(state.at);
  if (state.state === 'accepted') return { is: 'accepted', at, backup: state.backup, store: state.store };
  const { request, cluster, error } = state;
  return { is: 'refused', at, events: [makeEvent('request.refused', { request, cluster, error })] };
}

const NO_REASON: JobFailure = { code: 'job.unexpected', message: 'It is not known why.' };

/** How a backup's job ended: the events that tell of it (with the same ids), and when. */
export interface BackupOutcome {
  readonly endedAt: number;
  readonly events: CloudEvent[];
}

/** `running` also for one that waits for its time. `unknown`: its job is not kept any more. */
export async function lookUpBackup(
  redis: RedisHandle,
  store: string,
  backup: string,
): Promise<BackupOutcome | 'running' | 'unknown'> {
  return await withQueue(redis, backupsQueue(store), async (queue) => {
    // The state first: a job that was read before it ended has no result.
    const state = await queue.getJobState(backup);
    if (state === 'unknown') return 'unknown';
    if (!isFinished(state)) return 'running';
    const job = await queue.getJob(backup);
    return job === undefined ? 'unknown' : await outcomeOfJob(redis, job, { backup, store });
  });
}

async function outcomeOfJob(
  redis: RedisHandle,
  job: Job<BackupJob>,
  of: { readonly backup: string; readonly store: string },
): Promise<BackupOutcome> {
  const time = new Date(job.finishedOn ?? job.timestamp);
  const failure = await failureOf(redis, job);
  if (failure !== undefined) {
    const data = { ...of, cluster: job.data.cluster, error: failure };
    return { endedAt: time.getTime(), events: [makeEvent('backup.failed', data, { time })] };
  }
  const result = backupResultSchema.safeParse(job.returnvalue);
  if (!result.success) {
    throw new JobsError('job.invalid', `The job of the backup ${of.backup} has no result that we know.`);
  }
  return { endedAt: time.getTime(), events: outcomeEvents(of.backup, result.data, { time }) };
}

async function withQueue<Name extends QueueName, Result>(
  redis: RedisHandle,
  name: Name,
  look: (queue: JobQueue<Name>) => Promise<Result>,
): Promise<Result> {
  const queue = openQueue(redis, name);
  try {
    return await orRedisError(look(queue));
  } finally {
    void queue.close().catch(() => undefined);
  }
}

export function unknownRequest(request: string): JobsError {
  return new JobsError('request.unknown', `Nothing is known of the request ${request}.`, {
    advice:
      'Check the id; requests are forgotten after seven days. What is in the store, the list of snapshots tells.',
    context: { request },
  });
}
