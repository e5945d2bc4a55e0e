import { type RegisteredCluster } from '@etcd-kloset/platform';
import { type ScheduleView } from '../contract/schemas/schedule.ts';
import { nextDueTimes } from './due-times.ts';
import { delayMsOf } from './jitter.ts';

const RUNS_SHOWN = 5;

/** A cluster's schedule as callers see it; undefined when it has none. */
export function viewOfSchedule(cluster: RegisteredCluster, now: Date): ScheduleView | undefined {
  const { name, store, schedule } = cluster;
  if (schedule === undefined) return undefined;
  const delayMs = delayMsOf(cluster, schedule);
  return {
    cluster: name,
    store,
    ...schedule,
    delayMs,
    nextRuns: nextRuns(cluster, now, RUNS_SHOWN).map((time) => time.toISOString()),
  };
}

/** When the next backups begin, jitter included; a time that came already may still wait for its jitter. */
export function nextRuns(cluster: RegisteredCluster, now: Date, count: number): Date[] {
  const { schedule } = cluster;
  if (schedule === undefined || schedule.paused) return [];
  const delayMs = delayMsOf(cluster, schedule);
  return nextDueTimes(schedule, new Date(now.getTime() - delayMs), count).map(
    (due) => new Date(due.getTime() + delayMs),
  );
}
