import { hash } from 'node:crypto';
import { isUnderWay, orRedisError, type RequestJob } from '@etcd-kloset/jobs';
import { type RegisteredCluster } from '@etcd-kloset/platform';
import { type JobSchedulerJson } from 'bullmq';
import { type Queues } from '../backups/queues.ts';
import { TICK_REQUEST } from './tick.ts';

/** A time that is past for so long and not taken by anybody was lost on its way. */
const STUCK_MS = 2 * 60_000;

/**
 * Makes BullMQ's job schedulers those of the clusters: one each, however many replicas do this at the same time. One
 * that is right is left alone: to write it again in the moment in which it is due would skip that time.
 */
export async function syncSchedulers(
  requests: Queues['requests'],
  clusters: readonly RegisteredCluster[],
  now: Date,
): Promise<void> {
  const wanted = new Map(
    clusters
      .filter(({ schedule }) => schedule !== undefined && !schedule.paused)
      .map((cluster) => [schedulerId(cluster), cluster]),
  );
  const found = await orRedisError(requests.getJobSchedulers(0, -1, true));
  for (const scheduler of found) {
    const cluster = wanted.get(scheduler.key);
    if (cluster === undefined) await orRedisError(requests.removeJobScheduler(scheduler.key));
    else if (isRight(scheduler, cluster) && !(await isStuck(requests, scheduler, now))) {
      wanted.delete(scheduler.key);
    }
  }
  for (const [id, { name, schedule }] of wanted) {
    const { cron, timeZone } = schedule!;
    const data: RequestJob = { version: 1, request: TICK_REQUEST, cluster: name, trigger: 'schedule' };
    await orRedisError(
      requests.upsertJobScheduler(id, { pattern: cron, tz: timeZone }, { name: 'request', data }),
    );
  }
}

/** Names of clusters may hold what ids of schedulers may not. */
export function schedulerId({ name }: Pick<RegisteredCluster, 'name'>): string {
  return `schedule.${hash('sha256', name, 'hex').slice(0, 32)}`;
}

function isRight(
  { pattern, tz, template }: JobSchedulerJson,
  { name, schedule }: RegisteredCluster,
): boolean {
  const data = template?.data as Partial<RequestJob> | undefined;
  return pattern === schedule?.cron && tz === schedule?.timeZone && data?.cluster === name;
}

async function isStuck(
  requests: Queues['requests'],
  { key, next }: JobSchedulerJson,
  now: Date,
): Promise<boolean> {
  if (next !== undefined && next > now.getTime() - STUCK_MS) return false;
  const job = await requests.getJob(`repeat:${key}:${next ?? 0}`);
  return !(await isUnderWay(job));
}
