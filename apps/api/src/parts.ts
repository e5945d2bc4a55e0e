import { type RedisHandle, Staging } from '@etcd-kloset/jobs';
import { type ApiKeys, apiKeys, type Boot, stagingLimits } from '@etcd-kloset/platform';
import { openQueues, type Queues } from './backups/queues.ts';
import { type ClusterBook, createClusterBook } from './clusters/cluster-book.ts';
import { type EventHub, startEventHub } from './events/event-hub.ts';
import { createRequestLimits, type RequestLimits } from './http/request-limits.ts';
import { type RedisPulse, startRedisPulse } from './redis/redis-pulse.ts';
import { createPlaces, type Places } from './snapshots/places.ts';
import { createKeyCounts, type KeyCountCache } from './snapshots/key-counts.ts';
import { createStoreViews, type StoreViews } from './stores/store-views.ts';

/** What controllers are given. */
export const PARTS = Symbol('parts of the API');

/** What the API is made of, shared by all requests. */
export interface Parts {
  readonly boot: Boot;
  /** Answers within seconds, or not at all. */
  readonly redis: RedisHandle;
  readonly pulse: RedisPulse;
  readonly keys: ApiKeys;
  readonly limits: RequestLimits;
  readonly queues: Queues;
  readonly book: ClusterBook;
  readonly views: StoreViews;
  readonly hub: EventHub;
  readonly staging: Staging;
  readonly keyCounts: KeyCountCache;
  /** Each download and each count of keys takes memory and threads. */
  readonly decrypting: Places;
  readonly listening: Places;
  close(): Promise<void>;
}

const MOST_DECRYPTING = 2;
const MOST_LISTENING = 200;

export function createParts(boot: Boot): Parts {
  const { config, log, registry } = boot;
  const redis = boot.fastRedis;
  const pulse = startRedisPulse(redis);
  const queues = openQueues(boot, redis);
  const views = createStoreViews(boot);
  const hub = startEventHub(boot.redis, log);
  const staging = new Staging(redis, stagingLimits(config));
  return {
    boot,
    redis,
    pulse,
    keys: apiKeys(config.api.keys),
    limits: createRequestLimits(config.api.rateLimit, redis, pulse),
    queues,
    book: createClusterBook(registry, pulse),
    views,
    hub,
    staging,
    keyCounts: createKeyCounts(),
    decrypting: createPlaces(MOST_DECRYPTING),
    listening: createPlaces(MOST_LISTENING),
    async close() {
      pulse.stop();
      await hub.stop();
      staging.close();
      await queues.close();
    },
  };
}
