import { type BackupResult } from '@etcd-kloset/jobs';
import { type SnapshotSummary } from '@etcd-kloset/kloset';

/** What is told of a snapshot: nothing that stands in its rows. */
export function backupResult(summary: SnapshotSummary, store: string): BackupResult {
  const { id, cluster, revision, proof, proofReason, rows, bytes, chunks, warnings, durationMs } = summary;
  return {
    snapshot: id,
    cluster,
    store,
    revision,
    proof,
    ...(proofReason === undefined ? {} : { proofReason }),
    rows,
    bytes: { stream: bytes.stream, added: bytes.added },
    chunks,
    warnings: [...warnings],
    durationMs,
  };
}
