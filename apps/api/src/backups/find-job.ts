import { type BackupJob, readRequestState, type RedisHandle } from '@etcd-kloset/jobs';
import { type Job } from 'bullmq';
import { ApiError } from '../api-error.ts';
import { type BackupsQueue, type Queues } from './queues.ts';

export interface FoundJob {
  readonly job: Job<BackupJob, unknown>;
  readonly queue: BackupsQueue;
}

/** By the id of a backup, or of a request that joined it. @throws ApiError `job.not-found` */
export async function findJob(redis: RedisHandle, { backups }: Queues, id: string): Promise<FoundJob> {
  const state = await readRequestState(redis, id);
  const accepted = state?.state === 'accepted' ? state : undefined;
  const named = accepted === undefined ? undefined : backups.get(accepted.store);
  // Requests are forgotten sooner than jobs are.
  for (const queue of named === undefined ? backups.values() : [named]) {
    const job = await queue.getJob(accepted?.backup ?? id);
    if (job !== undefined) return { job, queue };
  }
  throw noSuchJob(id);
}

export function noSuchJob(id: string): ApiError {
  return new ApiError('job.not-found', `There is no job ${id}.`, {
    advice:
      'See GET /v1/jobs; finished ones are forgotten after 30 days. GET /v1/snapshots has what is stored.',
  });
}
