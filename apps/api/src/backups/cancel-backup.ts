import { isFinished, requestCancel, type RedisHandle } from '@etcd-kloset/jobs';
import { ApiError } from '../api-error.ts';
import { type FoundJob } from './find-job.ts';

/** Asks for a backup's end. @throws ApiError `job.finished` */
export async function cancelBackup(redis: RedisHandle, { job }: FoundJob): Promise<void> {
  const { backup } = job.data;
  if (isFinished(await job.getState())) {
    throw new ApiError('job.finished', `The job ${backup} has ended already.`, {
      advice:
        'See its state. A snapshot that is in the store stays there: nothing is removed from stores yet.',
    });
  }
  await requestCancel(redis, backup);
  // One that waits for its time learns of it now, not then.
  if (await job.isDelayed()) await job.promote().catch(ignoreUnless(() => job.isDelayed()));
}

/** It began by itself meanwhile. */
function ignoreUnless(stillSo: () => Promise<boolean>): (error: unknown) => Promise<void> {
  return async (error) => {
    if (await stillSo()) throw error;
  };
}
