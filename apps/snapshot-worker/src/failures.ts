import { isKlosetError, type KlosetError } from '@etcd-kloset/errors';
import { backOffMs, emitOnce, failureFrom, formatFailure, QUEUE_POLICIES } from '@etcd-kloset/jobs';
import { isStoreOutage, outageError } from '@etcd-kloset/platform';
import { DelayedError } from 'bullmq';
import { type BackupRun } from './context.ts';

/** A draft, or chunks of it, that are not what a commit needs: the cluster is read again. */
const LOST = new Set([
  'draft.chunk-missing',
  'draft.stale',
  'draft.unreadable',
  'staging.does-not-open',
  'staging.lost',
  'staging.superseded',
  'store.backup-too-long',
  'store.incomplete',
]);
const UNREACHABLE = new Set([
  'etcd.unreachable',
  'etcd.timeout',
  'etcd.no-leader',
  'etcd.stalled',
  'backup.no-member',
]);

/** Does what a failure asks for, and gives the error that the queue is to see. */
export async function afterFailure(run: BackupRun, error: unknown): Promise<unknown> {
  await dropWhatWasRead(run);
  if (!isKlosetError(error)) return error;
  if (UNREACHABLE.has(error.code)) await tellUnreachable(run, error);
  if (isStoreOutage(error)) return await putOff(run, error);
  const { job } = run;
  if (job.data.step === 'commit' && LOST.has(error.code)) await job.updateData({ ...job.data, step: 'read' });
  return error;
}

/** It is read again: what is on its way takes room that others need, while the job waits. */
async function dropWhatWasRead({ job, staging }: BackupRun): Promise<void> {
  const { backup, attempt, step } = job.data;
  if (step === 'read' && attempt !== undefined) await staging.endAttempt(backup, attempt);
}

async function tellUnreachable({ redis, job }: BackupRun, error: KlosetError): Promise<void> {
  const { backup, attempt, cluster, store } = job.data;
  const data = { cluster, store, error: failureFrom(error) };
  await emitOnce(redis, 'cluster.unreachable', data, { id: `${backup}/unreachable/${attempt ?? ''}` });
}

/** A store that is out of order for an hour costs no try. The job waits in its queue, and takes nobody's place. */
async function putOff({ config, job, log, redis, token }: BackupRun, error: KlosetError): Promise<unknown> {
  const due = job.timestamp + (job.opts.delay ?? 0);
  const deadline = due + config.limits.storeOutageMs;
  if (Date.now() >= deadline) return outageError(error, deadline);
  const pauseMs = backOffMs(QUEUE_POLICIES.backups.backOff, job.attemptsStarted);
  log.warn('The store is out of order: its backup waits.', { pause_ms: pauseMs, error });
  // Where a failed try's reason stands, for who looks at the job.
  const reason = formatFailure(failureFrom(error));
  await redis.client.hset(`${job.queueQualifiedName}:${job.id!}`, 'failedReason', reason);
  await job.moveToDelayed(Date.now() + pauseMs, token);
  return new DelayedError();
}
