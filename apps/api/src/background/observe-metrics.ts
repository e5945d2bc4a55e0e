import {
  backupsQueue,
  CHUNKS_QUEUE,
  putsQueue,
  queueDepths,
  type QueueName,
  type RedisHandle,
  REQUESTS_QUEUE,
  type Staging,
  WEBHOOKS_QUEUE,
} from '@etcd-kloset/jobs';
import { type Boot } from '@etcd-kloset/platform';
import { type ClusterBook } from '../clusters/cluster-book.ts';
import { type RedisPulse } from '../redis/redis-pulse.ts';
import { newestOf } from '../stores/newest.ts';
import { type StoreViews } from '../stores/store-views.ts';

export interface Observed {
  readonly redis: RedisHandle;
  /** Whoever asks for metrics does not wait for a Redis that is away: then there are none of it. */
  readonly pulse: RedisPulse;
  readonly book: ClusterBook;
  readonly views: StoreViews;
  readonly staging: Staging;
}

/** What can be seen by looking: ages of backups, depths of queues, what lies in staging. @returns what ends it */
export function observeMetrics(
  { metrics, stores }: Pick<Boot, 'metrics' | 'stores'>,
  { redis, pulse, book, views, staging }: Observed,
): () => void {
  const clusters = () =>
    book.known().map((cluster) => ({ ...cluster, ...newestOf(views.get(cluster.store), cluster.name) }));
  const queues: readonly QueueName[] = [
    REQUESTS_QUEUE,
    CHUNKS_QUEUE,
    WEBHOOKS_QUEUE,
    ...stores.names.flatMap((store) => [
      backupsQueue(store),
      putsQueue({ store, kind: stores.config(store).kind }),
    ]),
  ];
  const depths = () => pulse.use(() => queueDepths(redis, queues));
  const ends = [
    metrics.backupAge.observe(() =>
      clusters().flatMap(({ name, store, newestProven }) =>
        newestProven === undefined
          ? []
          : [
              {
                value: (Date.now() - Date.parse(newestProven.time)) / 1000,
                labels: { cluster: name, store },
              },
            ],
      ),
    ),
    metrics.backupObjective.observe(() =>
      // Where nobody knows what is there, nobody may say that it is nothing.
      clusters().flatMap(({ name, store, objectiveSeconds, snapshots }) =>
        objectiveSeconds === undefined || snapshots === undefined
          ? []
          : [{ value: objectiveSeconds, labels: { cluster: name, store } }],
      ),
    ),
    metrics.snapshotMismatch.observe(() =>
      clusters().flatMap(({ name, newest }) =>
        newest === undefined
          ? []
          : [{ value: newest.proof === 'mismatch' ? 1 : 0, labels: { cluster: name } }],
      ),
    ),
    metrics.queueJobs.observe(async () =>
      (await depths()).flatMap(({ queue, waiting, active, delayed, waitingChildren, failed }) =>
        // In BullMQ's own words.
        Object.entries({ waiting, active, delayed, 'waiting-children': waitingChildren, failed }).map(
          ([state, value]) => ({ value, labels: { queue, state } }),
        ),
      ),
    ),
    metrics.queueOldestWait.observe(async () =>
      (await depths()).map(({ queue, oldestWaitMs }) => ({
        value: oldestWaitMs / 1000,
        labels: { queue },
      })),
    ),
    metrics.stagingBytes.observe(async () =>
      Object.entries((await pulse.use(() => staging.usage())).byStore).map(([store, value]) => ({
        value,
        labels: { store },
      })),
    ),
    metrics.stagingLimit.observe(() => [{ value: staging.limits.totalBytes, labels: {} }]),
  ];
  return () => {
    for (const end of ends) end();
  };
}
