import { type Job } from 'bullmq';
import { backupResultSchema } from '../backup/backup-job.ts';
import { JobsError } from '../errors.ts';
import { outcomeEvents } from '../events/backup-outcome.ts';
import { makeEvent } from '../events/cloud-event.ts';
import { type CloudEvent } from '../events/event-types.ts';
import { failureOf } from '../queues/children.ts';
import { type JobFailure } from '../queues/job-failure.ts';
import { openQueue } from '../queues/open-queue.ts';
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
  return await withJob(redis, REQUESTS_QUEUE, request, async (job) => {
    if (job === undefined) return { is: 'unknown' };
    if (!(await job.isFailed())) return { is: 'waiting', at: job.timestamp };
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
  return await withJob(redis, backupsQueue(store), backup, async (job) => {
    if (job === undefined) return 'unknown';
    const state = await job.getState();
    if (state === 'unknown') return 'unknown';
    const time = new Date(job.finishedOn ?? job.timestamp);
    if (state === 'completed') {
      const result = backupResultSchema.safeParse(job.returnvalue);
      if (!result.success) {
        throw new JobsError('job.invalid', `The job of the backup ${backup} has no result that we know.`);
      }
      return { endedAt: time.getTime(), events: outcomeEvents(backup, result.data, { time }) };
    }
    if (state !== 'failed') return 'running';
    const { cluster } = job.data as { cluster: string };
    const error = (await failureOf(redis, job)) ?? NO_REASON;
    const event = makeEvent('backup.failed', { backup, cluster, store, error }, { time });
    return { endedAt: time.getTime(), events: [event] };
  });
}

async function withJob<Result>(
  redis: RedisHandle,
  name: QueueName,
  id: string,
  look: (job: Job | undefined) => Promise<Result>,
): Promise<Result> {
  const queue = openQueue(redis, name);
  try {
    return await orRedisError(queue.getJob(id).then(look));
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
