import { type BackupJob, type BackupResult } from '@etcd-kloset/jobs';
import { type Job, type Worker } from 'bullmq';
import { type BackupContext } from './context.ts';

/**
 * When a backup has ended, one way or the other: frees what it has in staging, and takes its chunks out of the queues.
 * Should this worker die before, the API does it; what became of a backup is told and counted there as well.
 */
export function onEnd({ log, staging }: BackupContext, worker: Worker<BackupJob, BackupResult>): void {
  const free = async (job: Job<BackupJob, BackupResult>): Promise<void> => {
    const { backup, attempt } = job.data;
    try {
      if (attempt !== undefined) await staging.endAttempt(backup, attempt);
      await job.removeUnprocessedChildren();
    } catch (error) {
      log.warn('Could not tidy up after a backup.', { backup, error });
    }
  };
  worker.on('completed', (job) => void free(job));
  worker.on('failed', (job) => {
    // One that is tried again has no end yet.
    if (job?.finishedOn !== undefined) void free(job);
  });
}
