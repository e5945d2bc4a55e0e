import { backupsQueue, connectRedis, openQueue, type RedisHandle } from '@etcd-kloset/jobs';
import { RedisServer, type requireRedis } from '@etcd-kloset/testing';
import { type BackupsQueue } from '../backups/queues.ts';

export interface BackupsQueueOnRedis {
  readonly redis: RedisHandle;
  /** Of the store `main`. */
  readonly queue: BackupsQueue;
  stop(): Promise<void>;
}

/** A Redis of its own with the queue of one store, for what needs no API around it. */
export async function startBackupsQueue(
  program: Awaited<ReturnType<typeof requireRedis>>,
): Promise<BackupsQueueOnRedis> {
  const server = await RedisServer.start(program);
  const redis = connectRedis({ url: server.url });
  const queue = openQueue(redis, backupsQueue('main'));
  return {
    redis,
    queue,
    async stop() {
      await queue.close();
      await redis.close();
      await server.stop();
    },
  };
}
