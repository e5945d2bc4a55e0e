import { randomUUID } from 'node:crypto';
import { type RequestJob } from '@etcd-kloset/jobs';
import { PlatformError, type Principal, type RegisteredCluster } from '@etcd-kloset/platform';
import { ApiError } from '../api-error.ts';
import { type JobView } from '../contract/schemas/job.ts';
import { type Parts } from '../parts.ts';
import { dispatch } from './dispatch.ts';
import { type FoundJob, noSuchJob } from './find-job.ts';
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
  const job = await queue.getJob(backup);
  const view = job && (await viewOfJob(redis, { job, queue }));
  if (view === undefined) throw lost(cluster);
  return { job: view, joined };
}

/** @throws ApiError `job.not-found` for one that is forgotten */
export async function readJob({ redis }: Pick<Parts, 'redis'>, found: FoundJob): Promise<JobView> {
  const view = await viewOfJob(redis, found);
  if (view === undefined) throw noSuchJob(found.job.data.backup);
  return view;
}

/** Redis was killed in between, and came back without what it had not flushed. */
function lost({ name }: RegisteredCluster): ApiError {
  return new ApiError(
    'job.lost',
    `Redis lost the request for a backup of ${JSON.stringify(name)} while it was taken.`,
    { advice: 'Ask again: nothing is under way for it.', retryable: true },
  );
}

function noSuchStore({ name, store }: RegisteredCluster): PlatformError {
  return new PlatformError(
    'store.unknown',
    `The store ${store} of the cluster ${JSON.stringify(name)} is not in the configuration of this service.`,
    { advice: 'Put it back into the configuration.' },
  );
}
