import { keys, orRedisError, type RedisHandle } from '@etcd-kloset/jobs';
import { type Boot } from '@etcd-kloset/platform';
import { QueueEvents } from 'bullmq';
import { type BackupsQueue, type Queues } from '../backups/queues.ts';
import { type FinishedBackups, settleBackup } from './finished-backups.ts';
import { type Background, keepRunning } from './keep-running.ts';

const LOOK_EVERY_MS = 60_000;
/** By how much the clock of Redis, which numbers events, may be behind. */
const OVERLAP_MS = 60_000;
/** By how much the clock of a worker, which writes when a job ended, may be behind. */
const CLOCKS_APART_MS = 10 * 60_000;
/** Jobs that ended before are settled, or nobody can tell any more. */
const LOOK_BACK_MS = 7 * 24 * 3600 * 1000;
const BATCH = 100;

/**
 * Sees to it that the end of every backup is told: at once by BullMQ's events, and once a minute and at the start by
 * looking through the jobs that have ended since.
 */
export function watchBackups(
  { log }: Pick<Boot, 'log'>,
  redis: RedisHandle,
  queues: Queues,
  parts: FinishedBackups,
  /** Told of each backup that is committed, at once. */
  onCommitted: (store: string, cluster: string) => Promise<void>,
): Background {
  const listeners = [...queues.backups.values()].map((queue) => {
    const connection = redis.duplicateForBlocking();
    // By default it begins with what comes after it has connected, also when it connects again: some would be missed.
    const lastEventId = `${Date.now() - OVERLAP_MS}-0`;
    const events = new QueueEvents(queue.name, { connection, prefix: redis.prefix, lastEventId });
    const settle = ({ jobId }: { jobId: string }): void => {
      settleById(queue, jobId, parts).catch((error: unknown) => {
        log.warn('The end of a backup could not be told yet.', { backup: jobId, error });
      });
    };
    events.on('completed', settle);
    events.on('completed', ({ jobId }) => {
      tellCommitted(queue, jobId, onCommitted).catch((error: unknown) => {
        log.debug('A new snapshot is seen with the next look through its store.', { backup: jobId, error });
      });
    });
    events.on('failed', settle);
    events.on('error', (error) => log.debug('A listener of a queue lost its connection.', { error }));
    return async () => {
      const closed = events.close();
      // It waits in a command that nobody ends otherwise.
      connection.disconnect();
      await closed;
    };
  });
  const looking = keepRunning({ name: 'finished backups', log, everyMs: LOOK_EVERY_MS }, async (signal) => {
    for (const [store, queue] of queues.backups) {
      signal.throwIfAborted();
      await reconcile(redis, store, queue, parts);
    }
  });
  return {
    async stop() {
      await Promise.all([looking.stop(), ...listeners.map((close) => close())]);
    },
  };
}

async function tellCommitted(
  queue: BackupsQueue,
  id: string,
  onCommitted: (store: string, cluster: string) => Promise<void>,
): Promise<void> {
  const job = await queue.getJob(id);
  if (job !== undefined) await onCommitted(job.data.store, job.data.cluster);
}

async function settleById(queue: BackupsQueue, id: string, parts: FinishedBackups): Promise<void> {
  const job = await queue.getJob(id);
  const state = await job?.getState();
  // A failed try that is followed by another one is no end.
  if (job !== undefined && (state === 'completed' || state === 'failed'))
    await settleBackup(parts, job, state);
}

/** All that ended since the last time, whoever looked then; a mark in Redis says until when everything is told. */
async function reconcile(
  redis: RedisHandle,
  store: string,
  queue: BackupsQueue,
  parts: FinishedBackups,
): Promise<void> {
  const now = Date.now();
  const mark = keys.schedule(redis.prefix, `settled/${store}`);
  const since = Math.max(
    Number((await orRedisError(redis.client.get(mark))) ?? 0) - CLOCKS_APART_MS,
    now - LOOK_BACK_MS,
  );
  let failure: { readonly error: unknown } | undefined;
  for (const state of ['completed', 'failed'] as const) {
    const ids = await orRedisError(redis.client.zrangebyscore(queue.toKey(state), since, '+inf'));
    for (let at = 0; at < ids.length; at += BATCH) {
      const jobs = await Promise.all(ids.slice(at, at + BATCH).map((id) => queue.getJob(id)));
      for (const job of jobs) {
        if (job === undefined) continue;
        // One that cannot be settled holds up no other; it is looked at again as long as it is kept.
        await settleBackup(parts, job, state).catch((error: unknown) => (failure ??= { error }));
      }
    }
  }
  if (failure !== undefined) throw failure.error;
  await orRedisError(redis.client.set(mark, now));
}
