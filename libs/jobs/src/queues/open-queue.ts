import {
  type BulkJobOptions,
  type Job,
  type JobsOptions,
  Queue,
  type QueueOptions,
  type Telemetry,
} from 'bullmq';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { redisErrorOf } from '../redis/redis-errors.ts';
import { checkJobData, type JobData, MAX_JOB_BYTES } from './job-data.ts';
import { type KindOf, kindOfQueue, type QueueKind, type QueueName } from './queue-names.ts';
import { QUEUE_POLICIES } from './queue-policies.ts';

export interface OpenQueueOptions {
  readonly telemetry?: Telemetry;
  /** Told of lost connections, for the log. */
  readonly onError?: (error: Error) => void;
}

export type JobQueue<Name extends QueueName = QueueName> = Queue<JobData[KindOf<Name>], unknown>;

/** The back-off that `openWorker` computes from the queue's policy. */
export const POLICY_BACK_OFF = 'policy';

/**
 * A queue that knows its policy (attempts, back-off, retention) and takes only jobs that its schema allows. Close it
 * after the workers. On a handle that fails fast `add` rejects while Redis is away, with an error of ioredis:
 * `orRedisError` makes it `redis.unreachable`.
 */
export function openQueue<Name extends QueueName>(
  redis: RedisHandle,
  name: Name,
  options: OpenQueueOptions = {},
): JobQueue<Name> {
  const kind = kindOfQueue(name);
  const queue = new CheckedQueue(kind, name, {
    connection: redis.client,
    prefix: redis.prefix,
    defaultJobOptions: jobOptions(kind),
    ...(options.telemetry === undefined ? {} : { telemetry: options.telemetry }),
    // Whoever must not wait for Redis must not wait for its version either.
    ...(redis.failFast ? { skipWaitingForReady: true, skipVersionCheck: true } : {}),
  });
  queue.on('error', (error) => options.onError?.(redisErrorOf(error) ?? error));
  return queue as unknown as JobQueue<Name>;
}

function jobOptions(kind: QueueKind): JobsOptions {
  const { attempts, keepCompleted, keepFailed } = QUEUE_POLICIES[kind];
  return {
    attempts,
    backoff: { type: POLICY_BACK_OFF },
    removeOnComplete: { count: keepCompleted.count, age: keepCompleted.ageSeconds },
    removeOnFail: { count: keepFailed.count, age: keepFailed.ageSeconds },
    sizeLimit: MAX_JOB_BYTES,
    stackTraceLimit: 3,
  };
}

/** Nothing that is not valid gets into a queue. */
class CheckedQueue extends Queue<object, unknown> {
  readonly #kind: QueueKind;

  constructor(kind: QueueKind, name: string, options: QueueOptions) {
    super(name, options);
    this.#kind = kind;
  }

  override async add(name: string, data: object, options?: JobsOptions): Promise<Job<object, unknown>> {
    return await super.add(name, checkJobData(this.#kind, data), options);
  }

  override async addBulk(
    jobs: { name: string; data: object; opts?: BulkJobOptions }[],
  ): Promise<Job<object, unknown>[]> {
    return await super.addBulk(jobs.map((job) => ({ ...job, data: checkJobData(this.#kind, job.data) })));
  }
}
