import { assertNotCancelled, failureError, failureOfChild, JobsError } from '@etcd-kloset/jobs';
import { type BackupRun } from './context.ts';

/** Throws when nothing can come of this run any more. */
export async function requireWanted({ redis, staging, job }: BackupRun): Promise<void> {
  const { backup, attempt, step } = job.data;
  await assertNotCancelled(redis, backup);
  const failure = await failureOfChild(redis, job);
  if (failure !== undefined) throw failureError(failure);
  // A worker that misses a chunk in staging ends the attempt.
  if (step === 'read' && attempt !== undefined && !(await staging.isCurrent({ backup, attempt }))) {
    throw new JobsError('staging.superseded', 'What was read so far was lost on its way: it is read again.', {
      retryable: true,
    });
  }
}
