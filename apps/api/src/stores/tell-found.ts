import {
  backupResultSchema,
  emitOnce,
  isUnderWay,
  keys,
  orRedisError,
  type RedisHandle,
} from '@etcd-kloset/jobs';
import { type SnapshotView } from '../contract/schemas/snapshot.ts';
import { type BackupsQueue, type Queues } from '../backups/queues.ts';
import { snapshotsOf, type Scan } from './store-views.ts';

export interface FoundParts {
  readonly redis: RedisHandle;
  readonly queues: Queues;
}

/**
 * A snapshot's time is that of its beginning: one that took long comes after younger ones. No backup takes a day, since
 * no store takes a record that is so late.
 */
const LATE_MS = 24 * 60 * 60_000;

/**
 * Tells of snapshots that others put into the store, such as a CronJob with the command line. Which ones are new, Redis
 * knows: the ids of a day that were seen of each cluster, up to the newest; at the very first look nothing is new.
 */
export async function tellFoundSnapshots({ redis, queues }: FoundParts, { now }: Scan): Promise<void> {
  const queue = queues.backups.get(now.name);
  if (queue === undefined || now.error !== undefined) return;
  const marks = keys.schedule(redis.prefix, `found/${now.name}`);
  const seen = await orRedisError(redis.client.hgetall(marks));
  const isFirstLook = seen[FIRST_LOOK] === undefined;
  const byCluster = Map.groupBy(snapshotsOf(now), ({ cluster }) => cluster);
  for (const [cluster, snapshots] of byCluster) {
    const known = seen[cluster]?.split(' ') ?? [];
    const fresh = unseen(snapshots, known);
    if (fresh.length === 0) continue;
    // While a backup of ours is under way, it may be its.
    if (!isFirstLook && (await isRunning(redis, queue, now.name, cluster))) continue;
    if (!isFirstLook) await tell(redis, queue, now.name, fresh);
    await orRedisError(redis.client.hset(marks, cluster, seenOf(snapshots).join(' ')));
  }
  if (isFirstLook) await orRedisError(redis.client.hset(marks, FIRST_LOOK, new Date().toISOString()));
}

/** No cluster has this name: names are not empty. */
const FIRST_LOOK = '';

/** Oldest first. @param known as {@link seenOf} has made it */
function unseen(snapshots: readonly SnapshotView[], known: readonly string[]): SnapshotView[] {
  const [from = ''] = known;
  const seen = new Set(known);
  return snapshots.filter(({ id }) => id > from && !seen.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Where the last day begins, in the letters of an id, and the ids of that day. */
function seenOf(snapshots: readonly SnapshotView[]): string[] {
  const newest = Math.max(...snapshots.map(({ time }) => Date.parse(time)));
  const from = new Date(newest - LATE_MS).toISOString().toLowerCase().replaceAll(/[-:.]/g, '');
  return [from, ...snapshots.map(({ id }) => id).filter((id) => id > from)];
}

async function tell(
  redis: RedisHandle,
  queue: BackupsQueue,
  store: string,
  fresh: readonly SnapshotView[],
): Promise<void> {
  const ours = await oursSince(redis, queue, Date.parse(fresh[0]!.time));
  for (const { id, cluster, proof, time } of fresh) {
    if (!ours.has(id)) await emitOnce(redis, 'snapshot.found', { cluster, store, snapshot: id, proof, time });
  }
}

/** Snapshots that jobs of ours have committed since. */
async function oursSince(redis: RedisHandle, queue: BackupsQueue, since: number): Promise<Set<string>> {
  // Clocks of workers may be apart.
  const ids = await orRedisError(
    redis.client.zrangebyscore(queue.toKey('completed'), since - 10 * 60_000, '+inf'),
  );
  const jobs = await Promise.all(ids.map((id) => queue.getJob(id)));
  return new Set(
    jobs.flatMap((job) => {
      const result = backupResultSchema.safeParse(job?.returnvalue);
      return result.success ? [result.data.snapshot] : [];
    }),
  );
}

/** Whether a backup of ours may have put it there and is not done. */
async function isRunning(
  { client, prefix }: RedisHandle,
  queue: BackupsQueue,
  store: string,
  cluster: string,
): Promise<boolean> {
  const claim = await orRedisError(client.get(keys.running(prefix, store, cluster)));
  const [backup = ''] = (claim ?? '').split(' ');
  return backup !== '' && isUnderWay(await queue.getJob(backup));
}
