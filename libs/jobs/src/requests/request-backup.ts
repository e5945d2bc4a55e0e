import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { JobsError } from '../errors.ts';
import { type JobQueue, openQueue } from '../queues/open-queue.ts';
import { REQUESTS_QUEUE } from '../queues/queue-names.ts';
import { type RedisHandle } from '../redis/connect-redis.ts';
import { orRedisError } from '../redis/redis-errors.ts';

export type RequestsQueue = JobQueue<typeof REQUESTS_QUEUE>;

export interface BackupRequest {
  /** The cluster's name, as the configuration or the API has it. */
  readonly cluster: string;
  /** For the snapshot's record. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Who asks, for people: a team's or a program's name. */
  readonly requestedBy?: string;
  /** A UUID; the same request made twice is one. Default: a random one. */
  readonly request?: string;
}

/** Redis is there or not: nobody waits for it with a request in hand. */
const PATIENCE_MS = 5000;

/**
 * Asks for a backup. Resolves when the request is in Redis; whether the cluster is known, and what becomes of it, tells
 * `followBackup`.
 *
 * Throws `job.invalid`, or `redis.unreachable` within seconds when Redis is away. In that case it may still have
 * arrived: ask again with `context.request` of the error as `request`, and there will be one backup.
 */
export async function requestBackup(
  redis: RedisHandle | RequestsQueue,
  wish: BackupRequest,
): Promise<{ readonly request: string }> {
  const { cluster, labels, requestedBy, request = randomUUID() } = wish;
  const data = { version: 1, request, cluster, trigger: 'queue', labels, requestedBy } as const;
  const queue = isQueue(redis) ? redis : openQueue(redis, REQUESTS_QUEUE);
  try {
    await inTime(
      orRedisError(queue.add('request', { ...data, labels: labels && { ...labels } }, { jobId: request })),
      request,
    );
    return { request };
  } finally {
    // Its connection is the handle's, and stays.
    if (queue !== redis) void queue.close().catch(() => undefined);
  }
}

function isQueue(redis: RedisHandle | RequestsQueue): redis is RequestsQueue {
  return redis instanceof Queue;
}

async function inTime(added: Promise<unknown>, request: string): Promise<void> {
  const timer = new AbortController();
  const late = sleep(PATIENCE_MS, 'late', { signal: timer.signal }).catch(() => 'late');
  try {
    if ((await Promise.race([added, late])) !== 'late') return;
  } catch (error) {
    if (error instanceof JobsError && error.code === 'redis.unreachable') throw away(request, error);
    throw error;
  } finally {
    timer.abort();
  }
  throw away(request);
}

function away(request: string, cause?: JobsError): JobsError {
  return new JobsError(
    'redis.unreachable',
    'Redis does not answer: it is not known whether it has the request.',
    {
      advice: 'Check that Redis runs and that its address is right, then ask again with the same request id.',
      retryable: true,
      context: { request },
      cause,
    },
  );
}
