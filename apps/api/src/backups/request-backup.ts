import { randomUUID } from 'node:crypto';
import { type BackupJob, type RequestJob } from '@etcd-kloset/jobs';
import { PlatformError, type Principal, type RegisteredCluster } from '@etcd-kloset/platform';
import { type Job } from 'bullmq';
import { type JobView } from '../contract/schemas/job.ts';
import { type Parts } from '../parts.ts';
import { dispatch } from './dispatch.ts';
import { noSuchJob } from './find-job.ts';
import { viewOfJob } from './job-view.ts';

export interface AcceptedBackup {
  readonly job: JobView;
  readonly joined: boolean;
}

export type BackupWish = Pick<RequestJob, 'trigger' | 'labels' | 'retryOf'>;

/** A backup of a cluster, its own or the one that is under way. */
export async function requestBackup(
  { queues, redis }: Pick<Parts, 'queues' | 'redis'>,
  principal: Principal,
  cluster: RegisteredCluster,
  wish: BackupWish,
): Promise<AcceptedBackup> {
  const queue = queues.backups.get(cluster.store);
  if (queue === undefined) throw noSuchStore(cluster);
  const { backup, joined } = await dispatch(redis, queue, cluster, {
    version: 1,
    request: randomUUID(),
    cluster: cluster.name,
    requestedBy: principal.name,
    ...wish,
  });
  return { job: await readJob({ redis }, backup, await queue.getJob(backup)), joined };
}

/** @throws ApiError `job.not-found` for one that is forgotten */
export async function readJob(
  { redis }: Pick<Parts, 'redis'>,
  id: string,
  job: Job<BackupJob, unknown> | undefined,
): Promise<JobView> {
  const view = job === undefined ? undefined : await viewOfJob(redis, job);
  if (view === undefined) throw noSuchJob(id);
  return view;
}

function noSuchStore({ name, store }: RegisteredCluster): PlatformError {
  return new PlatformError(
    'store.unknown',
    `The store ${store} of the cluster ${JSON.stringify(name)} is not in the configuration of this service.`,
    { advice: 'Put it back into the configuration.' },
  );
}
