import { emitOnce, keys, orRedisError, type RedisHandle } from '@etcd-kloset/jobs';
import { type RegisteredCluster } from '@etcd-kloset/platform';
import { newestOf } from './newest.ts';
import { type StoreState } from './store-views.ts';

/**
 * Tells of clusters whose newest proven snapshot is older than their objective: once, until there is a newer one. One
 * that never had any has the time of its objective for the first.
 */
export async function tellOverdue(
  redis: RedisHandle,
  state: StoreState,
  clusters: readonly RegisteredCluster[],
  now: Date,
): Promise<void> {
  if (state.scannedAt === undefined) return;
  for (const { name, store, objectiveSeconds } of clusters) {
    if (store !== state.name || objectiveSeconds === undefined) continue;
    const { newestProven } = newestOf(state, name);
    const since =
      newestProven === undefined ? await firstSeen(redis, name, now) : Date.parse(newestProven.time);
    const objectiveMs = objectiveSeconds * 1000;
    const ageMs = now.getTime() - since;
    if (ageMs <= objectiveMs) continue;
    const id = `${store}/${name}/overdue/${newestProven?.id ?? 'none'}`;
    const age = newestProven === undefined ? {} : { ageMs };
    await emitOnce(redis, 'cluster.overdue', { cluster: name, store, objectiveMs, ...age }, { id });
  }
}

async function firstSeen({ client, prefix }: RedisHandle, name: string, now: Date): Promise<number> {
  const key = keys.schedule(prefix, 'first-seen');
  await orRedisError(client.hsetnx(key, name, now.getTime()));
  return Number(await orRedisError(client.hget(key, name)));
}
