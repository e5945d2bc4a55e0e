import { JobsError } from '@etcd-kloset/jobs';
import { type Cluster } from '@etcd-kloset/kloset';
import {
  decodeDraft,
  encodeDraft,
  openStaged,
  sealStaged,
  type SnapshotDraft,
  stagingAad,
  stagingKey,
} from '@etcd-kloset/pipeline';
import { type BackupRun } from './context.ts';

/** Puts what the commit needs into staging, encrypted: it is made by whichever worker is free then. */
export async function stageDraft(
  { staging, job }: BackupRun,
  cluster: Cluster,
  draft: SnapshotDraft,
  signal: AbortSignal,
): Promise<void> {
  const { backup, attempt, store } = job.data;
  const bytes = sealStaged(stagingKey(cluster.ring, cluster.id), aadOf(job.data), [encodeDraft(draft)]);
  await staging.putDraft({ backup, attempt: attempt! }, store, bytes, signal);
}

/** @throws JobsError `staging.lost`; PipelineError `staging.does-not-open`, `draft.unreadable` */
export async function loadDraft({ staging, job }: BackupRun, cluster: Cluster): Promise<SnapshotDraft> {
  const { backup, attempt } = job.data;
  const bytes = attempt === undefined ? undefined : await staging.getDraft({ backup, attempt });
  if (bytes === undefined) {
    throw new JobsError('staging.lost', 'The draft of the snapshot is not in staging any more.', {
      advice: 'The cluster is read again. Raise limits.stagingExpiry when stores are away for longer.',
      retryable: true,
    });
  }
  return decodeDraft(openStaged(stagingKey(cluster.ring, cluster.id), aadOf(job.data), bytes));
}

function aadOf({ backup, attempt }: BackupRun['job']['data']): Uint8Array {
  return stagingAad({ backup, attempt: attempt!, sequence: 0, kind: 'draft' });
}
