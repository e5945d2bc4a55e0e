import { isKlosetError } from '@etcd-kloset/errors';
import {
  DelayedError,
  type Job,
  RateLimitError,
  type Telemetry,
  UnrecoverableError,
  WaitingChildrenError,
  WaitingError,
  Worker,
} from 'bullmq';
import { JobsError } from '../errors.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { redisErrorOf } from '../redis/redis-errors.ts';
import { checkJobData, type JobData } from './job-data.ts';
import { failureFrom, formatFailure } from './job-failure.ts';
import { type KindOf, kindOfQueue, type QueueName } from './queue-names.ts';
import { backOffMs, QUEUE_POLICIES, type QueuePolicy } from './queue-policies.ts';
import { abortJob, trackJob } from './running-jobs.ts';

export interface OpenWorkerOptions {
  /** Jobs at a time. Default: the queue's policy. */
  readonly concurrency?: number;
  readonly telemetry?: Telemetry;
  /** Told of lost connections, lost locks and whatever BullMQ cannot tell otherwise: for the log. */
  readonly onError?: (error: Error) => void;
  /** Shown as the one who processed a job. */
  readonly name?: string;
  /** Instead of the policy's, for tests that wait for stalled jobs. */
  readonly lockDurationMs?: number;
  readonly stalledIntervalMs?: number;
}

/**
 * Does a job. Errors are thrown, never returned. A {@link KlosetError} that is not `retryable` fails the job for good; any other error is
 * tried again after the policy's back-off. `signal` says that the lock is lost, or that the worker is shutting down:
 * then stop soon, by throwing; what was not finished is done by another worker.
 */
export type JobProcessor<Name extends QueueName, Result> = (
  job: Job<JobData[KindOf<Name>], Result>,
  token: string,
  signal: AbortSignal,
) => Promise<Result>;

/** Starts to take jobs of a queue by its policy. End it with `drainWorker`, before the queues that it adds to. */
export function openWorker<Name extends QueueName, Result>(
  redis: RedisHandle,
  name: Name,
  processor: JobProcessor<Name, Result>,
  options: OpenWorkerOptions = {},
): Worker<JobData[KindOf<Name>], Result> {
  if (redis.failFast) throw new TypeError('a worker needs a connection that waits for Redis');
  const kind = kindOfQueue(name);
  const policy = QUEUE_POLICIES[kind];
  // BullMQ gives the signal to functions with three plain parameters only.
  const process = async (
    job: Job<JobData[KindOf<Name>], Result>,
    token: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Result> => {
    const running = trackJob(worker, job.id!, signal!);
    try {
      running.signal.throwIfAborted();
      job.data = checkJobData(kind, job.data) as JobData[KindOf<Name>];
      return await processor(job, token!, running.signal);
    } catch (error) {
      if (running.interrupted && !isControlFlow(error)) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      throw await toBullError(error, worker, policy);
    } finally {
      running.done();
    }
  };
  const worker: Worker<JobData[KindOf<Name>], Result> = new Worker(name, process, {
    connection: redis.client,
    prefix: redis.prefix,
    concurrency: options.concurrency ?? policy.concurrency,
    lockDuration: options.lockDurationMs ?? policy.lockDurationMs,
    stalledInterval: options.stalledIntervalMs ?? policy.stalledIntervalMs,
    maxStalledCount: policy.maxStalledCount,
    settings: {
      backoffStrategy: (tries = 1, _type, error) =>
        Math.max(backOffMs(policy.backOff, tries), askedToWaitMs(error)),
    },
    ...(policy.throttling === 'never' ? {} : { limiter: UNREACHABLE_LIMIT }),
    ...(options.telemetry === undefined ? {} : { telemetry: options.telemetry }),
    ...(options.name === undefined ? {} : { name: options.name }),
  });
  worker.on('error', (error) => options.onError?.(redisErrorOf(error) ?? error));
  worker.on('lockRenewalFailed', (jobs) => {
    for (const job of jobs) abortJob(worker, job, lockLost(job));
  });
  return worker;
}

/** `Worker.rateLimit` works only where a limiter is set; this one never limits by itself. */
const UNREACHABLE_LIMIT = { max: 1_000_000, duration: 1000 };

function lockLost(job: string): JobsError {
  return new JobsError('job.lock-lost', `The lock of job ${job} is lost: another worker may have it.`, {
    retryable: true,
  });
}

/** How a processor tells BullMQ that its job is not finished, and moved elsewhere. */
function isControlFlow(error: unknown): boolean {
  return [WaitingChildrenError, WaitingError, DelayedError, RateLimitError].some(
    (known) => error instanceof known,
  );
}

async function toBullError(error: unknown, worker: Worker, { throttling }: QueuePolicy): Promise<Error> {
  if (isControlFlow(error) || error instanceof UnrecoverableError) return error as Error;
  const known = redisErrorOf(error) ?? error;
  const reason = formatFailure(failureFrom(known));
  if (throttling !== 'never' && isKlosetError(known) && throttling.codes.includes(known.code)) {
    // All jobs wait, not only this one; it counts as a try, so that a store which never lets us in ends in an error.
    await worker.getBackend().setRateLimit(throttling.pauseMs);
  }
  const result =
    isKlosetError(known) && !known.retryable ? new UnrecoverableError(reason) : new Error(reason);
  result.cause = known;
  // Where it was thrown, not where it was translated.
  if (error instanceof Error && error.stack !== undefined) result.stack = error.stack;
  return result;
}

/** How long the other side wants to be left alone (`Retry-After`), as far as an error tells. */
function askedToWaitMs(error: Error | undefined): number {
  const cause: unknown = error?.cause;
  const ms = isKlosetError(cause) ? cause.context['retryAfterMs'] : undefined;
  return typeof ms === 'number' ? ms : 0;
}
