import { randomUUID } from 'node:crypto';
import { type BackupJob, type BackupResult, waitForChildren } from '@etcd-kloset/jobs';
import { whileAllowed, withinJob } from '@etcd-kloset/platform';
import { type Job } from 'bullmq';
import { commitBackup } from './commit-backup.ts';
import { type BackupContext, type BackupRun } from './context.ts';
import { afterFailure } from './failures.ts';
import { readCluster } from './read-cluster.ts';
import { requireWanted } from './require-wanted.ts';

/**
 * One backup. Its job is run twice: to read the cluster, which adds a child job for each chunk, and to commit, once
 * all of them are in the store. In between nobody holds it.
 *
 * A run that ends early, for whatever reason, leaves the job in the step it was in. Reading begins again, under a new
 * attempt that alone counts from then on; committing can be done any number of times.
 */
export async function processBackup(
  context: BackupContext,
  job: Job<BackupJob, BackupResult>,
  token: string,
  signal: AbortSignal,
): Promise<BackupResult> {
  const run: BackupRun = { ...context, job, token };
  return await withinJob(context.log, job, async () => {
    try {
      if (job.data.step === 'read') await takeAttempt(run);
      return await whileAllowed(
        () => requireWanted(run),
        signal,
        async (allowed) => {
          if (job.data.step === 'read') {
            await readCluster(run, allowed);
            await job.updateData({ ...job.data, step: 'commit' });
          }
          await waitForChildren(run.redis, job, token);
          return await commitBackup(run, allowed);
        },
      );
    } catch (error) {
      throw await afterFailure(run, error);
    }
  });
}

/** From here on chunks of earlier attempts are nobody's: a worker that comes across one passes it over. */
async function takeAttempt({ staging, job }: BackupRun): Promise<void> {
  const { backup, store } = job.data;
  const attempt = randomUUID();
  await staging.beginAttempt(backup, attempt, store);
  const startedAt = job.data.startedAt ?? new Date(job.processedOn ?? Date.now()).toISOString();
  await job.updateData({ ...job.data, attempt, startedAt });
  if (job.attemptsStarted > 1) await job.removeUnprocessedChildren();
}
