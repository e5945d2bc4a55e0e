import { type SnapshotSummary } from '@etcd-kloset/kloset';
import { PipelineError } from '../errors.ts';
import { localSink } from '../sink/local-sink.ts';
import { commitDraft } from './commit-draft.ts';
import { withDraft, type BackupOptions } from './draft-snapshot.ts';

/**
 * Backs a live cluster up: one member's stream, its new rows sealed into the store, proven against the
 * cluster's own hashes, acknowledged when everything is seen to be there.
 *
 * A result with `proof: 'mismatch'` or `'unproven'` is a stored snapshot; what to make of it is the caller's.
 *
 * @throws EtcdError, PipelineError, KlosetStoreError, StorageError; the signal's reason
 */
export async function backupCluster(options: BackupOptions): Promise<SnapshotSummary> {
  return withDraft(
    options,
    (threads, cluster) => localSink(cluster, threads),
    ({ cluster, draft, sink, loadTable }) =>
      commitDraft(cluster, draft, (sequence) => sink.storedOf(sequence), { ...options, loadTable }),
  );
}

/** @throws PipelineError `backup.not-proven` unless the snapshot is proven. */
export function requireProof(summary: SnapshotSummary): void {
  if (summary.proof === 'proven') return;
  throw new PipelineError(
    'backup.not-proven',
    `snapshot ${summary.id} is stored, but ${summary.proof}: ${summary.proofReason ?? 'no reason is known'}`,
    {
      advice: 'Without --require-proof it counts as done.',
      context: { snapshot: summary.id, proof: summary.proof },
    },
  );
}
