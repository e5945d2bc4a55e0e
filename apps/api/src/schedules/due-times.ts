import { type ClusterSchedule } from '@etcd-kloset/platform';
import { CronExpressionParser } from 'cron-parser';

type Times = Pick<ClusterSchedule, 'cron' | 'timeZone'>;

/** The next times after `from`, without jitter. */
export function nextDueTimes(schedule: Times, from: Date, count: number): Date[] {
  const times = parse(schedule, from);
  return Array.from({ length: count }, () => times.next().toDate());
}

/** The last time at or before `until`. */
export function lastDueTime(schedule: Times, until: Date): Date {
  // `prev` is strictly before.
  return parse(schedule, new Date(until.getTime() + 1))
    .prev()
    .toDate();
}

function parse({ cron, timeZone }: Times, currentDate: Date) {
  return CronExpressionParser.parse(cron, { currentDate, tz: timeZone });
}
