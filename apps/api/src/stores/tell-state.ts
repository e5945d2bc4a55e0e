import { emitEvent, keys, orRedisError, type RedisHandle } from '@etcd-kloset/jobs';
import { type StoreState } from './store-views.ts';

/** Tells when a store is away, and when it is back: once each, whichever replica sees it first. */
export async function tellStoreState(redis: RedisHandle, { name, error }: StoreState): Promise<void> {
  const { client, prefix } = redis;
  const now = error === undefined ? 'reachable' : 'unreachable';
  const key = keys.schedule(prefix, `store/${name}`);
  const before = await orRedisError(client.set(key, now, 'GET'));
  if (before === now || (before === null && error === undefined)) return;
  if (error === undefined) await emitEvent(redis, 'store.reachable', { store: name });
  else await emitEvent(redis, 'store.unreachable', { store: name, error });
}
