import { describeError, isKlosetError } from '@etcd-kloset/errors';
import { hangs, type PooledStore } from './pooled-store.ts';
import { type StoreHealth } from './store-pool.ts';
import { within } from './within.ts';

/** Looks at a store once, without patience. */
export async function checkHealth(
  store: Pick<PooledStore, 'config' | 'look'>,
  timeoutMs: number,
): Promise<StoreHealth> {
  const { name, kind } = store.config;
  const began = performance.now();
  let error: StoreHealth['error'];
  try {
    await within(store.look(), timeoutMs, (ms) => hangs(name, ms));
  } catch (caught) {
    if (!isKlosetError(caught)) throw caught;
    const { code, advice } = caught;
    const [message = ''] = describeError(caught).split('\n');
    error = { code, message, ...(advice === undefined ? {} : { advice }) };
  }
  return { name, kind, healthy: error === undefined, ms: performance.now() - began, error };
}
