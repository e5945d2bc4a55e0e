import { redisCheck } from '../health/redis-check.ts';
import { storeCheck } from '../health/store-check.ts';
import { type Boot } from './boot.ts';

/** Longer than the pool takes to find out. */
const STORE_TIMEOUT_MS = 8000;
const STORE_FRESH_MS = 15_000;
const REDIS_FRESH_MS = 1000;

/**
 * What every service needs. Stores are told of but critical only where the configuration says so: a store that is
 * away would otherwise take all replicas of everything out of service at once, also for all other stores.
 */
export function registerChecks(
  boot: Pick<Boot, 'service' | 'config' | 'health' | 'redis' | 'stores' | 'stop'>,
): void {
  const { config, health, redis, stores, stop } = boot;
  health.readiness(
    'process',
    () => (stop.asked.aborted ? Promise.reject(new Error('It is ending.')) : Promise.resolve(undefined)),
    { critical: true, freshMs: 0 },
  );
  health.readiness('redis', redisCheck(redis, config.redis.allowNoPersistence), {
    critical: true,
    freshMs: REDIS_FRESH_MS,
  });
  for (const name of storesOf(boot)) {
    health.readiness(`store ${name}`, storeCheck(stores, name), {
      critical: config.ops.requiredStores.includes(name),
      timeoutMs: STORE_TIMEOUT_MS,
      freshMs: STORE_FRESH_MS,
    });
  }
}

/** The stores that a service talks to. */
function storesOf({
  service,
  config,
  stores,
}: Pick<Boot, 'service' | 'config' | 'stores'>): readonly string[] {
  const { snapshot, storage } = config.workers;
  const served = (only: readonly string[] | undefined): readonly string[] =>
    stores.names.filter((name) => only?.includes(name) ?? true);
  switch (service) {
    case 'api':
    case 'embedded':
      return stores.names;
    case 'snapshot-worker':
      return served(snapshot.stores);
    case 'chunk-worker':
      return [];
    case 'storage-writer':
      return served(storage.stores).filter(
        (name) => storage.kinds?.includes(stores.config(name).kind) ?? true,
      );
  }
}
