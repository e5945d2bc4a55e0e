import { type Job } from 'bullmq';
import { JobsError } from '../errors.ts';
import { type CloudEvent } from '../events/event-types.ts';
import { type JobFailure, jobErrorOf } from '../queues/job-failure.ts';
import { type JobQueue } from '../queues/open-queue.ts';
import { type WEBHOOKS_QUEUE } from '../queues/queue-names.ts';
import { orRedisError } from '../redis/redis-errors.ts';
import { isWebhookJobId, type WebhookJob, webhookJobSchema } from './webhook-job.ts';

type WebhooksQueue = JobQueue<typeof WEBHOOKS_QUEUE>;

/** An event that a webhook did not take. Kept by age and count, see `QUEUE_POLICIES`. */
export interface DeadLetter {
  /** What `retryDeadLetter` takes. */
  readonly id: string;
  readonly webhook: string;
  readonly event: CloudEvent;
  readonly attempts: number;
  /** Of the last attempt, RFC 3339. */
  readonly failedAt: string;
  readonly error: JobFailure;
}

/** The newest first, and how many there are in all. */
export async function listDeadLetters(
  queue: WebhooksQueue,
  { offset = 0, limit = 50 }: { readonly offset?: number; readonly limit?: number } = {},
): Promise<{ readonly total: number; readonly letters: DeadLetter[] }> {
  const [total, jobs] = await orRedisError(
    Promise.all([queue.getFailedCount(), queue.getFailed(offset, offset + limit - 1)]),
  );
  return { total, letters: jobs.flatMap((job) => letterOf(job) ?? []) };
}

/** Sends it again, with all its attempts. Throws `webhook.no-dead-letter` when there is none with this id. */
export async function retryDeadLetter(queue: WebhooksQueue, id: string): Promise<void> {
  if (!isWebhookJobId(id)) throw noDeadLetter(id);
  const job = await orRedisError(queue.getJob(id));
  if (job === undefined || !(await orRedisError(job.isFailed()))) throw noDeadLetter(id);
  try {
    await job.retry('failed', { resetAttemptsMade: true });
  } catch (error) {
    // Somebody else was quicker.
    if (!(await orRedisError(job.isFailed()))) throw noDeadLetter(id);
    throw error;
  }
}

/** `undefined` for what is no delivery: somebody else's job, or one that went while it was looked at. */
function letterOf(job: Job | undefined): DeadLetter | undefined {
  const data = webhookJobSchema.safeParse(job?.data);
  if (job === undefined || !data.success) return undefined;
  const { webhook, event }: WebhookJob = data.data;
  return {
    id: job.id!,
    webhook,
    event,
    attempts: job.attemptsMade,
    failedAt: new Date(job.finishedOn ?? job.timestamp).toISOString(),
    error: jobErrorOf(job) ?? { code: 'job.unexpected', message: 'It is not known why.' },
  };
}

function noDeadLetter(id: string): JobsError {
  return new JobsError('webhook.no-dead-letter', `There is no dead letter ${id}.`, {
    advice: 'It may have been sent again, or was too old to be kept: list those that are there.',
  });
}
