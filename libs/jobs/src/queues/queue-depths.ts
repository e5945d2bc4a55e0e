import { type RedisHandle } from '../redis/connect-redis.ts';
import { orRedisError } from '../redis/redis-errors.ts';
import { type QueueName } from './queue-names.ts';

/** How full a queue is. */
export interface QueueDepth {
  readonly queue: QueueName;
  readonly waiting: number;
  readonly active: number;
  /** Those that wait for their time: a back-off, a schedule's jitter. */
  readonly delayed: number;
  readonly waitingChildren: number;
  /** Those that are still kept. */
  readonly failed: number;
  readonly completed: number;
  /** For how long the job that is next has been waiting, since its time came; 0 when none is. */
  readonly oldestWaitMs: number;
}

/** The depths of queues, in two round trips; a queue that never had a job is empty. */
export async function queueDepths(redis: RedisHandle, queues: readonly QueueName[]): Promise<QueueDepth[]> {
  const counts = redis.client.pipeline();
  for (const queue of queues) {
    const key = (part: string): string => `${redis.prefix}:${queue}:${part}`;
    counts.llen(key('wait')).llen(key('active')).zcard(key('delayed')).zcard(key('waiting-children'));
    counts.zcard(key('failed')).zcard(key('completed')).lindex(key('wait'), -1);
  }
  const answers = await resultsOf(counts.exec());
  const rows = queues.map((_, at) => answers.slice(at * 7, at * 7 + 7));
  const ages = redis.client.pipeline();
  queues.forEach((queue, at) => {
    ages.hmget(`${redis.prefix}:${queue}:${(rows[at]![6] as string | null) ?? ''}`, 'timestamp', 'opts');
  });
  const since = (await resultsOf(ages.exec())) as [string | null, string | null][];
  return queues.map((queue, at) => {
    const [waiting, active, delayed, waitingChildren, failed, completed] = rows[at] as number[];
    const due = dueOf(...since[at]!);
    return {
      queue,
      waiting: waiting!,
      active: active!,
      delayed: delayed!,
      waitingChildren: waitingChildren!,
      failed: failed!,
      completed: completed!,
      oldestWaitMs: due === undefined ? 0 : Math.max(0, Date.now() - due),
    };
  });
}

/** When a job was to be done at the earliest: a schedule's jitter is no wait. */
function dueOf(added: string | null, options: string | null): number | undefined {
  if (added === null) return undefined;
  const { delay = 0 } = JSON.parse(options ?? '{}') as { readonly delay?: number };
  return Number(added) + delay;
}

async function resultsOf(work: Promise<[Error | null, unknown][] | null>): Promise<unknown[]> {
  const results = (await orRedisError(work)) ?? [];
  return results.map(([error, result]) => {
    if (error !== null) throw error;
    return result;
  });
}
