import { emitEvent } from '@etcd-kloset/jobs';
import { definitionInput, type Principal } from '@etcd-kloset/platform';
import { ApiError } from '../api-error.ts';
import { type ScheduleView } from '../contract/schemas/schedule.ts';
import { type Parts } from '../parts.ts';
import { viewOfSchedule } from './schedule-view.ts';

/** Pauses or resumes a cluster's schedule: in its definition, so that it stays so. */
export async function pauseSchedule(
  { boot, book, pulse, redis }: Pick<Parts, 'boot' | 'book' | 'pulse' | 'redis'>,
  principal: Principal,
  name: string,
  paused: boolean,
): Promise<ScheduleView> {
  const cluster = await book.require(principal, name);
  const { schedule } = cluster;
  if (schedule === undefined) {
    throw new ApiError('schedule.none', `The cluster ${JSON.stringify(name)} has no schedule.`, {
      advice:
        cluster.origin === 'configuration'
          ? 'Give it one where the cluster is configured: in the configuration file, or with --schedule of npm start.'
          : 'Give it one with PUT /v1/clusters/{cluster}.',
    });
  }
  if (schedule.paused === paused) return viewOfSchedule(cluster, new Date())!;
  const changed = await pulse.use(() =>
    boot.registry.save(definitionInput({ ...cluster, schedule: { ...schedule, paused } }), cluster.version),
  );
  await emitEvent(redis, 'cluster.changed', { cluster: name, store: cluster.store });
  return viewOfSchedule(changed, new Date())!;
}
