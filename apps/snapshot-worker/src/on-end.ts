import { type BackupJob, type BackupResult, failureOf } from '@etcd-kloset/jobs';
import { type Job, type Worker } from 'bullmq';
import { type BackupContext } from './context.ts';

/**
 * When a backup has ended, one way or the other: frees what it has in staging, which would else stay until its time runs
 * out, takes its chunks out of the queues, and counts it.
 */
export function onEnd(context: BackupContext, worker: Worker<BackupJob, BackupResult>): void {
  const { log, metrics, redis } = context;
  const after = (job: Job<BackupJob, BackupResult>, work: () => Promise<void>): void => {
    work().catch((error: unknown) =>
      log.warn('Could not tidy up after a backup.', { backup: job.id, error }),
    );
  };
  worker.on('completed', (job, { proof }) => {
    after(job, async () => {
      metrics.backups.add(1, { store: job.data.store, outcome: 'committed', proof });
      await free(context, job);
    });
  });
  worker.on('failed', (job) => {
    if (job?.finishedOn === undefined) return;
    after(job, async () => {
      const code = (await failureOf(redis, job))?.code ?? 'job.unexpected';
      const outcome = code === 'backup.cancelled' ? 'cancelled' : 'failed';
      metrics.backups.add(1, { store: job.data.store, outcome, proof: 'none' });
      metrics.backupFailures.add(1, { code });
      await free(context, job);
      await job.removeUnprocessedChildren();
    });
  });
}

async function free({ staging }: BackupContext, { data }: Job<BackupJob>): Promise<void> {
  if (data.attempt !== undefined) await staging.endAttempt(data.backup, data.attempt);
}
