import {
  type BackupJob,
  type BackupResult,
  backupResultSchema,
  emitOnce,
  emitOutcome,
  failureError,
  failureOf,
  type JobFailure,
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
  readonly log: Boot['log'];
}

/**
 * Tells what became of a backup whose job has ended, and cleans up behind it. Its worker does most of it itself, unless
 * it died; whoever comes later changes nothing.
 */
export async function settleBackup(
  parts: FinishedBackups,
  job: Job<BackupJob, unknown>,
  state: 'completed' | 'failed',
): Promise<void> {
  const { redis, staging } = parts;
  const { backup, cluster, store, attempt } = job.data;
  if (state === 'completed') {
    const result = backupResultSchema.parse(job.returnvalue);
    await emitOutcome(redis, backup, result);
    if (await isFirst(redis, backup)) noteCommitted(parts, job.data, result);
  } else {
    const error = (await failureOf(redis, job)) ?? NO_REASON;
    await emitOnce(redis, 'backup.failed', { backup, cluster, store, error });
    if (await isFirst(redis, backup)) noteFailed(parts, job.data, error);
  }
  await releaseRunning(redis, { store, cluster, backup });
  if (attempt !== undefined) await staging.endAttempt(backup, attempt);
}

const NO_REASON: JobFailure = { code: 'job.unexpected', message: 'It is not known why.' };

/** The one line that each backup has in the log, besides what its workers say of their work. */
function noteCommitted(
  { log, metrics }: FinishedBackups,
  { backup, cluster, store, trigger }: BackupJob,
  { snapshot, revision, proof, rows, bytes, durationMs }: BackupResult,
): void {
  metrics.backups.add(1, { store, outcome: 'committed', proof });
  log.info('A backup is committed.', {
    ...{ backup, cluster, store, trigger, snapshot, revision, proof },
    rows_new: rows.new,
    stream_bytes: bytes.stream,
    added_bytes: bytes.added,
    duration_ms: durationMs,
  });
}

function noteFailed(
  { log, metrics }: FinishedBackups,
  { backup, cluster, store, trigger }: BackupJob,
  failure: JobFailure,
): void {
  const isCancelled = failure.code === 'backup.cancelled';
  metrics.backups.add(1, { store, outcome: isCancelled ? 'cancelled' : 'failed', proof: 'none' });
  if (!isCancelled) metrics.backupFailures.add(1, { code: failure.code });
  const fields = { backup, cluster, store, trigger };
  if (isCancelled) log.info('A backup was cancelled.', fields);
  else log.warn('A backup failed.', { ...fields, error: failureError(failure) });
}

/** However many replicas see the same end, one of them counts it. */
async function isFirst({ client, prefix }: RedisHandle, backup: string): Promise<boolean> {
  const set = client.set(keys.emitted(prefix, `${backup}/counted`), '1', 'PX', COUNTED_MS, 'NX');
  return (await orRedisError(set)) === 'OK';
}
