import { type Job, type JobsOptions, UnrecoverableError, WaitingChildrenError } from 'bullmq';
import { JobsError } from '../errors.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { JOB_NAMES, type JobData } from './job-data.ts';
import { failedChildOf, type JobFailure, jobErrorOf, parseFailedReason, reasonOf } from './job-failure.ts';
import { type KindOf, kindOfQueue, type QueueName } from './queue-names.ts';
import { type JobQueue } from './open-queue.ts';

/** Which job children belong to; any process may add some, as long as it is not finished. */
export interface ParentJob {
  readonly id: string;
  /** With the prefix: `job.queueQualifiedName`, or `qualifiedQueue` of its name. */
  readonly queue: string;
}

/** The name of a queue as BullMQ wants it for parents. */
export function qualifiedQueue(redis: Pick<RedisHandle, 'prefix'>, name: QueueName): string {
  return `${redis.prefix}:${name}`;
}

/**
 * Adds a child. Its failure, after all its tries, fails the parent, whatever that does at the moment: a parent never
 * completes with a child that failed. `jobId` makes it safe to call twice: a second one with an id that is still known
 * is ignored.
 */
export async function addChild<Name extends QueueName>(
  parent: ParentJob,
  queue: JobQueue<Name>,
  data: JobData[KindOf<Name>],
  options: Pick<JobsOptions, 'jobId' | 'attempts' | 'delay'> = {},
): Promise<Job> {
  const name = JOB_NAMES[kindOfQueue(queue.name as QueueName)];
  return await queue.add(name as never, data as never, { ...options, parent, failParentOnFailure: true });
}

/**
 * Lets go of a job until its children have ended: throws BullMQ's `WaitingChildrenError`, to be passed on, when there are
 * some that have not; returns when there are none. Throws the failure of a child when one has failed already.
 */
export async function waitForChildren(redis: RedisHandle, job: Job, token: string): Promise<void> {
  let moved: boolean;
  try {
    moved = await job.moveToWaitingChildren(token);
  } catch (error) {
    // A failed child, of which BullMQ does not say which one.
    if (!(error instanceof UnrecoverableError)) throw error;
    throw failureError((await failureOfChild(redis, job)) ?? parseFailedReason(error.message));
  }
  if (moved) throw new WaitingChildrenError();
}

/** Why a job failed, or its last try; of one that failed because of a child, why the child did. `undefined` when it did not fail. */
export async function failureOf(redis: RedisHandle, job: Job): Promise<JobFailure | undefined> {
  const own = jobErrorOf(job);
  if (own?.code !== 'job.child-failed') return own;
  return (await failureOfChild(redis, job)) ?? own;
}

/** A failure as an error, for whoever fails because of it; it is not tried again. */
export function failureError({ code, message, advice }: JobFailure): JobsError {
  return new JobsError(code as 'job.child-failed', message, { advice });
}

/** Why a child of this job failed; `undefined` while none has. */
export async function failureOfChild(redis: RedisHandle, job: Job): Promise<JobFailure | undefined> {
  const named = failedChildOf(reasonOf(job));
  const [first] = await redis.client.zrange(`${job.queueQualifiedName}:${job.id!}:unsuccessful`, '0', '0');
  for (const key of [named, first]) {
    const reason = key === undefined ? null : await redis.client.hget(key, 'failedReason');
    if (reason !== null) return parseFailedReason(reason);
  }
  return undefined;
}

/**
 * Forgets what the children of a finished job returned: BullMQ keeps a line for each of them as long as it keeps the
 * job, which for a large first backup is more than all else together.
 */
export async function forgetChildren(redis: RedisHandle, job: Job): Promise<void> {
  await redis.client.del(`${job.queueQualifiedName}:${job.id!}:processed`);
}
