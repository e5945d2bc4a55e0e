import { type JobQueue, openQueue, putsQueue, type PutsQueue } from '@etcd-kloset/jobs';
import { type Boot } from '@etcd-kloset/platform';

/** The queues of all stores, each opened when a chunk is for it. */
export interface PutQueues {
  /** @throws PlatformError `store.unknown` */
  of(store: string): JobQueue<PutsQueue>;
  close(): Promise<void>;
}

export function putQueues({ log, redis, stores, telemetry }: Boot): PutQueues {
  const opened = new Map<string, JobQueue<PutsQueue>>();
  return {
    of: (store) => {
      const queue =
        opened.get(store) ??
        openQueue(redis, putsQueue({ kind: stores.config(store).kind, store }), {
          telemetry: telemetry.bullmq,
          onError: (error) => log.warn('A queue is in trouble.', { store, error }),
        });
      opened.set(store, queue);
      return queue;
    },
    close: async () => {
      await Promise.all([...opened.values()].map((queue) => queue.close()));
    },
  };
}
