import { emitOnce, keys, orRedisError, readRequestState, type RedisHandle } from '@etcd-kloset/jobs';
import { type Boot, type RegisteredCluster } from '@etcd-kloset/platform';
import { dispatch } from '../backups/dispatch.ts';
import { type Queues } from '../backups/queues.ts';
import { type SnapshotView } from '../contract/schemas/snapshot.ts';
import { snapshotsOfCluster, type StoreViews } from '../stores/store-views.ts';
import { lastDueTime } from './due-times.ts';
import { tickAt } from './tick.ts';

/** After a time has come, for a scheduler to put it into the queue and for a dispatcher to take it. */
export const GRACE_MS = 5 * 60_000;

export interface MissedParts {
  readonly redis: RedisHandle;
  readonly queues: Queues;
  readonly views: StoreViews;
  readonly metrics: Boot['metrics'];
}

/**
 * Finds the last time of a cluster's schedule that nobody has started a backup for, such as while the service or Redis
 * was away: tells of it, and makes up for it with one backup, however many times were missed.
 */
export async function findMissed(parts: MissedParts, cluster: RegisteredCluster, now: Date): Promise<void> {
  const { redis, queues, views, metrics } = parts;
  const { name, store, schedule } = cluster;
  const queue = queues.backups.get(store);
  const state = views.get(store);
  // Until its store was looked through nobody knows what is missing.
  if (queue === undefined || state?.scannedAt === undefined) return;
  if (schedule === undefined || schedule.paused) {
    await forgetSchedule(redis, name);
    return;
  }

  const due = lastDueTime(schedule, new Date(now.getTime() - GRACE_MS));
  const newest = newestTime(snapshotsOfCluster(state, name).snapshots);
  if (due < (await knownSince(redis, cluster, newest, now)) || (newest !== undefined && newest >= due))
    return;
  const { request } = tickAt({ cluster: name, trigger: 'catch-up' }, due);
  if ((await readRequestState(redis, request.request)) !== undefined) return;

  await tellMissed({ redis, metrics }, cluster, due);
  await dispatch(redis, queue, cluster, request);
}

/** Once for each time. */
export async function tellMissed(
  { redis, metrics }: Pick<MissedParts, 'redis' | 'metrics'>,
  { name, store }: Pick<RegisteredCluster, 'name' | 'store'>,
  due: Date,
): Promise<void> {
  const reason = 'No backup was started when it was due; one is started now.';
  const missed = { cluster: name, store, due: due.toISOString(), reason };
  if ((await emitOnce(redis, 'schedule.missed', missed)) !== undefined) metrics.scheduleMissed.add(1);
}

function newestTime(snapshots: Iterable<SnapshotView>): Date | undefined {
  const times = Array.from(snapshots, ({ time }) => Date.parse(time));
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

const KEEP_MS = 400 * 24 * 3600 * 1000;

/**
 * Since when a cluster has this schedule: times before mean nothing. Where Redis does not know, it is new, or Redis has
 * lost its memory: then since the newest snapshot in the store, if there is one.
 */
async function knownSince(
  { client, prefix }: RedisHandle,
  { name, schedule }: RegisteredCluster,
  newest: Date | undefined,
  now: Date,
): Promise<Date> {
  const times = `${schedule!.cron} ${schedule!.timeZone}`;
  const key = keys.schedule(prefix, `since/${name}`);
  const found = await orRedisError(client.hgetall(key));
  if (found.times === times && found.since !== undefined) return new Date(found.since);
  const since = found.times === undefined ? (newest ?? now) : now;
  await orRedisError(
    client.multi().hset(key, { times, since: since.toISOString() }).pexpire(key, KEEP_MS).exec(),
  );
  return since;
}

/** Of a schedule that is paused or gone: when it comes back, it begins anew. */
async function forgetSchedule({ client, prefix }: RedisHandle, name: string): Promise<void> {
  await orRedisError(client.hset(keys.schedule(prefix, `since/${name}`), 'times', 'none'));
}
