import {
  type BackupJob,
  backupResultSchema,
  emitOnce,
  emitOutcome,
  failureOf,
  keys,
  orRedisError,
  type RedisHandle,
  releaseRunning,
  type Staging,
} from '@etcd-kloset/jobs';
import { type Boot } from '@etcd-kloset/platform';
import { type Job } from 'bullmq';

/** Longer than a finished job can be found by a reconciliation. */
const COUNTED_MS = 8 * 24 * 3600 * 1000;

export interface FinishedBackups {
  readonly redis: RedisHandle;
  readonly staging: Pick<Staging, 'endAttempt'>;
  readonly metrics: Boot['metrics'];
}

/**
 * Tells what became of a backup whose job has ended, and cleans up behind it. Its worker does most of it itself, unless
 * it died; whoever comes later changes nothing.
 */
export async function settleBackup(
  { redis, staging, metrics }: FinishedBackups,
  job: Job<BackupJob, unknown>,
  state: 'completed' | 'failed',
): Promise<void> {
  const { backup, cluster, store, attempt } = job.data;
  if (state === 'completed') {
    const result = backupResultSchema.parse(job.returnvalue);
    await emitOutcome(redis, backup, result);
    if (await isFirst(redis, backup))
      metrics.backups.add(1, { store, outcome: 'committed', proof: result.proof });
  } else {
    const error = (await failureOf(redis, job)) ?? {
      code: 'job.unexpected',
      message: 'It is not known why.',
    };
    await emitOnce(redis, 'backup.failed', { backup, cluster, store, error });
    if (await isFirst(redis, backup)) {
      const outcome = error.code === 'backup.cancelled' ? 'cancelled' : 'failed';
      metrics.backups.add(1, { store, outcome, proof: 'none' });
      metrics.backupFailures.add(1, { code: error.code });
    }
  }
  await releaseRunning(redis, { store, cluster, backup });
  if (attempt !== undefined) await staging.endAttempt(backup, attempt);
}

/** However many replicas see the same end, one of them counts it. */
async function isFirst({ client, prefix }: RedisHandle, backup: string): Promise<boolean> {
  const set = client.set(keys.emitted(prefix, `${backup}/counted`), '1', 'PX', COUNTED_MS, 'NX');
  return (await orRedisError(set)) === 'OK';
}
