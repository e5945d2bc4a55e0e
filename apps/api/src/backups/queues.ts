import {
  backupsQueue,
  CHUNKS_QUEUE,
  type JobQueue,
  openQueue,
  putsQueue,
  type RedisHandle,
  REQUESTS_QUEUE,
  WEBHOOKS_QUEUE,
} from '@etcd-kloset/jobs';
import { type Boot } from '@etcd-kloset/platform';

export type BackupsQueue = JobQueue<ReturnType<typeof backupsQueue>>;

/** The queues that the API looks into and adds to, over one connection. */
export interface Queues {
  readonly requests: JobQueue<typeof REQUESTS_QUEUE>;
  readonly webhooks: JobQueue<typeof WEBHOOKS_QUEUE>;
  /** By the name of the store. */
  readonly backups: ReadonlyMap<string, BackupsQueue>;
  /** Those of chunks on their way: only to be looked at. */
  readonly chunks: readonly JobQueue[];
  close(): Promise<void>;
}

export function openQueues(boot: Pick<Boot, 'stores' | 'telemetry' | 'log'>, redis: RedisHandle): Queues {
  const options = {
    telemetry: boot.telemetry.bullmq,
    onError: (error: Error) => boot.log.debug('A queue lost its connection.', { error }),
  };
  const requests = openQueue(redis, REQUESTS_QUEUE, options);
  const webhooks = openQueue(redis, WEBHOOKS_QUEUE, options);
  const backups = new Map(
    boot.stores.names.map((store) => [store, openQueue(redis, backupsQueue(store), options)]),
  );
  const chunks: JobQueue[] = [
    openQueue(redis, CHUNKS_QUEUE, options),
    ...boot.stores.names.map((store) =>
      openQueue(redis, putsQueue({ store, kind: boot.stores.config(store).kind }), options),
    ),
  ];
  return {
    requests,
    webhooks,
    backups,
    chunks,
    async close() {
      await Promise.all([requests, webhooks, ...backups.values(), ...chunks].map((queue) => queue.close()));
    },
  };
}
