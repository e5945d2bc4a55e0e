import { KlosetError } from '@etcd-kloset/errors';
import { type StorePool } from '../stores/store-pool.ts';
import { type HealthCheck } from './check.ts';

/** The store answers. */
export function storeCheck(stores: StorePool, name: string): HealthCheck {
  return async () => {
    const { healthy, ms, kind, error } = await stores.health(name);
    if (healthy) return { kind, ms: Math.round(ms) };
    throw new KlosetError(
      error?.code ?? 'store.unhealthy',
      error?.message ?? `${name} does not answer.`,
      error,
    );
  };
}
